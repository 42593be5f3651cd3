#pragma once

// What the fuzz targets share. A target reads bytes and checks what must hold for
// whatever they say; what does not ends the program, and libFuzzer keeps the bytes.

#include "charter/base/json.hpp"
#include "charter/policy/authorize.hpp"
#include "charter/policy/policy_json.hpp"
#include "charter/policy/policy_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace charter::fuzz {

using namespace charter::policy;
using charter::Json;

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program.
[[noreturn]] inline void broken(std::string_view property, std::string_view found,
                                std::string_view expected = {}) {
    std::fprintf(stderr, "BROKEN: %.*s\n--- found\n%.*s\n", static_cast<int>(property.size()),
                 property.data(), static_cast<int>(found.size()), found.data());
    if (!expected.empty()) {
        std::fprintf(stderr, "--- expected\n%.*s\n", static_cast<int>(expected.size()),
                     expected.data());
    }
    std::abort();
}

inline void expect(bool holds, std::string_view property, std::string_view found = {}) {
    if (!holds) {
        broken(property, found);
    }
}

inline void expect_same(std::string_view property, std::string_view found,
                        std::string_view expected) {
    if (found != expected) {
        broken(property, found, expected);
    }
}

/// True when a limit is the reason: what one form says may be too deep in another.
inline bool over_limit(const Error& error) {
    return error.message().find("_max") != std::string::npos ||
           error.code() == ErrorCode::too_large;
}

/// The value, or the end of the program.
template <class T>
T taken(Result<T> result, std::string_view property, std::string_view from) {
    if (!result) {
        broken(property, result.error().message(), from);
    }
    return std::move(result).value();
}

/// With sorted names: the order of annotations is lost in JSON.
inline std::string sorted_json(const Policy& policy) {
    return Json::parse(policy_to_json(policy)).dump();
}

/// A set without its @id annotations: where text needs them to name a policy they are added.
inline std::string described(const PolicySet& policies) {
    Json json = Json::parse(policy_set_to_json(policies));
    for (const char* part : {"staticPolicies", "templates"}) {
        for (Json& policy : json[part]) {
            Json& annotations = policy["annotations"];
            if (annotations.is_object()) {
                annotations.erase("id");
            }
            if (annotations.empty()) {
                policy.erase("annotations");
            }
        }
    }
    return json.dump();
}

/// One policy means the same in every form.
inline void check_forms(const Policy& policy) {
    const std::string json = sorted_json(policy);
    const std::string text = policy_to_text(policy);
    const Policy printed = taken(parse_policy(policy.id(), text), "a printed policy parses", text);
    expect_same("printed, it is the same policy", sorted_json(printed), json);
    expect_same("printing is stable", policy_to_text(printed), text);
    const auto read = policy_from_json(policy.id(), json);
    if (!read && over_limit(read.error())) {
        return;
    }
    const Policy copy = taken(read, "the JSON of a policy is read", json);
    expect_same("JSON gives the same policy", sorted_json(copy), json);
    const Policy back =
        taken(parse_policy(policy.id(), policy_to_text(copy)), "JSON as text parses", json);
    expect_same("text from JSON gives the same policy", sorted_json(back), json);
}

/// A decision in one line, whatever the order of its parts.
inline std::string described(Authorization answer) {
    std::ranges::sort(answer.determined_by);
    std::ranges::sort(answer.errors, {}, &EvaluationError::policy);
    std::string text = answer.decision == Decision::allow ? "allow" : "deny";
    for (const std::string& id : answer.determined_by) {
        text += " " + id;
    }
    for (const EvaluationError& error : answer.errors) {
        text += "\n! " + error.policy + ": " + error.message;
    }
    return text;
}

}  // namespace charter::fuzz
