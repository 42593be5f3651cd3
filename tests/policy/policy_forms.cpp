// policy_forms: turns policies from one form into another, many in one process.
// Each line of the input is {"do": "to_json" | "to_text" | "set_to_json" |
// "format", "text": "…"}, each line of the output {"text": "…"} or {"error": "…"}.
// For tests/peers/forms.test.mjs.

#include "charter/policy/policy_json.hpp"
#include "charter/policy/policy_text.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

namespace {

using charter::Result;
using nlohmann::json;
namespace policy = charter::policy;

Result<std::string> done(const std::string& task, const std::string& text) {
    if (task == "format") {
        return policy::format_policies(text);
    }
    if (task == "set_to_json") {
        const auto policies = policy::PolicySet::parse(text);
        return policies ? Result<std::string>(policy_set_to_json(*policies)) : policies.error();
    }
    if (task == "set_back") {
        const auto policies = policy::policy_set_from_json(text);
        return policies ? Result<std::string>(policy_set_to_json(*policies)) : policies.error();
    }
    if (task == "to_text") {
        const auto read = policy::policy_from_json("p", text);
        return read ? Result<std::string>(policy_to_text(*read)) : read.error();
    }
    const auto read = policy::parse_policy("p", text);
    return read ? Result<std::string>(policy_to_json(*read)) : read.error();
}

}  // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        const json task = json::parse(line);
        const auto result = done(task["do"], task["text"]);
        const json answer = result ? json{{"text", *result}} : json{{"error", result.error().message()}};
        std::cout << answer.dump() << '\n';
    }
}
