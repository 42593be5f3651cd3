// The random worlds of support/policy_generator.hpp reach what they are for.

#include "policy/ast.hpp"
#include "charter/policy/authorize.hpp"
#include "support/policy_generator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace charter::testing {
namespace {

TEST(PolicyGeneratorTest, RepeatsItselfForTheSameSeed) {
    PolicyGenerator one(5);
    PolicyGenerator two(5);
    const auto first = one.policies(40);
    const auto second = two.policies(40);

    ASSERT_EQ(first.size(), 40U);
    for (std::size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].id(), second[i].id());
        EXPECT_EQ(first[i].source(), second[i].source());
    }
    const Request asked = one.request();
    const Request again = two.request();
    EXPECT_EQ(asked.principal, again.principal);
    EXPECT_EQ(asked.action, again.action);
    EXPECT_EQ(asked.resource, again.resource);
    EXPECT_EQ(asked.context, again.context);
}

TEST(PolicyGeneratorTest, NestsSixLevelsDeep) {
    const PolicyGenerator world(1);

    EXPECT_TRUE(world.entities().is_in({"Org::Group", "5.0"}, {"Org::Group", "0.0"}));
    EXPECT_TRUE(world.entities().is_in({"Folder", "5.0"}, {"Folder", "0.0"}));
}

TEST(PolicyGeneratorTest, WritesTemplatesAndLinksOfBothSlots) {
    PolicyGenerator world(3);
    std::size_t templates = 0;
    std::set<std::pair<bool, bool>> slots;
    for (const Policy& policy : world.policies(300)) {
        const ScopeConstraint& principal = policy.contents().principal;
        const ScopeConstraint& resource = policy.contents().resource;
        templates += policy.is_template() ? 1U : 0U;
        if (!policy.is_template() && (principal.slot || resource.slot)) {
            slots.emplace(principal.slot, resource.slot);
        }
    }

    EXPECT_GT(templates, 10U);
    EXPECT_EQ(slots.size(), 3U);
}

TEST(PolicyGeneratorTest, MatchesSkipsAndErrsInSensibleShares) {
    std::map<std::string, double> share;
    double total = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        PolicyGenerator world(seed);
        const auto policies = world.policies(200);
        for (int i = 0; i < 20; ++i) {
            const Request request = world.request();
            for (const Policy& policy : policies) {
                ++total;
                share["scope"] += scope_matches(policy, request, world.entities());
                const Outcome outcome = evaluate(policy, request, world.entities());
                share["matched"] += outcome.kind == Outcome::Kind::matched;
                share["error"] += outcome.kind == Outcome::Kind::error;
            }
            const Authorization answer =
                authorize(std::span(policies).first(15), request, world.entities());
            share["allowed"] += answer.decision == Decision::allow;
        }
    }

    RecordProperty("scope", std::to_string(share["scope"] / total));
    EXPECT_GT(share["scope"] / total, 0.05);
    EXPECT_LT(share["scope"] / total, 0.60);
    EXPECT_GT(share["matched"] / total, 0.02);
    EXPECT_GT(share["error"] / total, 0.002);
    EXPECT_LT(share["error"] / total, share["matched"] / total);
    EXPECT_GT(share["allowed"], 0.1 * 400);
    EXPECT_LT(share["allowed"], 0.9 * 400);
}

}  // namespace
}  // namespace charter::testing
