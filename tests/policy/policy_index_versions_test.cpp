// Versions of an index: what one of them shows stays as it is, whatever becomes of its copies.

#include "policy/indexed.hpp"
#include "support/policy_generator.hpp"
#include "support/policy_world.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace charter::testing {
namespace {

TEST(PolicyIndexVersions, ForgetsWhatIsTakenOutAndLeavesOtherCopiesAsTheyWere) {
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

TEST(PolicyIndexVersions, FindTheRowsOfAResourceAgainThatHadNoneLeft) {
    const EntityMap entities = sample_entities();
    PolicyIndex index;
    PolicyIndex::Link link;
    link.template_number = 1;
    ASSERT_TRUE(index.add(
        1, std::make_shared<const Rule>(
               parse_policy("grant",
                            "permit(principal in ?principal, action, resource in ?resource);")
                   .value())));
    link.principal = index.key(uid("Group", "staff"));
    const auto decided = [&](const PolicyIndex& version) {
        const Request request = sample_request();
        Asked asked(version, entities, request);
        return described(asked.authorize(Resource(version, entities, request.resource)));
    };
    // At each level, twice; the older version keeps what it had.
    for (const EntityUid& place : {uid("Domain", "customer"), uid("Column", "c")}) {
        link.resource = index.key(place);
        for (PolicyIndex::Number number : {5U, 6U}) {
            link.number = number;
            const PolicyIndex before = index;
            ASSERT_TRUE(index.add(link));
            const PolicyIndex with = index;
            ASSERT_TRUE(index.remove(link));

            EXPECT_EQ(decided(before), "deny:");
            EXPECT_EQ(decided(with), "allow: grant/" + std::to_string(number));
            EXPECT_EQ(decided(index), "deny:");
        }
    }
}

/// An index of some policies, requests, and what the scan of all says to each.
struct Version {
    Indexed indexed;
    std::vector<std::string> truths;
};

// For ThreadSanitizer above all.
TEST(PolicyIndexVersions, AreReadWhileAnotherThreadChangesCopies) {
    PolicyGenerator world(3);
    const std::vector<Policy> policies = world.policies(90);
    std::vector<Request> requests;
    for (int i = 0; i < 40; ++i) {
        requests.push_back(world.request());
    }
    const auto take_out = [&](Indexed& indexed, std::size_t from) {
        std::vector<Policy> left;
        for (std::size_t i = 0; i < policies.size(); ++i) {
            if (i % 4 == from && !policies[i].is_template()) {
                indexed.remove(policies[i]);
            } else {
                left.push_back(policies[i]);
            }
        }
        return left;
    };
    // All versions share what they have in common.
    const Indexed whole(policies);
    std::vector<Version> versions;
    for (std::size_t from = 0; from < 4; ++from) {
        Version version{whole, {}};
        const std::vector<Policy> left = take_out(version.indexed, from);
        for (const Request& request : requests) {
            version.truths.push_back(described(authorize(left, request, world.entities())));
        }
        versions.push_back(std::move(version));
    }

    std::atomic<std::size_t> readers_left = 2;
    std::atomic<std::size_t> wrong = 0;
    const auto read = [&] {
        for (std::size_t round = 0; round < 50; ++round) {
            const Version& version = versions[round % versions.size()];
            const PolicyIndex copy = version.indexed.index;
            for (std::size_t i = 0; i < requests.size(); ++i) {
                Asked asked(copy, world.entities(), requests[i]);
                const Resource resource(copy, world.entities(), requests[i].resource);
                const Authorization answer = version.indexed.named(asked.authorize(resource));
                wrong += described(answer) != version.truths[i] ? 1U : 0U;
            }
        }
        --readers_left;
    };
    std::thread first(read);
    std::thread second(read);
    for (std::size_t round = 0; readers_left != 0; ++round) {
        Indexed changed = versions[round % versions.size()].indexed;
        take_out(changed, (round + 1) % versions.size());
        for (std::size_t i = 0; i < policies.size(); i += 7) {
            if (!policies[i].is_template()) {
                changed.add(policies[i].with_id("again" + std::to_string(i)), round);
            }
        }
    }
    first.join();
    second.join();

    EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace charter::testing
