// Scopes, conditions and how outcomes become a decision.

#include "support/policy_world.hpp"

#include <utility>

namespace charter::testing {
namespace {

Policy policy(const std::string& text) {
    return std::move(parse_policy("p", text)).value();
}

Outcome::Kind outcome(const std::string& text) {
    return evaluate(policy(text), sample_request(), sample_entities()).kind;
}

Authorization answer(std::string_view text) {
    const auto policies = parse_policies(text);
    return authorize(std::span(policies.value()), sample_request(), sample_entities());
}

constexpr std::string_view erring_forbid =
    "forbid(principal, action, resource) when { context.nothing };";

TEST(ScopeTest, MatchesByNameHierarchyAndType) {
    const std::vector<std::pair<std::string, bool>> cases = {
        {"principal, action, resource", true},
        {"principal == User::\"ana\", action, resource", true},
        {"principal == User::\"bob\", action, resource", false},
        {"principal in Group::\"staff\", action, resource", true},
        {"principal in Group::\"others\", action, resource", false},
        {"principal is User, action, resource", true},
        {"principal is Group, action, resource", false},
        {"principal is User in Group::\"staff\", action, resource", true},
        {"principal is Group in Group::\"staff\", action, resource", false},
        {"principal, action == Action::\"read\", resource", true},
        {"principal, action == Action::\"data\", resource", false},
        {"principal, action in Action::\"data\", resource", true},
        {"principal, action in [Action::\"write\", Action::\"data\"], resource", true},
        {"principal, action in [], resource", false},
        {"principal, action, resource in Domain::\"customer\"", true},
        {"principal, action, resource is Port", false},
    };

    for (const auto& [scope, expected] : cases) {
        const Policy parsed = policy("permit(" + scope + ");");
        EXPECT_EQ(scope_matches(parsed, sample_request(), sample_entities()), expected) << scope;
    }
}

TEST(ScopeTest, NeverMatchesAnUnlinkedTemplate) {
    const Policy unlinked = policy("permit(principal in ?principal, action, resource);");

    EXPECT_FALSE(scope_matches(unlinked, sample_request(), sample_entities()));
    EXPECT_EQ(evaluate_conditions(unlinked, sample_request(), sample_entities()).kind,
              Outcome::Kind::not_matched);
}

TEST(EvaluateTest, NeedsEveryConditionToHold) {
    const std::string head = "permit(principal, action, resource) ";

    EXPECT_EQ(outcome(head + ";"), Outcome::Kind::matched);
    EXPECT_EQ(outcome(head + "when { true } unless { false };"), Outcome::Kind::matched);
    EXPECT_EQ(outcome(head + "when { true } when { false };"), Outcome::Kind::not_matched);
    EXPECT_EQ(outcome(head + "unless { true } when { context.no };"), Outcome::Kind::not_matched);
    EXPECT_EQ(outcome(head + "when { context.no } unless { true };"), Outcome::Kind::error);
    EXPECT_EQ(outcome(head + "when { 1 };"), Outcome::Kind::error);
}

TEST(AuthorizeTest, DeniesByDefault) {
    const Authorization found = answer("permit(principal, action, resource) when { false };");

    EXPECT_EQ(found.decision, Decision::deny);
    EXPECT_TRUE(found.determined_by.empty());
    EXPECT_TRUE(found.errors.empty());
}

TEST(AuthorizeTest, NamesThePermitsThatAllowed) {
    const Authorization found = answer(
        "permit(principal, action, resource); forbid(principal, action, resource) when { false };"
        "permit(principal, action, resource) when { true };");

    EXPECT_EQ(found.decision, Decision::allow);
    EXPECT_EQ(found.determined_by, (std::vector<std::string>{"policy0", "policy2"}));
}

TEST(AuthorizeTest, LetsForbidWinAndNamesIt) {
    const Authorization found =
        answer("permit(principal, action, resource); forbid(principal, action, resource);");

    EXPECT_EQ(found.decision, Decision::deny);
    EXPECT_EQ(found.determined_by, (std::vector<std::string>{"policy1"}));
}

TEST(AuthorizeTest, SkipsWhatErrsAndReportsIt) {
    const Authorization found =
        answer("permit(principal, action, resource);" + std::string(erring_forbid));

    EXPECT_EQ(found.decision, Decision::allow);
    ASSERT_EQ(found.errors.size(), 1U);
    EXPECT_EQ(found.errors[0].policy, "policy1");
    EXPECT_EQ(found.errors[0].message,
              "line 1, column 52: the record has no attribute \"nothing\"");
}

}  // namespace
}  // namespace charter::testing
