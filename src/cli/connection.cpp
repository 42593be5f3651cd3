#include "cli/connection.hpp"

#include "charter/base/json.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

namespace charter::cli {

namespace {

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::string without_line_end(std::string text) {
    while (text.ends_with('\n') || text.ends_with('\r')) {
        text.pop_back();
    }
    return text;
}

std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

void ConnectionOptions::add_to(CLI::App& command) {
    command.add_option("--server", server,
                       "where the server is (CHARTER_SERVER, else http://127.0.0.1:8080)");
    command.add_option("--ca-file", ca_file,
                       "PEM certificates to trust an https server by, beside the system's "
                       "(CHARTER_CA_FILE)");
    command.add_option("--token", token,
                       "who asks (CHARTER_TOKEN); seen by other users of this machine");
    command.add_option("--token-file", token_file,
                       "a file that holds the token (CHARTER_TOKEN_FILE)");
}

Result<Client> ConnectionOptions::connect() const {
    std::string where = server.empty() ? from_environment("CHARTER_SERVER") : server;
    if (where.empty()) {
        where = "http://127.0.0.1:8080";
    }
    const Result<ServerAddress> address = ServerAddress::parse(where);
    if (!address) {
        return address.error();
    }

    std::string secret = token;
    std::string file = token_file;
    if (secret.empty() && file.empty()) {
        secret = from_environment("CHARTER_TOKEN");
    }
    if (secret.empty() && file.empty()) {
        file = from_environment("CHARTER_TOKEN_FILE");
    }
    if (secret.empty() && file.empty()) {
        file = token_file_default;
    }
    if (secret.empty() && !file.empty()) {
        const Result<std::string> content = read_file(file);
        if (!content) {
            return content.error();
        }
        secret = without_line_end(*content);
    }
    if (!is_printable(secret)) {
        return Error(ErrorCode::invalid_request, "a token is one line of printable characters");
    }
    return Client(*address, Secret(secret),
                  ca_file.empty() ? from_environment("CHARTER_CA_FILE") : ca_file);
}

Result<std::string> read_file(const std::string& name) {
    if (name == "-") {
        return std::string(std::istreambuf_iterator<char>(std::cin), {});
    }
    std::ifstream file(name, std::ios::binary);
    std::string content(std::istreambuf_iterator<char>(file), {});
    if (!file.is_open() || file.bad()) {
        return Error(ErrorCode::invalid_request, "cannot read " + name);
    }
    return content;
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string problem_text(const Answer& answer) {
    std::string text = std::to_string(answer.status);
    const Result<Json> problem = parse_json(answer.body);
    if (!problem || !problem->is_object()) {
        return text;
    }
    constexpr std::string_view type_prefix = "urn:charter:problem:";
    std::string type = text_of(*problem, "type");
    if (type.starts_with(type_prefix)) {
        type.erase(0, type_prefix.size());
    }
    if (!type.empty()) {
        text += " " + type + ": " + text_of(*problem, "detail");
    }
    const auto decision = problem->find("decision");
    if (decision != problem->end() && decision->is_object()) {
        text += "\n  decision " + text_of(*decision, "id") + ": " + text_of(*decision, "reason");
    }
    const auto errors = problem->find("errors");
    if (errors != problem->end() && errors->is_array()) {
        for (const Json& error : *errors) {
            text += "\n  " + text_of(error, "pointer") + ": " + text_of(error, "detail");
        }
    }
    return text;
}

Error refusal(const std::string& what, const Answer& answer) {
    return Error(ErrorCode::unprocessable, what + ": " + problem_text(answer));
}

ExitCode report(const Error& error) {
    std::cerr << "charter: " << error.message() << '\n';
    switch (error.code()) {
        case ErrorCode::unavailable:
            return ExitCode::unreachable;
        case ErrorCode::invalid_request:
            return ExitCode::usage;
        default:
            return ExitCode::refused;  // whatever else the server says is a no
    }
}

}  // namespace charter::cli
