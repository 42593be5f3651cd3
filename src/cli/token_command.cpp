// charter token create | list | revoke.
#include "cli/commands.hpp"
#include "cli/connection.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/json.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

struct TokenOptions {
    ConnectionOptions connection;
    std::string principal;
    std::string name;
    std::string expires_at;
    std::string id;
};

Result<Answer> ask(const ConnectionOptions& connection, const Call& call) {
    Result<Client> client = connection.connect();
    if (!client) {
        return client.error();
    }
    Result<Answer> answer = client->call(call);
    if (answer && !answer->ok()) {
        return refusal(call.method + " " + call.path, *answer);
    }
    return answer;
}

// Prints the token alone, so that a script can keep it: it is shown this once.
ExitCode create(const TokenOptions& options) {
    Json body;
    body["principal"] = options.principal;
    body["name"] = options.name;
    if (!options.expires_at.empty()) {
        body["expires_at"] = options.expires_at;
    }
    Call call;
    call.method = "POST";
    call.path = "/api/v1/tokens";
    call.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    const Result<Answer> answer = ask(options.connection, call);
    if (!answer) {
        return report(answer.error());
    }
    const Result<Json> made = parse_json(answer->body);
    if (!made || !made->is_object() || !made->contains("token")) {
        return report(Error(ErrorCode::unprocessable, "the server answered without a token"));
    }
    std::cout << made->value("token", "") << '\n';
    std::cerr << "token " << made->value("id", "") << " of " << options.principal << '\n';
    return ExitCode::ok;
}

// One token on a line: id, principal, name, when it ends.
ExitCode list(const TokenOptions& options) {
    std::string cursor;
    do {
        Call call;
        call.method = "GET";
        call.path = "/api/v1/tokens?limit=1000";
        if (!cursor.empty()) {
            call.path += "&cursor=" + percent_encode(cursor);
        }
        const Result<Answer> answer = ask(options.connection, call);
        if (!answer) {
            return report(answer.error());
        }
        const Result<Json> page = parse_json(answer->body);
        if (!page || !page->is_object() || !page->contains("items")) {
            return report(Error(ErrorCode::unprocessable, "the server did not answer a list"));
        }
        for (const Json& token : page->at("items")) {
            const Json ends = token.value("expires_at", Json());
            std::cout << token.value("id", "") << '\t' << token.value("principal", "") << '\t'
                      << token.value("name", "") << '\t'
                      << (ends.is_string() ? ends.get<std::string>() : "-") << '\n';
        }
        const Json next = page->value("next", Json());
        cursor = next.is_string() ? next.get<std::string>() : std::string();
    } while (!cursor.empty());
    return ExitCode::ok;
}

ExitCode revoke(const TokenOptions& options) {
    Call call;
    call.method = "DELETE";
    call.path = "/api/v1/tokens/" + percent_encode(options.id);
    const Result<Answer> answer = ask(options.connection, call);
    return answer ? ExitCode::ok : report(answer.error());
}

}  // namespace

void add_token_command(CLI::App& app, int& exit_code) {
    CLI::App* tokens = app.add_subcommand("token", "Make, list and revoke tokens");
    tokens->require_subcommand(1);
    const auto options = std::make_shared<TokenOptions>();

    CLI::App* made = tokens->add_subcommand("create", "Make a token and print it, this once");
    made->add_option("PRINCIPAL", options->principal, "user:ana, service:etl-customer ...")
        ->required();
    made->add_option("--name", options->name, "what it is for")->required();
    made->add_option("--expires-at", options->expires_at, "when it ends: 2030-01-01T00:00:00Z");
    options->connection.add_to(*made);
    made->callback([options, &exit_code] { exit_code = static_cast<int>(create(*options)); });

    CLI::App* listed = tokens->add_subcommand("list", "List tokens: id, principal, name, end");
    options->connection.add_to(*listed);
    listed->callback([options, &exit_code] { exit_code = static_cast<int>(list(*options)); });

    CLI::App* revoked = tokens->add_subcommand("revoke", "Refuse a token from now on");
    revoked->add_option("ID", options->id)->required();
    options->connection.add_to(*revoked);
    revoked->callback([options, &exit_code] { exit_code = static_cast<int>(revoke(*options)); });
}

}  // namespace charter::cli
