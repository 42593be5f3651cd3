#pragma once

// Runs cases of the official Cedar corpus, for the program cedar_corpus and
// for the tests. Compared: whether the policies validate strictly
// (shouldValidate), decision, reasons and errors (sets of policy ids).

#include "charter/policy/authorize.hpp"
#include "charter/policy/validate.hpp"
#include "policy/entities_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace charter::testing {

namespace fs = std::filesystem;
using namespace charter::policy;

inline std::string read_file(const fs::path& path) {
    const std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

/// Not parse_json: corpus strings hold NUL, which the server refuses.
inline std::optional<Json> read_json(const fs::path& path) {
    Json json = Json::parse(read_file(path), nullptr, false);
    return json.is_discarded() ? std::nullopt : std::optional(std::move(json));
}

/// What the runner compares, for a line in front of its result.
inline constexpr std::string_view compared_facts =
    "strict validation, entities and requests by the schema, decision, reasons, errors; a case "
    "that validates otherwise than expected fails with all its requests";

inline Result<Schema> read_schema(const fs::path& path) {
    const std::string text = read_file(path);
    return path.extension() == ".json" ? Schema::parse_json(text) : Schema::parse(text);
}

inline std::string joined(const std::set<std::string>& ids) {
    std::string out;
    for (const std::string& id : ids) {
        out += (out.empty() ? "" : ",") + id;
    }
    return "[" + out + "]";
}

/// Runs cases and counts requests.
class CorpusRunner {
public:
    /// Paths inside a case are relative to `root`; failures are told to `out`.
    CorpusRunner(fs::path root, std::ostream& out) : root_(std::move(root)), out_(out) {}

    /// Every case below the root: each .json file that has "requests".
    void run_all() {
        std::vector<fs::path> files;
        for (const auto& entry : fs::recursive_directory_iterator(root_)) {
            const std::string name = entry.path().filename().string();
            if (name.ends_with(".json") && !name.ends_with(".entities.json")) {
                files.push_back(entry.path());
            }
        }
        std::ranges::sort(files);
        for (const fs::path& file : files) {
            run(file);
        }
    }

    void run(const fs::path& file) {
        const auto test = read_json(file);
        if (!test || !test->is_object() || !test->contains("requests")) {
            return;
        }
        const fs::path name = fs::relative(file, root_);
        const auto& requests = (*test)["requests"];
        const auto policies = parse_policies(read_file(path_of(*test, "policies")));
        if (!policies) {
            return fail(name, "policies: " + policies.error().message(), counted(requests));
        }
        std::vector<Policy> named = with_annotated_ids(*policies);
        if (const auto linked = add_links(*test, named); !linked) {
            return fail(name, "links: " + linked.error().message(), counted(requests));
        }
        const auto schema = read_schema(path_of(*test, "schema"));
        if (!schema) {
            return fail(name, "schema: " + schema.error().message(), counted(requests));
        }
        const std::string wrong = wrong_validation(*test, named, *schema);
        if (!wrong.empty()) {
            return fail(name, wrong, counted(requests));
        }
        const auto entities_json = read_json(path_of(*test, "entities"));
        auto entities = entities_json
                            ? entities_from_json(*entities_json, *schema)
                            : Result<EntityMap>(Error(ErrorCode::invalid_request, "no JSON"));
        // Ours, not of the official cases: "entitiesValid", without which they are.
        if (entities_json && !test->value("entitiesValid", true)) {
            if (entities) {
                return fail(name, "entities: taken, but should not", counted(requests));
            }
            entities = entities_from_json(*entities_json);
        }
        if (!entities) {
            return fail(name, "entities: " + entities.error().message(), counted(requests));
        }
        if (requests.empty()) {
            ++passed_;  // its validation
        }
        for (const Json& request : requests) {
            run_request(name, request, named, *entities, *schema);
        }
    }

    std::size_t passed() const { return passed_; }
    std::size_t failed() const { return failed_; }

private:
    fs::path path_of(const Json& test, const char* member) const {
        return root_ / test[member].get<std::string>();
    }

    /// A case without requests counts as one.
    static std::size_t counted(const Json& requests) {
        return requests.empty() ? 1 : requests.size();
    }

    /// What is wrong with the validation of a case; nothing when it is as expected.
    static std::string wrong_validation(const Json& test, const std::vector<Policy>& policies,
                                        const Schema& schema) {
        if (!test.contains("shouldValidate")) {
            return {};
        }
        const Validation validation = validate(policies, schema);
        std::set<std::string> invalid;
        for (const Finding& error : validation.errors) {
            invalid.insert(error.policy);
        }
        // Ours, not of the official cases: "invalidPolicies", the ids.
        auto expected = test.value("invalidPolicies", invalid);
        // Of a link we tell its template's errors too, which the official engine does not.
        for (const Policy& policy : policies) {
            if (policy.template_id() && invalid.contains(std::string(*policy.template_id()))) {
                invalid.erase(policy.id());
                expected.erase(policy.id());
            }
        }
        if (validation.valid() == test["shouldValidate"].get<bool>() && invalid == expected) {
            return {};
        }
        std::string out = validation.valid() ? "validates, but should not" : "does not validate";
        if (invalid != expected) {
            out += ": invalid should be " + joined(expected) + ", found " + joined(invalid);
        }
        for (const Finding& error : validation.errors) {
            out += "\n    " + error.policy + ", line " + std::to_string(error.position.line) +
                   ", column " + std::to_string(error.position.column) + ": " + error.detail;
        }
        return out;
    }

    static std::vector<Policy> with_annotated_ids(const std::vector<Policy>& policies) {
        std::vector<Policy> named;
        for (const Policy& policy : policies) {
            const auto id = policy.annotation("id");
            named.push_back(id ? policy.with_id(std::string(*id)) : policy);
        }
        return named;
    }

    /// Ours, not of the official cases: "templateLinks", [{"templateId", "newId", "values"}].
    static Result<void> add_links(const Json& test, std::vector<Policy>& policies) {
        for (const Json& wanted : test.value("templateLinks", Json::array())) {
            SlotValues values;
            for (const auto& [slot, uid_json] : wanted["values"].items()) {
                auto uid = entity_uid_from_json(uid_json);
                if (!uid) {
                    return uid.error();
                }
                (slot == "?principal" ? values.principal : values.resource) = *uid;
            }
            const auto from =
                std::ranges::find(policies, wanted["templateId"].get<std::string>(), &Policy::id);
            if (from == policies.end()) {
                return Error(ErrorCode::invalid_request, "no template " + wanted.dump());
            }
            auto linked = link(*from, wanted["newId"].get<std::string>(), values);
            if (!linked) {
                return linked.error();
            }
            policies.push_back(std::move(linked).value());
        }
        return {};
    }

    void run_request(const fs::path& name, const Json& request, const std::vector<Policy>& policies,
                     const EntityMap& entities, const Schema& schema) {
        const std::string what = request.value("description", std::string());
        const auto principal = entity_uid_from_json(request["principal"]);
        const auto action = entity_uid_from_json(request["action"]);
        const auto resource = entity_uid_from_json(request["resource"]);
        auto context = action ? context_from_json(request["context"], schema, *action)
                              : Result<Value>(action.error());
        // Ours, not of the official cases: "requestValid", without which it is.
        const bool valid = request.value("requestValid", true);
        const bool context_valid = context.has_value();
        if (!context && (!valid || !request.value("validateRequest", true))) {
            context = value_from_json(request["context"]);
        }
        if (!principal || !resource || !context) {
            return fail(name, what + ": the request cannot be read", 1);
        }
        const Request asked{*principal, *action, *resource, *context};
        const auto checked = check_request(schema, asked);
        // A case may ask for the request to be taken as it is.
        const bool asked_for = request.value("validateRequest", true);
        if (asked_for && valid != (checked && context_valid)) {
            return fail(
                name, what + ": " + (checked ? "taken, but should not" : checked.error().message()),
                1);
        }
        const Authorization answer = authorize(std::span(policies), asked, entities);

        std::set<std::string> errors;
        std::string messages;
        for (const EvaluationError& error : answer.errors) {
            errors.insert(error.policy);
            messages += "\n    " + error.policy + ": " + error.message;
        }
        const std::string found =
            described(answer.decision == Decision::allow ? "allow" : "deny",
                      {answer.determined_by.begin(), answer.determined_by.end()}, errors);
        const std::string expected = described(request["decision"].get<std::string>(),
                                               request["reason"].get<std::set<std::string>>(),
                                               request["errors"].get<std::set<std::string>>());
        if (found != expected) {
            return fail(name, what + ": expected " + expected + ", found " + found + messages, 1);
        }
        ++passed_;
    }

    static std::string described(const std::string& decision, const std::set<std::string>& reasons,
                                 const std::set<std::string>& errors) {
        return decision + " because of " + joined(reasons) + ", errors " + joined(errors);
    }

    void fail(const fs::path& name, const std::string& what, std::size_t requests) {
        out_ << "FAILED " << name.string() << ": " << what << "\n";
        failed_ += requests;
    }

    fs::path root_;
    std::ostream& out_;
    std::size_t passed_ = 0;
    std::size_t failed_ = 0;
};

}  // namespace charter::testing
