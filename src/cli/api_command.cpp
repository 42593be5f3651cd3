// charter api METHOD PATH [--data FILE|-]: one call, its answer on standard output.
#include "cli/commands.hpp"
#include "cli/connection.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <string_view>

namespace charter::cli {

namespace {

constexpr std::array<std::string_view, 6> methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};

struct ApiOptions {
    ConnectionOptions connection;
    std::string method;
    std::string path;
    std::string data;
    std::vector<std::string> headers;
};

// "If-Match: \"7\"" -> name and value.
Result<std::pair<std::string, std::string>> parse_header(const std::string& text) {
    const std::size_t colon = text.find(':');
    const bool clean = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; });
    if (colon == std::string::npos || colon == 0 || !clean) {
        return Error(ErrorCode::invalid_request, "a header is written \"Name: value\"");
    }
    const std::size_t value = text.find_first_not_of(' ', colon + 1);
    return std::pair(text.substr(0, colon),
                     value == std::string::npos ? std::string() : text.substr(value));
}

Result<Call> call_of(const ApiOptions& options) {
    Call call;
    call.method = options.method;
    std::ranges::transform(call.method, call.method.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    if (std::ranges::find(methods, call.method) == methods.end()) {
        return Error(ErrorCode::invalid_request,
                     "METHOD is one of GET, HEAD, POST, PUT, PATCH, DELETE");
    }
    call.path = options.path.starts_with('/') ? options.path : "/api/v1/" + options.path;
    if (!is_printable(call.path)) {
        return Error(ErrorCode::invalid_request,
                     "PATH holds a space or another character that must be percent-encoded");
    }
    if (!options.data.empty()) {
        Result<std::string> body = read_file(options.data);
        if (!body) {
            return body.error();
        }
        call.body = *std::move(body);
        if (options.data.ends_with(".yaml") || options.data.ends_with(".yml")) {
            call.content_type = "application/yaml";
        }
    }
    for (const std::string& header : options.headers) {
        Result<std::pair<std::string, std::string>> parsed = parse_header(header);
        if (!parsed) {
            return parsed.error();
        }
        call.headers.push_back(*std::move(parsed));
    }
    return call;
}

ExitCode run(const ApiOptions& options) {
    const Result<Call> call = call_of(options);
    if (!call) {
        return report(call.error());
    }
    Result<Client> client = options.connection.connect();
    if (!client) {
        return report(client.error());
    }
    const Result<Answer> answer = client->call(*call);
    if (!answer) {
        return report(answer.error());
    }
    if (answer->status >= 400) {
        std::cerr << "charter: " << problem_text(*answer) << '\n';
    }
    std::cout << answer->body;
    if (!answer->body.empty() && !answer->body.ends_with('\n')) {
        std::cout << '\n';
    }
    return answer->status < 400 ? ExitCode::ok : ExitCode::refused;
}

}  // namespace

void add_api_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand("api", "Make one call of the REST API");
    const auto options = std::make_shared<ApiOptions>();
    command->add_option("METHOD", options->method, "GET, PUT, POST, PATCH, DELETE")->required();
    command->add_option("PATH", options->path, "such as domains/customer, below /api/v1/")
        ->required();
    command->add_option("-d,--data", options->data,
                        "file with the body, - for standard input; .yaml is sent as YAML");
    command->add_option("-H,--header", options->headers, "\"Name: value\", may be repeated")
        ->expected(1)
        ->take_all();
    options->connection.add_to(*command);
    command->callback([options, &exit_code] { exit_code = static_cast<int>(run(*options)); });
}

}  // namespace charter::cli
