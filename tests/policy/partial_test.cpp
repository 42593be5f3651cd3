// What partial evaluation keeps of policies, against the plain evaluator with the row at hand.

#include "charter/base/limits.hpp"
#include "charter/policy/authorize.hpp"
#include "charter/policy/partial.hpp"
#include "policy/indexed.hpp"
#include "policy/validation.hpp"
#include "support/row_generator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

namespace charter::testing {
namespace {

#if defined(CHARTER_SANITIZED) || defined(CHARTER_COVERAGE)
constexpr std::uint64_t tables = 300;
#else
constexpr std::uint64_t tables = 4'000;
#endif

Policy parsed(const std::string& id, const std::string& text) {
    const Result<Policy> policy = parse_policy(id, text);
    EXPECT_TRUE(policy) << text << (policy ? "" : policy.error().message());
    return policy.value();
}

Value with_row(const Value& context, Value row) {
    std::vector<Value::Member> members(context.as_record().begin(), context.as_record().end());
    members.emplace_back("row", std::move(row));
    return Value::record(std::move(members));
}

/// A forbid that cannot be evaluated denies.
bool allows(const std::vector<Policy>& policies, const Request& request, const Entities& entities) {
    bool permitted = false;
    for (const Policy& policy : policies) {
        const Outcome::Kind kind = evaluate(policy, request, entities).kind;
        if (policy.effect() == Effect::forbid && kind != Outcome::Kind::not_matched) {
            return false;
        }
        permitted = permitted || (policy.effect() == Effect::permit && kind == Outcome::Kind::matched);
    }
    return permitted;
}

Predicate partly(const std::vector<Policy>& policies, const Request& request,
                 const Entities& entities, const RowType& type) {
    std::vector<Predicate> permits;
    std::vector<Predicate> forbids;
    std::size_t steps = 0;
    for (const Policy& policy : policies) {
        (policy.effect() == Effect::permit ? permits : forbids)
            .push_back(effect_on_rows(policy, request, entities, type, steps));
    }
    return permitted_rows(std::move(permits), std::move(forbids), type);
}

TEST(PartialTest, KeepsOfPoliciesWhatTheySayOfEachRow) {
    std::map<std::string, std::size_t> kinds;
    for (std::uint64_t seed = 1; seed <= tables; ++seed) {
        RowGenerator table(seed);
        const Result<Schema> schema = Schema::parse(table.schema());
        ASSERT_TRUE(schema) << "seed " << seed << table.schema() << schema.error().message();
        std::vector<Policy> policies;
        std::string text;
        for (std::size_t i = 0; i < 1 + seed % 4; ++i) {
            const std::string one = table.policy();
            policies.push_back(parsed("p" + std::to_string(i), one));
            const Validation validation = validate(policies.back(), *schema);
            ASSERT_TRUE(validation.valid()) << "seed " << seed << "\n" << table.schema() << one << "\n"
                                            << validation.errors.front().detail;
            ASSERT_TRUE(check_row_conditions(policies.back()).empty()) << one;
            text += one + "\n";
        }
        const Request asked = table.request();
        const Predicate rows = partly(policies, asked, table.entities(), table.type());
        const Policy again = parsed("again", "permit (principal, action, resource) when { " +
                                                 rows.to_cedar_text() + " };");
        for (int i = 0; i < 12; ++i) {
            const Value row = table.row();
            Request request = asked;
            request.context = with_row(asked.context, row);
            const bool truth = allows(policies, request, table.entities());

            ASSERT_EQ(rows.holds_for(row), truth)
                << "seed " << seed << "\n" << text << rows.to_cedar_text() << "\n" << row.to_cedar_text();
            const Outcome said = evaluate(again, request, table.entities());
            ASSERT_EQ(said.kind == Outcome::Kind::matched, truth)
                << "seed " << seed << "\n" << text << rows.to_cedar_text() << "\n"
                << row.to_cedar_text() << said.error;
            ASSERT_EQ(said.error, "") << "seed " << seed << rows.to_cedar_text();
        }
        ++kinds[rows.is_always() ? "always" : rows.is_never() ? "never" : "some"];
    }
    // The comparison means something: rows are told apart often.
    EXPECT_GT(kinds["some"], tables / 5);
    EXPECT_GT(kinds["always"], tables / 50);
}

// --- one policy at a time ---

const RowType customers{{{"country", ValueKind::string, false},
                         {"born", ValueKind::datetime, false},
                         {"key", ValueKind::integer, true},
                         {"worth", ValueKind::decimal, true},
                         {"member", ValueKind::boolean, true}}};

Request asked_at_noon() {
    return {{"User", "ana"}, {"Action", "read"}, {"Column", "c"},
            Value::record({{"now", Value::parse_datetime("2026-01-01T12:00:00Z").value()}})};
}

std::string kept(const std::string& condition) {
    const Policy policy =
        parsed("p", "permit (principal, action, resource) when { " + condition + " };");
    std::size_t steps = 0;
    return effect_on_rows(policy, asked_at_noon(), EntityMap(), customers, steps).to_cedar_text();
}

TEST(PartialTest, SaysWhatIsLeft) {
    const std::pair<std::string, std::string> cases[] = {
        {"context.row has country && context.row.country == \"GERMANY\"",
         "context.row has country && context.row.country == \"GERMANY\""},
        {"context.row has key", "true"},
        {"context has row.country", "context.row has country"},
        {"context has row", "true"},
        {"1 + 1 == 2 && context.row.key > 1 + 2", "context.row.key > 3"},
        {"1 == 2 && context.row.key > 3", "false"},
        {"context.row.key > 3 || 1 == 1", "true"},
        {"context.row.key >= 3 || context.row.key >= 3", "context.row.key >= 3"},
        {"context.row.key == 3 && !(context.row.key == 3)", "false"},
        {"context.row.key != 3", "!(context.row.key == 3)"},
        {"!(!context.row.member)", "context.row.member"},
        {"[1, 2].contains(context.row.key)", "[1, 2].contains(context.row.key)"},
        {"[1].contains(context.row.key)", "context.row.key == 1"},
        {"context.row.worth.lessThan(decimal(\"1.5\"))",
         "context.row.worth.lessThan(decimal(\"1.5000\"))"},
        {"context.row has born && context.row.born < context.now",
         "context.row has born && context.row.born < datetime(\"2026-01-01T12:00:00.000Z\")"},
        {"if context.row.member then context.row.key == 1 else 1 == 2",
         "context.row.member && context.row.key == 1"},
        {"context.row has country && context.row.country like \"G*\\*\"",
         "context.row has country && context.row.country like \"G*\\*\""},
    };
    for (const auto& [condition, left] : cases) {
        EXPECT_EQ(kept(condition), left) << condition;
    }
}

TEST(PartialTest, WhatErrsIsLeftOutOfPermitsAndForbidsInForbids) {
    const std::string error = "9223372036854775807 + 1 == 0";
    const std::pair<std::string, std::string> cases[] = {
        {"context.row.key == 1 && " + error, "false"},
        {"context.row.key == 1 || " + error, "context.row.key == 1"},
        {error + " || context.row.key == 1", "false"},
        {"!(context.row.key == 1 && " + error + ")", "!(context.row.key == 1)"},
        {"if context.row.key == 1 then " + error + " else 1 == 1", "!(context.row.key == 1)"},
    };
    for (const auto& [condition, left] : cases) {
        EXPECT_EQ(kept(condition), left) << condition;
        // The permit says no more than the forbid of the opposite leaves.
        const Policy forbid =
            parsed("f", "forbid (principal, action, resource) unless { " + condition + " };");
        std::size_t steps = 0;
        const Predicate closed =
            effect_on_rows(forbid, asked_at_noon(), EntityMap(), customers, steps);
        EXPECT_EQ(Predicate::negation(closed).to_cedar_text(), left) << condition;
    }
}

TEST(PartialTest, AColumnThatIsAbsentErrsThoughNothingAskedForIt) {
    const RowType type{{{"a", ValueKind::integer, false},
                        {"b", ValueKind::boolean, false},
                        {"s", ValueKind::string, false},
                        {"x", ValueKind::record, false}}};
    const std::vector<Value> rows = {
        Value::record({}),
        Value::record({{"a", Value::integer(1)}}),
        Value::record({{"a", Value::integer(2)}, {"b", Value::boolean(true)}}),
        Value::record({{"b", Value::boolean(false)}, {"s", Value::string("ab")}}),
        Value::record({{"a", Value::integer(1)}, {"b", Value::boolean(true)}, {"s", Value::string("z")}})};
    for (const std::string condition :
         {"context.row.a == 1", "context.row.a != 1", "!(context.row.a > 1)", "context.row.b",
          "!context.row.b", "context.row.b || context.row.a == 1", "context.row.b && context.row.a == 1",
          "context.row.s like \"a*\" || context.row.b", "if context.row.b then context.row.a == 1 else true",
          "if context.row.a == 1 then context.row.b else context.row.s == \"ab\"",
          "[1, 2].contains(context.row.a) || context.row has s",
          "(context.row has a || context.row has b) && context.row.a == 1",
          "!(context.row has a && context.row.a == 1 && context.row.b)"}) {
        for (const char* effect : {"permit", "forbid"}) {
            for (const char* word : {"when", "unless"}) {
                const Policy policy = parsed("p", std::string(effect) + " (principal, action, resource) " +
                                                      word + " { " + condition + " };");
                std::size_t steps = 0;
                const Predicate kept = effect_on_rows(policy, asked_at_noon(), EntityMap(), type, steps);
                for (const Value& row : rows) {
                    Request request = asked_at_noon();
                    request.context = with_row(request.context, row);
                    const Outcome::Kind kind = evaluate(policy, request, EntityMap()).kind;
                    const bool takes_effect =
                        kind == Outcome::Kind::matched ||
                        (kind == Outcome::Kind::error && policy.effect() == Effect::forbid);
                    EXPECT_EQ(kept.holds_for(row), takes_effect)
                        << policy.source() << kept.to_cedar_text() << row.to_cedar_text();
                }
            }
        }
    }
    // Of a type that no condition tests: it errs wherever it is tested.
    std::size_t steps = 0;
    const Policy closed = parsed("p", "forbid (principal, action, resource) when { context.row has x && "
                                      "context.row.x == context.row.x };");
    EXPECT_EQ(effect_on_rows(closed, asked_at_noon(), EntityMap(), type, steps).to_cedar_text(),
              "context.row has x");
}

TEST(PartialTest, AnIndexIsAskedForRows) {
    RowGenerator table(1);
    Request request = table.request();
    request.principal = EntityUid("User", "ana");
    const std::vector<Policy> policies = {
        parsed("rows", "permit (principal, action, resource) when { context.row.key == 1 };"),
        parsed("plain", "permit (principal, action, resource) when { principal.level == 2 };"),
        parsed("not", "forbid (principal, action, resource) when { principal.level == 3 };"),
        parsed("errs", "forbid (principal, action, resource) when { principal.nothing == 3 };"),
        parsed("errs-too", "permit (principal, action, resource) when { principal.nothing == 3 };")};
    const Indexed indexed(policies);
    Asked asked(indexed.index, table.entities(), request);
    const Resource resource(indexed.index, table.entities(), request.resource);
    std::map<std::string, std::string> said;
    std::map<std::string, std::string> said_late;
    asked.authorizer.for_each_candidate(resource.entity, resource.keys, [&](Candidate& candidate) {
        const std::string& id = candidate.rule->policy().id();
        said[id] = asked.authorizer.effect_on_rows(candidate, customers).to_cedar_text();
        const std::size_t steps = asked.authorizer.steps();
        asked.authorizer.set_steps(limits::authorizer_steps_max + 1);
        said_late[id] = asked.authorizer.effect_on_rows(candidate, customers).to_cedar_text();
        asked.authorizer.set_steps(steps);
        Candidate ended = candidate;
        ended.until = std::numeric_limits<std::int64_t>::min();
        ended.seen = false;
        EXPECT_EQ(asked.authorizer.effect_on_rows(ended, customers).to_cedar_text(), "false") << id;
    });
    EXPECT_EQ(said, (std::map<std::string, std::string>{{"rows", "context.row.key == 1"},
                                                        {"plain", "true"},
                                                        {"not", "false"},
                                                        {"errs", "true"},
                                                        {"errs-too", "false"}}));
    EXPECT_EQ(said_late["rows"], "false");
    EXPECT_EQ(said_late["errs"], "true");
}

TEST(PartialTest, TellsWhichColumnsAPolicyNames) {
    const auto named = [](const std::string& condition) {
        std::string text;
        for (const std::string& name :
             row_columns(parsed("p", "permit (principal, action, resource) when { " + condition + " };"))) {
            text += name + " ";
        }
        return text;
    };
    EXPECT_EQ(named("context.row has b && context.row.a == 1 || context has row.c"), "a b c ");
    EXPECT_EQ(named("context has row && context has purpose && principal has level"), "");
    EXPECT_TRUE(is_one_condition(parsed("p", "permit (principal, action, resource) when { true };")));
    EXPECT_FALSE(is_one_condition(parsed("p", "permit (principal, action, resource) unless { true };")));
    EXPECT_FALSE(is_one_condition(parsed("p", "permit (principal, action, resource);")));
    EXPECT_FALSE(reads_row(parsed("p", "permit (principal, action, resource) when { context.now == context.now };")));
}

TEST(PartialTest, ARowWithoutARequiredColumnIsNeverPermitted) {
    const Policy permit = parsed("p", "permit (principal, action, resource);");
    const Policy forbid = parsed(
        "f", "forbid (principal, action, resource) when { context.row.key == 1 };");
    const Predicate rows =
        partly({permit, forbid}, asked_at_noon(), EntityMap(), customers);

    EXPECT_EQ(rows.to_cedar_text(), "context.row has key && !(context.row.key == 1)");
    EXPECT_TRUE(rows.holds_for(Value::record({{"key", Value::integer(2)}})));
    EXPECT_FALSE(rows.holds_for(Value::record({})));
}

TEST(PartialTest, ConditionsThatAreMoreThanAPredicateAreFound) {
    for (const std::string condition :
         {"context.row.key + 1 == 2", "context.row.key * 2 > 1", "-context.row.key > 1",
          "[context.row.key].contains(1)", "[1].containsAll([context.row.key])",
          "context.row == context.row", "context == context",
          "principal.hasTag(context.row.country)", "{a: context.row.key} == {a: 1}",
          "context.row.born.toDate() == context.now", "(context.row.key > 1) == true",
          "context.row.worth.lessThan(decimal(\"1.0\")) == true",
          "(if context.row.member then 1 else 2) == 1", "context.row.key.part == 1",
          "context.row has key.part", "User::\"a\" in [context.row.key]",
          "context.row.key is User", "[context.row.key].isEmpty()"}) {
        const Policy policy =
            parsed("p", "permit (principal, action, resource) when { 1 == 1 && " + condition + " };");
        const std::vector<Finding> findings = check_row_conditions(policy);

        EXPECT_FALSE(findings.empty()) << condition;
        EXPECT_EQ(kept(condition), "false") << condition;
        EXPECT_EQ(kept("!(" + condition + ")"), "false") << condition;
    }
}

TEST(PartialTest, WhatIsTooLongPermitsNothing) {
    std::string condition = "context.row.key == 0";
    for (int i = 1; i < 30; ++i) {
        condition = "if context.row.key > " + std::to_string(i) + " then (" + condition +
                    ") else !(" + condition + ")";
        if (condition.size() > 200'000) {
            break;
        }
    }
    EXPECT_EQ(kept(condition), "false");
}

}  // namespace
}  // namespace charter::testing
