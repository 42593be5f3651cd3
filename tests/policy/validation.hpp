#pragma once

// A schema, and what strict validation with it finds in a policy.

#include "charter/policy/validate.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace charter::testing {

using namespace charter::policy;

inline constexpr std::string_view sample_schema = R"(
type Address = { street: String, zip?: Long };
entity Group in [Group] { level: Long };
entity User in [Group] {
  name: String, age?: Long, manager?: User, address: Address, home?: Address,
  admin: Bool, groups: Set<Group>, since: datetime, score: decimal
} tags String;
entity Robot { serial: Long };
entity Doc in [Folder] { owner: User, public?: Bool, viewers: Set<User> };
entity Folder;
entity Color enum ["red", "green"];
action all;
action read in [all] appliesTo {
  principal: [User, Robot], resource: Doc,
  context: { ip: ipaddr, now?: datetime, ttl: duration }
};
action write in [all] appliesTo { principal: User, resource: Doc, context: { name: String } };
action paint appliesTo { principal: User, resource: Color };
namespace Other {
  entity Thing;
  action act appliesTo { principal: Thing, resource: Thing };
}
)";

inline const Schema& schema() {
    static const Schema parsed = Schema::parse(sample_schema).value();
    return parsed;
}

inline std::string written(const std::vector<Finding>& findings) {
    std::string out;
    for (const Finding& finding : findings) {
        out += (out.empty() ? "" : "\n") + std::to_string(finding.position.line) + ":" +
               std::to_string(finding.position.column) + " " + finding.detail;
    }
    return out;
}

inline Validation validation_of(const std::string& policy) {
    const auto parsed = parse_policy("p", policy);
    EXPECT_TRUE(parsed) << policy << "\n" << (parsed ? "" : parsed.error().message());
    return parsed ? validate(*parsed, schema()) : Validation{};
}

/// The errors of a policy: "line:column detail", nothing when it is valid.
inline std::string errors_of(const std::string& policy) {
    return written(validation_of(policy).errors);
}

/// The errors of a condition of a user who reads a document. The condition stands
/// on a line of its own, so that its columns are those of the text.
inline std::string errors_in(const std::string& condition) {
    return errors_of("permit(principal is User, action == Action::\"read\", resource) when {\n" +
                     condition + "\n};");
}

struct Example {
    std::string condition;
    std::string errors;  // nothing: valid
};

inline void expect_all(std::initializer_list<Example> examples) {
    for (const auto& [condition, errors] : examples) {
        EXPECT_EQ(errors_in(condition), errors) << condition;
    }
}

inline bool is_impossible(const std::string& policy) {
    const Validation validation = validation_of(policy);
    EXPECT_TRUE(validation.valid()) << policy << "\n" << written(validation.errors);
    return !validation.warnings.empty();
}

inline bool is_impossible_condition(const std::string& condition) {
    return is_impossible("permit(principal is User, action == Action::\"read\", resource) when { " +
                         condition + " };");
}

}  // namespace charter::testing
