// charter secrets rotate.
#include "cli/commands.hpp"
#include "cli/connection.hpp"

#include "charter/base/json.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

// Says what was done, and what is left to do where the keys are in the environment.
ExitCode rotate(const ConnectionOptions& connection) {
    Result<Client> client = connection.connect();
    if (!client) {
        return report(client.error());
    }
    Call call;
    call.method = "POST";
    call.path = "/api/v1/secrets/rotate";
    const Result<Answer> answer = client->call(call);
    if (!answer) {
        return report(answer.error());
    }
    if (!answer->ok()) {
        return report(refusal(call.method + " " + call.path, *answer));
    }
    const Result<Json> done = parse_json(answer->body);
    if (!done || !done->is_object() || !done->contains("resealed")) {
        return report(Error(ErrorCode::unprocessable, "the server did not say what it sealed"));
    }
    std::cout << done->at("resealed") << " secrets sealed anew under key " << done->value("key", "")
              << '\n';
    for (const Json& key : done->value("removable", Json::array())) {
        std::cout << "key " << key.get<std::string>()
                  << " may be taken out of CHARTER_SECRETS_KEY\n";
    }
    return ExitCode::ok;
}

}  // namespace

void add_secrets_command(CLI::App& app, int& exit_code) {
    CLI::App* secrets = app.add_subcommand("secrets", "The secrets of storages");
    secrets->require_subcommand(1);
    const auto connection = std::make_shared<ConnectionOptions>();
    CLI::App* rotated =
        secrets->add_subcommand("rotate", "Seal all anew under a new key and drop the old ones");
    connection->add_to(*rotated);
    rotated->callback([connection, &exit_code] { exit_code = static_cast<int>(rotate(*connection)); });
}

}  // namespace charter::cli
