#pragma once

// A small world for policy tests, and expressions evaluated in it.

#include "charter/policy/authorize.hpp"
#include "policy/ast.hpp"
#include "policy/evaluator.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace charter::testing {

using namespace charter::policy;

inline EntityUid uid(std::string_view type, std::string_view id) {
    return {type, id};
}

/// User::"ana" in Group::"analysts" in Group::"staff"; Column::"c" of
/// Domain::"customer", which is owned by Group::"staff".
inline EntityMap sample_entities() {
    Entity ana;
    ana.uid = uid("User", "ana");
    ana.attributes = Value::record({{"age", Value::integer(40)}, {"name", Value::string("Ana")}});
    ana.parents = {uid("Group", "analysts")};
    Entity analysts;
    analysts.uid = uid("Group", "analysts");
    analysts.parents = {uid("Group", "staff")};
    Entity domain;
    domain.uid = uid("Domain", "customer");
    domain.attributes = Value::record({{"owners", Value::entity(uid("Group", "staff"))}});
    Entity column;
    column.uid = uid("Column", "c");
    column.attributes = Value::record({{"domain", Value::entity(uid("Domain", "customer"))}});
    column.tags = Value::record({{"class", Value::set({Value::string("pii")})}});
    column.parents = {uid("Domain", "customer")};
    Entity read;
    read.uid = uid("Action", "read");
    read.parents = {uid("Action", "data")};
    return std::move(EntityMap::make({ana, analysts, domain, column, read})).value();
}

/// ana reads the column for analytics.
inline Request sample_request() {
    return {uid("User", "ana"), uid("Action", "read"), uid("Column", "c"),
            Value::record({{"purpose", Value::string("analytics")},
                           {"nested", Value::record({{"deep", Value::integer(1)}})}})};
}

/// What an expression gives for the sample request: Cedar text, or "error: "
/// and the message.
inline std::string evaluated(const std::string& expression) {
    const auto policy =
        parse_policy("p", "permit(principal, action, resource) when { " + expression + " };");
    if (!policy) {
        return "refused: " + policy.error().message();
    }
    const EntityMap entities = sample_entities();
    const Request request = sample_request();
    Evaluator evaluator(policy->contents(), request, entities);
    Value scratch;
    const Value* value = evaluator.value(policy->contents().conditions.front().expression, scratch);
    return value == nullptr ? "error: " + evaluator.take_error() : value->to_cedar_text();
}

/// An expression and what it gives; `contains` when only part of it matters.
struct Expectation {
    std::string expression;
    std::string result;
};

/// Checks each: exactly, or from "error" on by containing the text.
inline void expect_all(std::initializer_list<Expectation> expectations) {
    for (const auto& [expression, result] : expectations) {
        const std::string found = evaluated(expression);
        if (result.starts_with("error: ") || result.starts_with("refused: ")) {
            const std::size_t part = result.find(' ') + 1;
            EXPECT_TRUE(found.starts_with(result.substr(0, part)) &&
                        found.find(result.substr(part)) != std::string::npos)
                << expression << "\n  gave " << found << "\n  not  " << result;
        } else {
            EXPECT_EQ(found, result) << expression;
        }
    }
}

}  // namespace charter::testing
