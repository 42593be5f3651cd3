// charter access who | what | explain.
#include "cli/calls.hpp"
#include "cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

struct AccessOptions {
    ConnectionOptions connection;
    std::string action = "read";
    std::string resource;
    std::string principal;
    std::string purpose;
    std::string at;
    std::string supposed;
    bool json = false;
};

/// What is left to be met: its members, or "-".
std::string conditions_of(const Json& path) {
    const Json conditions = path.value("conditions", Json());
    if (!conditions.is_object()) {
        return cell(path, "conditions");
    }
    std::string text;
    for (auto each = conditions.begin(); each != conditions.end(); ++each) {
        text += (text.empty() ? "" : "; ") + each.key() + " " +
                cell(conditions, each.key().c_str());
    }
    return text.empty() ? "-" : text;
}

// One path on a line: who or what, by which grant or rule, given to whom, on what, what is left.
void print_paths(const Json& item, const char* name) {
    const Json paths = item.value("paths", Json::array());
    for (const Json& path : paths) {
        std::cout << cell(item, name) << '\t' << cell(path, "via") << '\t' << cell(path, "grantee")
                  << '\t' << cell(path, "on") << '\t' << cell(path, "chain") << '\t'
                  << conditions_of(path) << '\n';
    }
    if (paths.empty()) {
        std::cout << cell(item, name) << '\n';
    }
}

ExitCode print_list(const AccessOptions& options, const std::string& path, const char* name) {
    const Result<> done = for_each_item(options.connection, path, [&](const Json& item) {
        if (options.json) {
            std::cout << item.dump() << '\n';
        } else {
            print_paths(item, name);
        }
    });
    return done ? ExitCode::ok : report(done.error());
}

ExitCode who(const AccessOptions& options) {
    return print_list(options,
                      with_query("/api/v1/access/who", {{"resource", options.resource},
                                                        {"action", options.action},
                                                        {"limit", "1000"}}),
                      "principal");
}

ExitCode what(const AccessOptions& options) {
    return print_list(options,
                      with_query("/api/v1/access/what", {{"principal", options.principal},
                                                         {"action", options.action},
                                                         {"limit", "1000"}}),
                      "resource");
}

Result<Json> question_of(const AccessOptions& options) {
    Json question;
    question["action"] = options.action;
    question["resource"] = options.resource;
    question["explain"] = true;
    const auto set = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            question[name] = value;
        }
    };
    set("principal", options.principal);
    set("purpose", options.purpose);
    set("at", options.at);
    if (!options.supposed.empty()) {
        const Result<std::string> text = read_file(options.supposed);
        if (!text) {
            return text.error();
        }
        Result<Json> supposed = parse_json(*text);
        if (!supposed) {
            return Error(ErrorCode::invalid_request, options.supposed + " holds no JSON");
        }
        question["if"] = *std::move(supposed);
    }
    return question;
}

void print_candidate(const Json& candidate) {
    std::cout << "  " << cell(candidate, "effect") << ' ' << cell(candidate, "id");
    if (candidate.contains("port")) {
        std::cout << " on " << cell(candidate, "port");
    }
    if (candidate.value("held", false)) {
        std::cout << ": holds";
    } else if (candidate.contains("held_for")) {
        std::cout << ": holds for " << cell(candidate, "held_for");
    } else {
        std::cout << ": does not hold";
    }
    std::cout << (candidate.value("kind", "") == "shadow" ? " (shadow: decides nothing)\n" : "\n");
    if (candidate.contains("error")) {
        std::cout << "    error: " << cell(candidate, "error") << '\n';
    }
    if (candidate.contains("clause")) {
        std::cout << "    not met: " << cell(candidate, "clause");
        if (candidate.contains("not_for")) {
            std::cout << "  (of " << cell(candidate, "not_for") << ")";
        }
        std::cout << '\n';
    }
    const Json values = candidate.value("values", Json::object());
    for (auto each = values.begin(); each != values.end(); ++each) {
        std::cout << "      " << each.key() << " = " << each.value().dump() << '\n';
    }
}

// Says no with an exit code too, so that a script can ask.
ExitCode explain(const AccessOptions& options) {
    const Result<Json> question = question_of(options);
    if (!question) {
        return report(question.error());
    }
    const Result<Json> answer = ask(options.connection, post("/api/v1/authorize", *question));
    if (!answer) {
        return report(answer.error());
    }
    const Json decision = answer->is_object() ? answer->value("decision", Json()) : Json();
    if (!decision.is_object()) {
        return report(Error(ErrorCode::unprocessable, "the server answered without a decision"));
    }
    const bool allow = decision.value("allow", Json()) == Json(true);
    if (options.json) {
        std::cout << answer->dump() << '\n';
        return allow ? ExitCode::ok : ExitCode::refused;
    }
    std::cout << (allow ? "yes: " : "no: ") << cell(decision, "reason") << '\n';
    for (const Json& reason : answer->value("why", Json::array())) {
        std::cout << "  " << reason.get<std::string>() << '\n';
    }
    for (const Json& candidate : answer->value("candidates", Json::array())) {
        print_candidate(candidate);
    }
    return allow ? ExitCode::ok : ExitCode::refused;
}

}  // namespace

void add_access_command(CLI::App& app, int& exit_code) {
    CLI::App* access = app.add_subcommand("access", "Ask who may do what, and why");
    access->require_subcommand(1);
    const auto options = std::make_shared<AccessOptions>();
    const char* action = "read, describe, write ...; read when it is not said";

    CLI::App* asked_who = access->add_subcommand(
        "who", "List who may use a resource: principal, rule, grantee, on what, chain, conditions");
    asked_who->add_option("RESOURCE", options->resource, "a domain, product, port or column")
        ->required();
    asked_who->add_option("--action", options->action, action);
    asked_who->add_flag("--json", options->json, "each as a line of JSON");
    options->connection.add_to(*asked_who);
    asked_who->callback([options, &exit_code] { exit_code = static_cast<int>(who(*options)); });

    CLI::App* asked_what = access->add_subcommand(
        "what", "List what somebody may use: resource, rule, grantee, on what, chain, conditions");
    asked_what->add_option("PRINCIPAL", options->principal, "user:ana, group:analysts ...")
        ->required();
    asked_what->add_option("--action", options->action, action);
    asked_what->add_flag("--json", options->json, "each as a line of JSON");
    options->connection.add_to(*asked_what);
    asked_what->callback([options, &exit_code] { exit_code = static_cast<int>(what(*options)); });

    CLI::App* explained = access->add_subcommand(
        "explain", "Decide, and say of every rule and grant whether it holds and why not");
    explained->add_option("RESOURCE", options->resource, "a domain, product, port or column")
        ->required();
    explained->add_option("--action", options->action, action);
    explained->add_option("--principal", options->principal, "about another one than who asks");
    explained->add_option("--purpose", options->purpose, "for what");
    explained->add_option("--at", options->at, "as at this time: 2030-01-01T00:00:00Z");
    explained->add_option("--if", options->supposed,
                          "a file with a rule or grant as if it were there, - for standard input: "
                          "{\"policy\": {\"domain\", \"cedar\"}}, {\"guardrail\": {\"cedar\"}} or "
                          "{\"grant\": {...}}");
    explained->add_flag("--json", options->json, "the answer as a line of JSON");
    options->connection.add_to(*explained);
    explained->callback([options, &exit_code] { exit_code = static_cast<int>(explain(*options)); });
}

}  // namespace charter::cli
