// What our validator says, for comparison with the official one: a line
// {"schema": "…", "policies": "…"} in, a line {"refused"?, "errors"?, "warnings"?} out.

#include "charter/policy/validate.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

using namespace charter;

namespace {

nlohmann::json told(const std::vector<policy::Finding>& findings) {
    nlohmann::json out = nlohmann::json::array();
    for (const policy::Finding& finding : findings) {
        out.push_back({{"policy", finding.policy},
                       {"line", finding.position.line},
                       {"column", finding.position.column},
                       {"detail", finding.detail}});
    }
    return out;
}

nlohmann::json answer(const nlohmann::json& question) {
    const auto schema = policy::Schema::parse(question.at("schema").get<std::string>());
    if (!schema) {
        return {{"refused", "schema: " + schema.error().message()}};
    }
    const auto policies = policy::parse_policies(question.at("policies").get<std::string>());
    if (!policies) {
        return {{"refused", "policies: " + policies.error().message()}};
    }
    const policy::Validation validation = policy::validate(*policies, *schema);
    return {{"errors", told(validation.errors)}, {"warnings", told(validation.warnings)}};
}

}  // namespace

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        std::cout << answer(nlohmann::json::parse(line)).dump() << '\n';
    }
}
