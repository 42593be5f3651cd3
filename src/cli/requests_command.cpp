// charter requests list | show | ask | approve | deny | ask-back | answer | withdraw | renew.
#include "cli/calls.hpp"
#include "cli/commands.hpp"

#include "charter/base/encoding.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

constexpr const char* path = "/api/v1/requests";

struct RequestOptions {
    ConnectionOptions connection;
    std::string id;
    bool json = false;
    // Of a list.
    std::string state;
    std::string role;
    std::string resource;
    // Of a new one, and of steps.
    std::string beneficiary;
    std::vector<std::string> actions;
    std::string purpose;
    std::string text;  // a reason, note, question or answer
    std::int64_t duration_s = 0;
    std::string expires_at;
    std::int64_t seen_request = 0;
    std::int64_t seen_product = 0;
};

// One request on a line: id, state, who asked, for whom, on what, actions, purpose.
ExitCode list(const RequestOptions& options) {
    const std::string query = with_query(path, {{"limit", "1000"},
                                                {"state", options.state},
                                                {"role", options.role},
                                                {"resource", options.resource}});
    const Result<> done = for_each_item(options.connection, query, [&](const Json& request) {
        if (options.json) {
            std::cout << request.dump() << '\n';
            return;
        }
        std::cout << cell(request, "id") << '\t' << cell(request, "state") << '\t'
                  << cell(request, "by") << '\t' << cell(request, "for") << '\t'
                  << cell(request, "resource") << '\t' << cell(request, "actions") << '\t'
                  << cell(request, "purpose") << '\n';
    });
    return done ? ExitCode::ok : report(done.error());
}

ExitCode show(const RequestOptions& options) {
    Call call;
    call.method = "GET";
    call.path = std::string(path) + "/" + percent_encode(options.id);
    const Result<Json> request = ask(options.connection, call);
    if (!request) {
        return report(request.error());
    }
    std::cout << request->dump(2) << '\n';
    return ExitCode::ok;
}

/// What the options say, where they say it; `text` is the name of the text.
Json body_of(const RequestOptions& options, const char* text) {
    Json body = Json::object();
    const auto set = [&](const char* name, const auto& value, bool said) {
        if (said) {
            body[name] = value;
        }
    };
    set("resource", options.resource, !options.resource.empty());
    set("for", options.beneficiary, !options.beneficiary.empty());
    set("actions", options.actions, !options.actions.empty());
    set("purpose", options.purpose, !options.purpose.empty());
    set("duration_s", options.duration_s, options.duration_s != 0);
    set("expires_at", options.expires_at, !options.expires_at.empty());
    set(text, options.text, !options.text.empty());
    if (options.seen_request != 0) {
        body["seen"]["request"] = options.seen_request;
    }
    if (options.seen_product != 0) {
        body["seen"]["product"] = options.seen_product;
    }
    return body;
}

/// Sends a step, or with no word a new request, and prints id and state of what came of it.
ExitCode send(const RequestOptions& options, const std::string& step, const char* text) {
    const std::string where =
        step.empty() ? path : std::string(path) + "/" + percent_encode(options.id) + "/" + step;
    const Result<Json> made = ask(options.connection, post(where, body_of(options, text)));
    if (!made) {
        return report(made.error());
    }
    std::cout << cell(*made, "id") << '\t' << cell(*made, "state") << '\n';
    return ExitCode::ok;
}

using Options = std::shared_ptr<RequestOptions>;

void add_terms(CLI::App& command, const Options& options) {
    command.add_option("--actions", options->actions, "describe, read, read_masked, write")
        ->delimiter(',');
    command.add_option("--purpose", options->purpose, "what for: a registered purpose");
    command.add_option("--duration-s", options->duration_s, "how long, in seconds from the approval");
}

void add_ask(CLI::App& requests, const Options& options, int& exit_code) {
    CLI::App* command = requests.add_subcommand("ask", "Ask for access; prints id and state");
    command->add_option("RESOURCE", options->resource, "a domain, domain/product or port")
        ->required();
    command->add_option("--for", options->beneficiary, "group:analysts, domain:marketing ...");
    add_terms(*command, options);
    command->add_option("--reason", options->text, "why")->required();
    options->connection.add_to(*command);
    command->callback(
        [options, &exit_code] { exit_code = static_cast<int>(send(*options, "", "reason")); });
}

/// A step on the request ID; `more` adds its options.
void add_step(CLI::App& requests, const Options& options, int& exit_code, const std::string& word,
              const std::string& help, const char* text,
              const std::function<void(CLI::App&)>& more) {
    CLI::App* command = requests.add_subcommand(word, help);
    command->add_option("ID", options->id)->required();
    more(*command);
    options->connection.add_to(*command);
    command->callback([options, &exit_code, word, text] {
        exit_code = static_cast<int>(send(*options, word, text));
    });
}

void add_steps(CLI::App& requests, const Options& options, int& exit_code) {
    const auto add = [&](const char* word, const char* help, const char* text,
                         const std::function<void(CLI::App&)>& more) {
        add_step(requests, options, exit_code, word, help, text, more);
    };
    const auto reason = [&](CLI::App& command) {
        command.add_option("--reason", options->text, "why")->required();
    };
    add("approve", "Give it, or less; prints id and state of the grant", "note",
        [&](CLI::App& command) {
            command.add_option("--actions", options->actions, "only these")->delimiter(',');
            command.add_option("--expires-at", options->expires_at, "not longer than until then");
            command.add_option("--note", options->text, "for who asked");
            command.add_option("--seen-request", options->seen_request, "the revision you looked at");
            command.add_option("--seen-product", options->seen_product,
                               "the product's, or the domain's, that you looked at");
        });
    add("deny", "Refuse it", "reason", reason);
    add("ask-back", "Ask who asked", "question", [&](CLI::App& command) {
        command.add_option("QUESTION", options->text)->required();
    });
    add("answer", "Answer what was asked back", "answer", [&](CLI::App& command) {
        command.add_option("ANSWER", options->text)->required();
    });
    add("withdraw", "Take it back", "reason", [&](CLI::App& command) {
        command.add_option("--reason", options->text, "why");
    });
    add("renew", "Ask anew before the grant ends; prints id and state of the new request", "reason",
        [&](CLI::App& command) {
            add_terms(command, options);
            reason(command);
        });
}

}  // namespace

void add_requests_command(CLI::App& app, int& exit_code) {
    CLI::App* requests = app.add_subcommand("requests", "Ask for access, and decide who gets it");
    requests->require_subcommand(1);
    const auto options = std::make_shared<RequestOptions>();

    CLI::App* listed = requests->add_subcommand(
        "list", "List requests: id, state, by, for, resource, actions, purpose");
    listed->add_option("--state", options->state,
                       "pending, needs-info, approved, denied or withdrawn");
    listed->add_option("--role", options->role, "asked: your own; approver: those you can decide");
    listed->add_option("--resource", options->resource, "on what");
    listed->add_flag("--json", options->json, "each as a line of JSON");
    options->connection.add_to(*listed);
    listed->callback([options, &exit_code] { exit_code = static_cast<int>(list(*options)); });

    CLI::App* shown = requests->add_subcommand("show", "Show one, with its history");
    shown->add_option("ID", options->id)->required();
    options->connection.add_to(*shown);
    shown->callback([options, &exit_code] { exit_code = static_cast<int>(show(*options)); });

    add_ask(*requests, options, exit_code);
    add_steps(*requests, options, exit_code);
}

}  // namespace charter::cli
