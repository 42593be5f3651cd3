// PersistentMap against std::unordered_map: every operation, with good and bad
// hashes, and that no copy is ever altered by a change of another one.
#include "charter/base/persistent_map.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace charter {
namespace {

struct AllCollide {
    std::size_t operator()(std::uint64_t) const { return 7; }
};

struct FewHashes {
    std::size_t operator()(std::uint64_t key) const { return key % 5; }
};

/// The identity with the low bits always zero: what an unmixed map would suffer from.
struct HighBitsOnly {
    std::size_t operator()(std::uint64_t key) const { return key << 40; }
};

template <class Map>
std::unordered_map<std::uint64_t, std::string> contents(const Map& map) {
    std::unordered_map<std::uint64_t, std::string> all;
    map.for_each([&](const std::uint64_t& key, const std::string& value) {
        EXPECT_TRUE(all.emplace(key, value).second) << "visited twice: " << key;
    });
    EXPECT_EQ(all.size(), map.size());
    return all;
}

template <class Hash>
void behaves_like_unordered_map(unsigned seed, std::uint64_t keys, int steps) {
    using Map = PersistentMap<std::uint64_t, std::string, Hash>;
    std::mt19937_64 random(seed);
    Map map;
    std::unordered_map<std::uint64_t, std::string> model;
    std::vector<std::pair<Map, std::unordered_map<std::uint64_t, std::string>>> old;

    for (int step = 0; step < steps; ++step) {
        const std::uint64_t key = random() % keys;
        const std::string value = std::to_string(random());
        switch (random() % 6) {
            case 0:
                map = map.set(key, value);
                model[key] = value;
                break;
            case 1:
            case 2:
                map.insert_or_assign(key, value);
                model[key] = value;
                break;
            case 3:
                map = map.erase(key);
                model.erase(key);
                break;
            case 4:
                map.remove(key);
                model.erase(key);
                break;
            default:
                break;
        }
        if (step % 97 == 0) {
            old.emplace_back(map, model);
        }
        const auto expected = model.find(key);
        const std::string* found = map.find(key);
        ASSERT_EQ(found != nullptr, expected != model.end());
        if (found != nullptr) {
            ASSERT_EQ(*found, expected->second);
        }
        ASSERT_EQ(map.size(), model.size());
    }

    EXPECT_EQ(contents(map), model);
    for (const auto& [copy, expected] : old) {
        EXPECT_EQ(contents(copy), expected);
    }
}

TEST(PersistentMapTest, BehavesLikeUnorderedMapAndKeepsOldCopies) {
    for (unsigned seed = 0; seed < 4; ++seed) {
        behaves_like_unordered_map<std::hash<std::uint64_t>>(seed, 2'000, 20'000);
        behaves_like_unordered_map<std::hash<std::uint64_t>>(seed, 30, 5'000);
    }
}

TEST(PersistentMapTest, SurvivesHashesThatCollide) {
    behaves_like_unordered_map<AllCollide>(1, 40, 5'000);
    behaves_like_unordered_map<FewHashes>(2, 60, 5'000);
    behaves_like_unordered_map<HighBitsOnly>(3, 500, 10'000);
}

TEST(PersistentMapTest, AnEmptyMapHasNothing) {
    const PersistentMap<std::string, int> map;

    EXPECT_TRUE(map.empty());
    EXPECT_EQ(map.find("a"), nullptr);
    EXPECT_EQ(map.erase("a").size(), 0u);
    map.for_each([](const std::string&, int) { FAIL(); });
}

TEST(PersistentMapTest, RemovingTheLastEntryLeavesAnEmptyMap) {
    PersistentMap<std::string, int> map;
    map.insert_or_assign("a", 1);

    map.remove("a");

    EXPECT_TRUE(map.empty());
    EXPECT_FALSE(map.contains("a"));
}

TEST(PersistentMapTest, AMovedFromMapIsEmpty) {
    PersistentMap<std::string, int> map;
    map.insert_or_assign("a", 1);

    const PersistentMap<std::string, int> taken = std::move(map);

    EXPECT_EQ(taken.size(), 1u);
    EXPECT_EQ(map.size(), 0u);  // NOLINT: this is what is tested
    EXPECT_EQ(map.find("a"), nullptr);
}

TEST(PersistentMapTest, ChangesInPlaceWhenNobodySharesAndCopiesWhenSomebodyDoes) {
    PersistentMap<std::uint64_t, int> map;
    map.insert_or_assign(1, 10);
    const int* in_place = map.find(1);
    map.insert_or_assign(1, 11);
    EXPECT_EQ(map.find(1), in_place);

    const PersistentMap<std::uint64_t, int> copy = map;
    map.insert_or_assign(1, 12);

    EXPECT_NE(map.find(1), copy.find(1));
    EXPECT_EQ(*copy.find(1), 11);
    EXPECT_EQ(*map.find(1), 12);
}

TEST(PersistentMapTest, AChangeCopiesOnlyTheWayToTheEntry) {
    PersistentMap<std::uint64_t, std::shared_ptr<const int>> map;
    for (std::uint64_t key = 0; key < 10'000; ++key) {
        map.insert_or_assign(key, std::make_shared<const int>(1));
    }

    const auto next = map.set(5, std::make_shared<const int>(2));

    // An entry on a copied node is counted twice, one on a shared node once.
    std::size_t copied = 0;
    next.for_each([&](std::uint64_t, const std::shared_ptr<const int>& value) {
        copied += value.use_count() > 1 ? 1 : 0;
    });
    EXPECT_LE(copied, 13u * 32u);
    EXPECT_EQ(next.size(), map.size());
}

TEST(PersistentMapTest, CopiesAreReadAndDroppedInOtherThreadsWhileOneChanges) {
    PersistentMap<std::uint64_t, std::uint64_t> map;
    for (std::uint64_t key = 0; key < 1'000; ++key) {
        map.insert_or_assign(key, key);
    }
    std::vector<std::thread> readers;

    for (std::uint64_t round = 0; round < 8; ++round) {
        readers.emplace_back([copy = map, round] {
            copy.for_each([&](std::uint64_t key, std::uint64_t value) {
                EXPECT_EQ(value, key < 500 ? key + round : key);
            });
        });
        for (std::uint64_t key = 0; key < 500; ++key) {
            map.insert_or_assign(key, key + round + 1);
        }
    }

    for (std::thread& reader : readers) {
        reader.join();
    }
}

}  // namespace
}  // namespace charter
