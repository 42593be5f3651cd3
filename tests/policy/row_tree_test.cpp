// The tree of rows against a std::set that holds the same.

#include "policy/row_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <tuple>
#include <vector>

namespace charter::policy {
namespace {

using Naive = std::set<std::pair<Place, std::uint64_t>>;

std::vector<std::pair<Place, std::uint64_t>> found(const RowTree& tree, Key resource,
                                                   const KeySet& principals) {
    std::vector<std::pair<Place, std::uint64_t>> rows;
    tree.scan(resource, principals, [&](const Row& row) {
        EXPECT_EQ(row.until, static_cast<std::int64_t>(row.place ^ row.number));
        rows.emplace_back(row.place, row.number);
    });
    return rows;
}

std::vector<std::pair<Place, std::uint64_t>> expected(const Naive& naive, Key resource,
                                                      const KeySet& principals) {
    std::vector<std::pair<Place, std::uint64_t>> rows;
    for (const auto& [place, number] : naive) {
        if (place >> 32U == resource &&
            std::ranges::count(principals.keys(), static_cast<Key>(place)) != 0) {
            rows.emplace_back(place, number);
        }
    }
    return rows;
}

bool has_rows(const Naive& naive, Key resource) {
    const auto first = naive.lower_bound({place_of(resource, 0), 0});
    return first != naive.end() && resource_of(first->first) == resource;
}

Row row(Key resource, Key principal, std::uint64_t number) {
    const Place place = place_of(resource, principal);
    return {place, number, nullptr, static_cast<std::int64_t>(place ^ number)};
}

TEST(RowTree, HoldsWhatASetHoldsThroughManyChanges) {
    std::mt19937_64 random(7);
    RowTree tree;
    Naive naive;
    std::vector<std::pair<RowTree, Naive>> versions;
    const auto pick = [&](std::uint64_t count) { return static_cast<Key>(random() % count); };

    for (int step = 0; step < 60'000; ++step) {
        // Phases that mostly grow and mostly shrink, with places that hold many rows.
        const bool grow = (step / 12'000) % 2 == 0 ? pick(4) != 0 : pick(4) == 0;
        const Key resource = 1 + pick(6);
        const Key principal = pick(8) == 0 ? 5 : 1 + pick(2'000);
        const std::uint64_t number = pick(200);
        const Row each = row(resource, principal, number);
        if (grow) {
            EXPECT_EQ(tree.insert(each), naive.emplace(each.place, number).second);
        } else if (!naive.empty()) {
            auto victim = naive.lower_bound({each.place, number});
            victim = victim == naive.end() ? naive.begin() : victim;
            const auto gone = *victim;
            naive.erase(victim);
            EXPECT_TRUE(tree.erase(gone.first, gone.second));
            EXPECT_FALSE(tree.erase(gone.first, gone.second));
        }
        ASSERT_EQ(tree.size(), naive.size());
        ASSERT_EQ(tree.has_rows(resource), has_rows(naive, resource));
        if (step % 5'000 == 0) {
            versions.emplace_back(tree, naive);
        }
    }
    versions.emplace_back(tree, naive);
    // Later changes left every earlier version as it was.
    for (const auto& [version, truth] : versions) {
        for (Key resource = 0; resource < 9; ++resource) {
            std::vector<Key> keys{5};
            for (Key i = 0; i < 40; ++i) {
                keys.push_back(1 + pick(2'100));
            }
            const KeySet principals(keys);
            EXPECT_EQ(version.has_rows(resource), has_rows(truth, resource));
            EXPECT_EQ(found(version, resource, principals),
                      expected(truth, resource, principals));
        }
    }
}

TEST(RowTree, KnowsWhichResourcesHaveRowsHoweverFewTheyAre) {
    std::mt19937_64 random(5);
    RowTree tree;
    Naive naive;
    // Mostly one row or two of a resource, next to one that fills many leaves.
    for (Key i = 1; i <= 1'000; ++i) {
        tree.insert(row(500, i, i));
        naive.emplace(place_of(500, i), i);
    }
    for (int step = 0; step < 40'000; ++step) {
        const Key resource = 1 + static_cast<Key>(random() % 1'000);
        const Row each = row(resource, static_cast<Key>(random() % 2), random() % 2);
        if (!tree.erase(each.place, each.number)) {
            tree.insert(each);
            naive.emplace(each.place, each.number);
        } else {
            naive.erase({each.place, each.number});
        }
        ASSERT_EQ(tree.has_rows(resource), has_rows(naive, resource));
    }
    for (Key resource = 0; resource < 1'010; ++resource) {
        EXPECT_EQ(tree.has_rows(resource), has_rows(naive, resource)) << resource;
    }
}

TEST(RowTree, IsEmptyAgainWhenEverythingIsTakenOut) {
    RowTree tree;
    for (Key i = 1; i <= 10'000; ++i) {
        ASSERT_TRUE(tree.insert(row(1 + i % 7, i, i)));
    }
    for (Key i = 10'000; i >= 1; --i) {
        ASSERT_TRUE(tree.erase(place_of(1 + i % 7, i), i));
    }

    EXPECT_EQ(tree.size(), 0U);
    EXPECT_EQ(tree.bytes(), 0U);
}

TEST(RowTree, FillsItsLeavesWhenRowsComeInOrder) {
    RowTree tree;
    for (Key i = 1; i <= 100'000; ++i) {
        tree.insert(row(i / 10, i, i));
    }

    EXPECT_LT(tree.bytes(), 100'000 * 36U);
}

}  // namespace
}  // namespace charter::policy
