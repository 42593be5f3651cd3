#include "charter/base/id_pairs.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>
#include <vector>

namespace charter {
namespace {

using Model = std::set<std::pair<std::uint64_t, std::uint64_t>>;

std::vector<std::uint64_t> things_of(const IdPairs& pairs, std::uint64_t owner) {
    std::vector<std::uint64_t> things;
    pairs.for_each(owner, [&](std::uint64_t thing) {
        things.push_back(thing);
        return true;
    });
    return things;
}

std::vector<std::uint64_t> things_of(const Model& model, std::uint64_t owner) {
    std::vector<std::uint64_t> things;
    for (const auto& [each, thing] : model) {
        if (each == owner) {
            things.push_back(thing);
        }
    }
    return things;
}

TEST(IdPairs, AnswersAsASortedSetDoesAndOldVersionsStay) {
    std::mt19937_64 random(7);
    IdPairs pairs;
    Model model;
    std::vector<std::pair<IdPairs, Model>> kept;
    for (int step = 0; step < 20'000; ++step) {
        const std::uint64_t owner = random() % 9;
        const std::uint64_t thing = random() % 60 == 0 ? 0 : random() % 200;
        if (random() % 2 == 0) {
            pairs.insert(owner, thing);
            model.emplace(owner, thing);
        } else {
            pairs.erase(owner, thing);
            model.erase({owner, thing});
        }
        ASSERT_EQ(pairs.contains(owner, thing), model.contains({owner, thing}));
        if (step % 500 == 0) {
            kept.emplace_back(pairs, model);
        }
    }
    kept.emplace_back(pairs, model);
    for (const auto& [version, then] : kept) {
        for (std::uint64_t owner = 0; owner < 10; ++owner) {
            ASSERT_EQ(things_of(version, owner), things_of(then, owner));
        }
    }
}

TEST(IdPairs, APageBeginsAfterTheLastThing) {
    IdPairs pairs;
    for (const std::uint64_t thing : {5U, 1U, 9U}) {
        pairs.insert(3, thing);
    }
    pairs.insert(4, 2);
    EXPECT_EQ(pairs.next(3, 0), 1U);
    EXPECT_EQ(pairs.next(3, 1), 5U);
    EXPECT_EQ(pairs.next(3, 9), std::nullopt);
    EXPECT_EQ(pairs.next(2, 0), std::nullopt);
}

}  // namespace
}  // namespace charter
