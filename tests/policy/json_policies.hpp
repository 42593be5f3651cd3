#pragma once

// Policies as JSON and as text.

#include "charter/policy/policy_json.hpp"
#include "charter/policy/policy_text.hpp"
#include "policy/policy_printer.hpp"
#include "support/policy_world.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace charter::testing {

using nlohmann::json;

inline std::string in_policy(const std::string& expression) {
    return "permit(principal, action, resource) when { " + expression + " };";
}

/// The JSON of an expression in text.
inline std::string body_of(const std::string& expression) {
    const auto policy = parse_policy("p", in_policy(expression));
    return policy ? json::parse(policy_to_json(*policy))["conditions"][0]["body"].dump()
                  : "refused: " + policy.error().message();
}

inline std::string document_with(const std::string& body) {
    return R"({"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},)"
           R"("resource":{"op":"All"},"conditions":[{"kind":"when","body":)" +
           body + "}]}";
}

/// What is wrong with a policy, or "" when it is taken.
inline std::string refusal(const std::string& document) {
    const auto policy = policy_from_json("p", document);
    return policy ? "" : policy.error().message();
}

inline std::string body_refusal(const std::string& body) {
    const std::string found = refusal(document_with(body));
    constexpr std::string_view path = "/conditions/0/body";
    return found.starts_with(path) ? found.substr(path.size()) : found;
}

inline std::string text_of(const std::string& body) {
    const auto policy = policy_from_json("p", document_with(body));
    if (!policy) {
        return "refused: " + policy.error().message();
    }
    const std::string text = print_policy(*policy);
    constexpr std::string_view before = "permit (principal, action, resource) when { ";
    return text.substr(before.size(), text.size() - before.size() - 3);
}

}  // namespace charter::testing
