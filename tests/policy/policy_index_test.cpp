// The index and the compiled conditions against the scan of all policies by the
// plain evaluator.

#include "charter/base/limits.hpp"
#include "charter/policy/authorize.hpp"
#include "policy/indexed.hpp"
#include "policy/row_tree.hpp"
#include "support/policy_generator.hpp"
#include "support/policy_world.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace charter::testing {
namespace {

#if defined(CHARTER_SANITIZED) || defined(CHARTER_COVERAGE)
constexpr std::size_t decisions_compared = 60'000;
#else
constexpr std::size_t decisions_compared = 1'000'000;
#endif

TEST(PolicyIndex, DecidesAsTheScanOfAllPoliciesDoes) {
    std::size_t compared = 0;
    std::map<std::string, std::size_t> kinds;
    for (std::uint64_t seed = 1; compared < decisions_compared; ++seed) {
        PolicyGenerator world(seed);
        const std::vector<Policy> policies = world.policies(1 + seed * 37 % 300);
        const Indexed indexed(policies);
        for (int i = 0; i < 50; ++i) {
            const Request first = world.request();
            Asked asked(indexed.index, world.entities(), first);
            // The same principal, action and context for several resources: what was
            // gathered and evaluated for one must not stay for another that differs.
            for (int j = 0; j < 8; ++j, ++compared) {
                Request request = first;
                request.resource = j == 0 ? first.resource : world.request().resource;
                const Resource resource(indexed.index, world.entities(), request.resource);
                const Authorization truth = authorize(policies, request, world.entities());

                ASSERT_EQ(described(indexed.named(asked.authorize(resource))),
                          described(truth))
                    << "seed " << seed;
                ASSERT_EQ(asked.authorizer.decide(resource.entity, resource.keys), strict(truth, policies))
                    << "seed " << seed;
                ++kinds[truth.decision == Decision::allow    ? "allow"
                        : truth.determined_by.empty()        ? "deny"
                                                             : "forbid"];
                kinds["error"] += truth.errors.empty() ? 0 : 1;
            }
        }
    }
    // The comparison means something: every kind of answer is common.
    for (const char* kind : {"allow", "deny", "forbid", "error"}) {
        EXPECT_GT(kinds[kind], compared / 50) << kind;
    }
}

/// A schema that names what the generated policies read, some of it; so that it puts an
/// attribute where it stands, where another stands, or nowhere.
std::string some_schema(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto record = [&](std::initializer_list<const char*> members) {
        std::string text = "{";
        for (const char* member : members) {
            text += random() % 4 == 0 ? "" : std::string(member) + ", ";
        }
        return text + "}";
    };
    std::string text = "namespace Org { entity Group in [Group] " + record({"level?: Long"}) +
                       "; }\nentity Folder in [Folder] " + record({"a: Long", "level?: Long"}) +
                       ";\nentity User in [Org::Group] " +
                       record({"a: Long", "age?: Long", "budget?: decimal", "manager?: User",
                               "name?: String", "teams?: Set<String>"}) +
                       " tags String;\nentity Document in [Folder] " +
                       record({"created?: datetime", "level?: Long", "owner?: User",
                               "profile?: {place?: String}", "public?: Bool",
                               "readers?: Set<User>", "size?: Long"}) +
                       " tags Set<String>;\n";
    for (const char* action : {"act0", "act1"}) {
        text += std::string("action ") + action +
                " appliesTo { principal: User, resource: Document, context: " +
                record({"address?: ipaddr", "extra?: {count?: Long}", "hour?: Long",
                        "mfa?: Bool", "now?: datetime", "purpose?: String"}) +
                " };\n";
    }
    return text;
}

TEST(PolicyIndex, DecidesTheSameWhateverASchemaSaysOfRecords) {
    std::size_t compared = 0;
    for (std::uint64_t seed = 1; compared < decisions_compared / 10; ++seed) {
        PolicyGenerator world(seed);
        const Result<Schema> schema = Schema::parse(some_schema(seed));
        ASSERT_TRUE(schema) << schema.error().message();
        const std::vector<Policy> policies = world.policies(1 + seed * 37 % 200);
        const Indexed indexed(policies, &*schema);
        for (int i = 0; i < 200; ++i, ++compared) {
            const Request request = world.request();
            Asked asked(indexed.index, world.entities(), request);
            const Resource resource(indexed.index, world.entities(), request.resource);

            ASSERT_EQ(described(indexed.named(asked.authorize(resource))),
                      described(authorize(policies, request, world.entities())))
                << "seed " << seed;
        }
    }
}

TEST(PolicyIndex, EndsALinkAsIfItsFirstConditionSaidSo) {
    const EntityMap entities = sample_entities();
    const Policy made = std::move(parse_policy(
        "grant", "permit(principal in ?principal, action, resource in ?resource) "
                 "when { context.purpose == \"analytics\" };")).value();
    PolicyIndex index;
    PolicyIndex::Link row;
    row.template_number = 3;
    ASSERT_TRUE(index.add(3, std::make_shared<const Rule>(made)));
    row.principal = index.key(uid("Group", "staff"));
    row.resource = index.key(uid("Domain", "customer"));
    row.number = 17;
    row.until = 1'000;
    ASSERT_TRUE(index.add(row));
    EXPECT_FALSE(index.add(row));

    const auto decided = [&](std::optional<Value> now) {
        Request request = sample_request();
        std::vector<Value::Member> members{{"purpose", Value::string("analytics")}};
        if (now) {
            members.emplace_back("now", *now);
        }
        request.context = Value::record(std::move(members));
        Asked asked(index, entities, request);
        return asked.authorize(Resource(index, entities, request.resource));
    };
    EXPECT_EQ(described(decided(Value::datetime(999))), "allow: grant/17");
    EXPECT_EQ(described(decided(Value::datetime(1'000))), "deny:");
    EXPECT_EQ(decided(std::nullopt).decision, Decision::deny);
    EXPECT_EQ(decided(std::nullopt).errors.size(), 1U);
    EXPECT_EQ(decided(Value::integer(3)).errors.size(), 1U);
}

TEST(PolicyIndex, PermitsNothingBeyondItsLimitOfWorkAndGoesOnFromAnotherCount) {
    const EntityMap entities = sample_entities();
    PolicyIndex index;
    index.add(1, std::make_shared<const Rule>(
                     parse_policy("open", "permit(principal, action, resource);").value()));
    const Request request = sample_request();
    Asked asked(index, entities, request);
    const Resource resource(index, entities, request.resource);

    asked.authorizer.set_steps(limits::authorizer_steps_max + 1);
    const Authorization beyond = asked.authorize(resource);
    asked.authorizer.set_steps(0);

    EXPECT_EQ(beyond.decision, Decision::deny);
    ASSERT_EQ(beyond.errors.size(), 1U);
    EXPECT_NE(beyond.errors[0].message.find("authorizer_steps_max"), std::string::npos);
    EXPECT_EQ(asked.authorizer.decide(resource.entity, resource.keys), Decision::allow);
}

TEST(PolicyIndex, RefusesALinkOfATemplateThatIsNotThere) {
    PolicyIndex index;
    PolicyIndex::Link row;
    row.template_number = 5;
    row.principal = index.key(uid("User", "ana"));
    row.resource = index.key(uid("Domain", "customer"));

    EXPECT_FALSE(index.add(row));
    EXPECT_FALSE(index.remove(row));
    EXPECT_EQ(index.size(), 0U);
}

TEST(PolicyIndex, TakesThirtyTwoBytesForARow) {
    EXPECT_EQ(sizeof(Row), 32U);
}

}  // namespace
}  // namespace charter::testing
