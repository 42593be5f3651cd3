// The index and the compiled conditions against the scan of all policies by the
// plain evaluator.

#include "charter/base/limits.hpp"
#include "charter/policy/authorize.hpp"
#include "policy/row_tree.hpp"
#include "support/policy_generator.hpp"
#include "support/policy_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace charter::testing {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    defined(CHARTER_COVERAGE)
constexpr std::size_t decisions_compared = 60'000;
#else
constexpr std::size_t decisions_compared = 1'000'000;
#endif

/// What was decided, in one line.
std::string described(const Authorization& answer) {
    std::string text = answer.decision == Decision::allow ? "allow:" : "deny:";
    const std::set<std::string> reasons(answer.determined_by.begin(), answer.determined_by.end());
    for (const std::string& id : reasons) {
        text += " " + id;
    }
    std::set<std::string> errors;
    for (const EvaluationError& error : answer.errors) {
        errors.insert(error.policy + " (" + error.message + ")");
    }
    for (const std::string& error : errors) {
        text += " ! " + error;
    }
    return text;
}

/// Official Cedar, but an erring forbid denies: what Authorizer::decide promises.
Decision strict(const Authorization& answer, const std::vector<Policy>& policies) {
    const bool closed = std::ranges::any_of(answer.errors, [&](const EvaluationError& error) {
        return std::ranges::any_of(policies, [&](const Policy& policy) {
            return policy.id() == error.policy && policy.effect() == Effect::forbid;
        });
    });
    return closed ? Decision::deny : answer.decision;
}

/// An index of some policies; half of the links are rows of their template's rule.
class Indexed {
public:
    explicit Indexed(const std::vector<Policy>& policies) {
        for (const Policy& policy : policies) {
            add(policy, policies.size());
        }
    }

    void add(const Policy& policy, std::size_t salt) {
        const auto rule = std::make_shared<const Rule>(policy);
        if (policy.is_template()) {
            add(policy.id(), rule);
            return;
        }
        if (policy.template_id() && (salt + numbers_.size()) % 2 == 0) {
            PolicyIndex::Link row;
            row.number = ++last_number_;
            row.template_number = numbers_.at(std::string(*policy.template_id()));
            row.principal = index.key(policy.principal().entity);
            row.resource = index.key(policy.resource().entity);
            EXPECT_TRUE(index.add(row));
            names_[std::string(*policy.template_id()) + "/" + std::to_string(row.number)] =
                policy.id();
            links_[policy.id()] = row;
            return;
        }
        add(policy.id(), rule);
    }

    void add(const std::string& id, std::shared_ptr<const Rule> rule) {
        numbers_[id] = ++last_number_;
        EXPECT_TRUE(index.add(last_number_, rule));
        EXPECT_FALSE(index.add(last_number_, rule));
    }

    void remove(const Policy& policy) {
        if (const auto row = links_.find(policy.id()); row != links_.end()) {
            EXPECT_TRUE(index.remove(row->second));
            EXPECT_FALSE(index.remove(row->second));
        } else {
            index.remove(numbers_.at(policy.id()));
        }
    }

    /// Rows get back the names of the links they stand for.
    Authorization named(Authorization answer) const {
        for (std::string& id : answer.determined_by) {
            id = name(id);
        }
        for (EvaluationError& error : answer.errors) {
            error.policy = name(error.policy);
        }
        return answer;
    }

    PolicyIndex index;

private:
    std::string name(const std::string& id) const {
        const auto found = names_.find(id);
        return found == names_.end() ? id : found->second;
    }

    PolicyIndex::Number last_number_ = 0;
    std::map<std::string, PolicyIndex::Number> numbers_;
    std::map<std::string, PolicyIndex::Link> links_;
    std::map<std::string, std::string> names_;
};

/// The entity, or one that has nothing but its name.
Entity known(const Entities& entities, const EntityUid& uid) {
    const Entity* found = entities.find(uid);
    if (found != nullptr) {
        return *found;
    }
    Entity bare;
    bare.uid = uid;
    return bare;
}

std::span<const EntityUid> above(const Entity& entity) {
    return entity.ancestors == nullptr ? std::span<const EntityUid>() : entity.ancestors->uids();
}

/// A resource with its keys as the index knows them now.
struct Resource {
    Resource(const PolicyIndex& index, const Entities& entities, const EntityUid& uid)
        : entity(known(entities, uid)), keys(index.known_resource_keys(uid, above(entity))) {}

    Entity entity;
    ResourceKeys keys;
};

/// Asks the index for one principal, action and context.
struct Asked {
    Asked(const PolicyIndex& index, const Entities& entities, const Request& request)
        : asked(request),
          principal(known(entities, request.principal)),
          keys(index.known_principal_keys(request.principal, above(principal))),
          authorizer(index, entities, principal, keys, asked.action, asked.context) {}

    Authorization authorize(const Resource& resource) {
        return authorizer.authorize(resource.entity, resource.keys);
    }

    Request asked;
    Entity principal;
    PrincipalKeys keys;
    Authorizer authorizer;
};

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

TEST(PolicyIndex, ForgetsWhatIsTakenOutAndLeavesOtherCopiesAsTheyWere) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        PolicyGenerator world(seed);
        std::vector<Policy> policies = world.policies(120);
        Indexed indexed(policies);
        const PolicyIndex before = indexed.index;
        const std::vector<Policy> all = policies;
        std::vector<Policy> left;
        for (std::size_t i = 0; i < policies.size(); ++i) {
            if (i % 3 != 0 || policies[i].is_template()) {
                left.push_back(policies[i]);
            } else {
                indexed.remove(policies[i]);
            }
        }
        for (int i = 0; i < 100; ++i) {
            const Request request = world.request();
            const auto decided = [&](const PolicyIndex& index) {
                Asked asked(index, world.entities(), request);
                return described(indexed.named(
                    asked.authorize(Resource(index, world.entities(), request.resource))));
            };
            EXPECT_EQ(decided(indexed.index),
                      described(authorize(left, request, world.entities())));
            EXPECT_EQ(decided(before), described(authorize(all, request, world.entities())));
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
