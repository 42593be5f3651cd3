// charter ledger verify: the server checks its chain, and the shell learns the verdict.
#include "cli/commands.hpp"
#include "cli/connection.hpp"

#include "charter/base/json.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

ExitCode verify(const ConnectionOptions& connection) {
    Result<Client> client = connection.connect();
    if (!client) {
        return report(client.error());
    }
    Call call;
    call.method = "POST";
    call.path = "/api/v1/ledger/verify";
    const Result<Answer> answer = client->call(call);
    if (!answer) {
        return report(answer.error());
    }
    if (!answer->ok()) {
        return report(refusal("POST /api/v1/ledger/verify", *answer));
    }
    const Result<Json> verdict = parse_json(answer->body);
    if (!verdict || !verdict->is_object()) {
        return report(Error(ErrorCode::unprocessable, "the server answered without a verdict"));
    }
    std::cout << verdict->dump() << '\n';
    // Only a plain yes counts.
    return verdict->value("valid", Json()) == Json(true) ? ExitCode::ok : ExitCode::refused;
}

}  // namespace

void add_ledger_command(CLI::App& app, int& exit_code) {
    CLI::App* ledger = app.add_subcommand("ledger", "Check the ledger");
    ledger->require_subcommand(1);
    CLI::App* verified =
        ledger->add_subcommand("verify", "Check every record and its place in the chain");
    const auto connection = std::make_shared<ConnectionOptions>();
    connection->add_to(*verified);
    verified->callback(
        [connection, &exit_code] { exit_code = static_cast<int>(verify(*connection)); });
}

}  // namespace charter::cli
