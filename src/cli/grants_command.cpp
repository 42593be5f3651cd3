// charter grants list | show | create | revoke.
#include "cli/calls.hpp"
#include "cli/commands.hpp"

#include "charter/base/encoding.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

constexpr const char* path = "/api/v1/grants";

struct GrantOptions {
    ConnectionOptions connection;
    std::string id;
    bool json = false;
    bool dry_run = false;
    // Of a list.
    std::string grantee;
    std::string resource;
    std::string state;
    bool review_due = false;
    // Of a new one.
    std::string file;
    std::vector<std::string> tagged;
    std::string domain;
    std::vector<std::string> actions;
    std::vector<std::string> purposes;
    std::string not_before;
    std::string expires_at;
    std::string review_at;
    std::string parent;
    std::string reason;
    bool delegable = false;
};

/// On what it is: a path, or a domain with tags.
std::string subject_of(const Json& grant) {
    const Json tagged = grant.value("tagged", Json());
    if (!tagged.is_object()) {
        return cell(grant, "resource");
    }
    std::string text = cell(tagged, "domain") + "[";
    const Json all = tagged.value("all", Json::object());
    for (auto each = all.begin(); each != all.end(); ++each) {
        text += (each == all.begin() ? "" : " ") + each.key() + "=" + cell(all, each.key().c_str());
    }
    return text + "]";
}

// One grant on a line: id, state, who, on what, actions, purposes, end.
ExitCode list(const GrantOptions& options) {
    const std::string query =
        with_query(path, {{"limit", "1000"},
                          {"grantee", options.grantee},
                          {"resource", options.resource},
                          {"state", options.state},
                          {"review", options.review_due ? "due" : ""}});
    const Result<> done = for_each_item(options.connection, query, [&](const Json& grant) {
        if (options.json) {
            std::cout << grant.dump() << '\n';
            return;
        }
        std::cout << cell(grant, "id") << '\t' << cell(grant, "state") << '\t'
                  << cell(grant, "grantee") << '\t' << subject_of(grant) << '\t'
                  << cell(grant, "actions") << '\t' << cell(grant, "purposes") << '\t'
                  << cell(grant, "expires_at") << '\n';
    });
    return done ? ExitCode::ok : report(done.error());
}

ExitCode show(const GrantOptions& options) {
    Call call;
    call.method = "GET";
    call.path = std::string(path) + "/" + percent_encode(options.id);
    const Result<Json> grant = ask(options.connection, call);
    if (!grant) {
        return report(grant.error());
    }
    std::cout << grant->dump(2) << '\n';
    return ExitCode::ok;
}

/// "class=pii,open" -> key and values.
Result<> add_tag(Json& all, const std::string& text) {
    const std::size_t equal = text.find('=');
    if (equal == std::string::npos || equal == 0 || equal + 1 == text.size()) {
        return Error(ErrorCode::invalid_request, "a tag is written key=value or key=value,value");
    }
    Json& values = all[text.substr(0, equal)];
    for (std::size_t begin = equal + 1; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        values.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return {};
}

/// The document of a file, if one is named, with what the options say over it.
Result<Json> body_of(const GrantOptions& options) {
    Json body = Json::object();
    if (!options.file.empty()) {
        const Result<std::string> text = read_file(options.file);
        if (!text) {
            return text.error();
        }
        Result<Json> parsed = parse_json(*text);
        if (!parsed || !parsed->is_object()) {
            return Error(ErrorCode::invalid_request, options.file + " holds no JSON object");
        }
        body = *std::move(parsed);
    }
    const auto set = [&](const char* name, const auto& value) {
        if (!value.empty()) {
            body[name] = value;
        }
    };
    set("grantee", options.grantee);
    set("resource", options.resource);
    set("actions", options.actions);
    set("purposes", options.purposes);
    set("not_before", options.not_before);
    set("expires_at", options.expires_at);
    set("review_at", options.review_at);
    set("parent", options.parent);
    set("reason", options.reason);
    if (options.delegable) {
        body["delegable"] = true;
    }
    if (options.tagged.empty()) {
        return body;
    }
    Json all = Json::object();
    for (const std::string& each : options.tagged) {
        if (const Result<> added = add_tag(all, each); !added) {
            return added.error();
        }
    }
    body["tagged"] = {{"domain", options.domain}, {"all", std::move(all)}};
    return body;
}

// Prints the id alone, so that a script can keep it; of a dry run what would change.
ExitCode create(const GrantOptions& options) {
    const Result<Json> body = body_of(options);
    if (!body) {
        return report(body.error());
    }
    const Result<Json> made = ask(
        options.connection,
        post(with_query(path, {{"dry_run", options.dry_run ? "true" : ""}}), *body));
    if (!made) {
        return report(made.error());
    }
    std::cout << (options.dry_run ? made->dump(2) : cell(*made, "id")) << '\n';
    return ExitCode::ok;
}

// Prints the id of each grant that fell, those that passed it on among them.
ExitCode revoke(const GrantOptions& options) {
    Call call;
    call.method = "DELETE";
    call.path = with_query(std::string(path) + "/" + percent_encode(options.id),
                           {{"reason", options.reason}, {"dry_run", options.dry_run ? "true" : ""}});
    const Result<Json> fallen = ask(options.connection, call);
    if (!fallen) {
        return report(fallen.error());
    }
    if (options.dry_run) {
        std::cout << fallen->dump(2) << '\n';
        return ExitCode::ok;
    }
    for (const Json& id : fallen->is_object() ? fallen->value("revoked", Json::array()) : Json()) {
        std::cout << (id.is_string() ? id.get<std::string>() : id.dump()) << '\n';
    }
    return ExitCode::ok;
}

void add_create(CLI::App& grants, const std::shared_ptr<GrantOptions>& options, int& exit_code) {
    CLI::App* made = grants.add_subcommand("create", "Give access and print the grant's id");
    made->add_option("FILE", options->file,
                     "the grant as JSON, - for standard input; options win over it");
    made->add_option("--grantee", options->grantee, "user:ana, group:analysts, domain:marketing ...");
    made->add_option("--resource", options->resource, "a domain, domain/product or port");
    made->add_option("--domain", options->domain, "with --tagged: in this domain");
    made->add_option("--tagged", options->tagged,
                     "key=value,value: what has one of these; may be repeated: and")
        ->expected(1)
        ->take_all();
    made->add_option("--actions", options->actions, "describe, read, read_masked, write")
        ->delimiter(',');
    made->add_option("--purposes", options->purposes, "for these only")->delimiter(',');
    made->add_option("--not-before", options->not_before, "when it begins: 2030-01-01T00:00:00Z");
    made->add_option("--expires-at", options->expires_at, "when it ends");
    made->add_option("--review-at", options->review_at, "when somebody looks at it again");
    made->add_flag("--delegable", options->delegable, "the owners of the domain may pass it on");
    made->add_option("--parent", options->parent, "the id of the grant that it passes on");
    made->add_option("--reason", options->reason, "why");
    made->add_flag("--dry-run", options->dry_run, "say who would gain access, and change nothing");
    options->connection.add_to(*made);
    made->callback([options, &exit_code] { exit_code = static_cast<int>(create(*options)); });
}

}  // namespace

void add_grants_command(CLI::App& app, int& exit_code) {
    CLI::App* grants = app.add_subcommand("grants", "List, show, give and revoke grants");
    grants->require_subcommand(1);
    const auto options = std::make_shared<GrantOptions>();

    CLI::App* listed = grants->add_subcommand(
        "list", "List grants: id, state, grantee, resource, actions, purposes, end");
    listed->add_option("--grantee", options->grantee, "to whom");
    listed->add_option("--resource", options->resource, "on what");
    listed->add_option("--state", options->state, "active, scheduled, expired or revoked");
    listed->add_flag("--review-due", options->review_due, "those that are due for review");
    listed->add_flag("--json", options->json, "each as a line of JSON");
    options->connection.add_to(*listed);
    listed->callback([options, &exit_code] { exit_code = static_cast<int>(list(*options)); });

    CLI::App* shown = grants->add_subcommand("show", "Show a grant with its Cedar text");
    shown->add_option("ID", options->id)->required();
    options->connection.add_to(*shown);
    shown->callback([options, &exit_code] { exit_code = static_cast<int>(show(*options)); });

    add_create(*grants, options, exit_code);

    CLI::App* revoked = grants->add_subcommand(
        "revoke", "End a grant and all that pass it on, and print their ids");
    revoked->add_option("ID", options->id)->required();
    revoked->add_option("--reason", options->reason, "why");
    revoked->add_flag("--dry-run", options->dry_run, "say who would lose access, and change nothing");
    options->connection.add_to(*revoked);
    revoked->callback([options, &exit_code] { exit_code = static_cast<int>(revoke(*options)); });
}

}  // namespace charter::cli
