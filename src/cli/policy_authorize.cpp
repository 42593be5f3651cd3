// charter policy authorize.
#include "charter/policy/authorize.hpp"
#include "charter/policy/request_json.hpp"
#include "cli/policy_files.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

struct AuthorizeCommand {
    PolicyFiles files;
    SchemaFile schema_file;
    std::string entities_file;
    std::string request_file;
    std::string principal;
    std::string action;
    std::string resource;
    std::string context_file;
    bool check_request = true;
    bool verbose = false;
    bool timing = false;

    PolicyExit run() const {
        std::optional<policy::Schema> schema;
        if (!schema_file.schema.empty()) {
            schema = schema_file.read();
            if (!schema) {
                return PolicyExit::error;
            }
        }
        const policy::Schema* declared = schema ? &*schema : nullptr;
        const auto policies = files.read();
        const auto entities = policies ? read_entities(declared) : std::nullopt;
        const auto request = entities ? read_request(declared) : std::nullopt;
        if (!request) {
            return PolicyExit::error;
        }
        if (declared != nullptr && check_request) {
            if (const auto checked = policy::check_request(*declared, *request); !checked) {
                return report("the request", checked.error());
            }
        }
        const std::vector<policy::Policy> deciding = policies->deciding();
        const auto begin = std::chrono::steady_clock::now();
        const policy::Authorization answer =
            policy::authorize(std::span(deciding), *request, *entities);
        const auto spent = std::chrono::steady_clock::now() - begin;
        print(answer);
        if (timing) {
            std::cout << "decided in "
                      << std::chrono::duration_cast<std::chrono::microseconds>(spent).count()
                      << " microseconds\n";
        }
        return answer.decision == policy::Decision::allow ? PolicyExit::ok : PolicyExit::deny;
    }

    std::optional<policy::EntityMap> read_entities(const policy::Schema* schema) const {
        const auto text = entities_file.empty() ? std::optional<std::string>("[]")
                                                : read_or_report(entities_file);
        if (!text) {
            return std::nullopt;
        }
        Result<policy::EntityMap> read = policy::parse_entities(*text, schema);
        if (!read) {
            report(entities_file, read.error());
            return std::nullopt;
        }
        return std::move(*read);
    }

    std::optional<policy::Request> read_request(const policy::Schema* schema) const {
        if (!request_file.empty()) {
            const auto text = read_or_report(request_file);
            if (!text) {
                return std::nullopt;
            }
            Result<policy::Request> read = policy::parse_request(*text, schema);
            if (!read) {
                report(request_file, read.error());
                return std::nullopt;
            }
            return std::move(*read);
        }
        policy::Request request;
        for (const auto& [option, text, uid] :
             {std::tuple{"--principal", &principal, &request.principal},
              std::tuple{"--action", &action, &request.action},
              std::tuple{"--resource", &resource, &request.resource}}) {
            const Result<policy::EntityUid> read = policy::parse_entity_uid(*text);
            if (!read) {
                report(option, text->empty()
                                   ? Error(ErrorCode::invalid_request,
                                           "missing; give the request by --principal, --action and "
                                           "--resource, or by --request-json")
                                   : read.error());
                return std::nullopt;
            }
            *uid = *read;
        }
        if (!context_file.empty()) {
            const auto text = read_or_report(context_file);
            if (!text) {
                return std::nullopt;
            }
            Result<policy::Value> context = policy::parse_context(*text, request.action, schema);
            if (!context) {
                report(context_file, context.error());
                return std::nullopt;
            }
            request.context = std::move(*context);
        }
        return request;
    }

    void print(const policy::Authorization& answer) const {
        std::cout << (answer.decision == policy::Decision::allow ? "ALLOW" : "DENY") << '\n';
        if (verbose) {
            std::cout << (answer.determined_by.empty()
                              ? "\nnote: no policies applied to this request\n"
                              : "\nnote: this decision was due to the following policies:\n");
            for (const std::string& id : answer.determined_by) {
                std::cout << "  " << id << '\n';
            }
        }
        for (const policy::EvaluationError& error : answer.errors) {
            std::cerr << "warning: policy `" << error.policy << "` was left out: " << error.message
                      << '\n';
        }
    }
};

}  // namespace

void add_authorize(CLI::App& policy, int& exit_code) {
    CLI::App* command = policy.add_subcommand(
        "authorize", "Decide one request; exit 0 allow, 2 deny, 1 error");
    const auto authorize = std::make_shared<AuthorizeCommand>();
    const std::string example = ", such as User::\"alice\"";
    CLI::Option* principal =
        command->add_option("-l,--principal", authorize->principal, "Who" + example);
    CLI::Option* action = command->add_option("-a,--action", authorize->action, "Does what");
    CLI::Option* resource =
        command->add_option("-r,--resource", authorize->resource, "With which resource");
    CLI::Option* context =
        command->add_option("-c,--context", authorize->context_file, "JSON file of the context");
    command
        ->add_option("--request-json", authorize->request_file,
                     "JSON file with principal, action, resource and context")
        ->excludes(principal)
        ->excludes(action)
        ->excludes(resource)
        ->excludes(context);
    authorize->files.add_to(*command);
    authorize->schema_file.add_to(*command, false);
    command->add_option("--entities", authorize->entities_file, "JSON file of the entities");
    command
        ->add_option("--request-validation", authorize->check_request,
                     "Check the request against the schema")
        ->capture_default_str();
    command->add_flag("-v,--verbose", authorize->verbose, "Name the policies that decided");
    command->add_flag("-t,--timing", authorize->timing, "Say how long the decision took");
    command->callback([authorize, &exit_code] { exit_code = static_cast<int>(authorize->run()); });
}

}  // namespace charter::cli
