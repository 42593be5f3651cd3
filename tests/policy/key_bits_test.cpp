// Keys as bits in shared pages against a std::set that holds the same.

#include "policy/key_bits.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>
#include <vector>

namespace charter::policy {
namespace {

TEST(KeyBits, HoldWhatASetHoldsThroughManyChanges) {
    std::mt19937_64 random(11);
    KeyBits bits;
    std::set<Key> naive;
    std::vector<std::pair<KeyBits, std::set<Key>>> versions;
    // Neighbours, and keys of every size up to the last.
    const auto pick = [&] {
        const auto key = static_cast<Key>(random());
        return random() % 2 == 0 ? key % 300 : key >> (random() % 32) | 0x1000U;
    };
    std::vector<Key> seen{0, 1, 4'095, 4'096, 262'143, 262'144, 0xffff'ffff};
    for (int step = 0; step < 20'000; ++step) {
        const bool grow = (step / 4'000) % 2 == 0 ? random() % 4 != 0 : random() % 4 == 0;
        Key key = pick();
        if (!grow && !naive.empty()) {
            const auto victim = naive.lower_bound(key);
            key = victim == naive.end() ? *naive.begin() : *victim;
        }
        if (grow) {
            bits.insert(key);
            naive.insert(key);
            seen.push_back(key);
        } else {
            bits.erase(key);
            naive.erase(key);
        }
        ASSERT_EQ(bits.contains(key), naive.contains(key));
        if (step % 2'500 == 0) {
            versions.emplace_back(bits, naive);
        }
    }
    versions.emplace_back(bits, naive);
    // Later changes left every earlier version as it was.
    for (const auto& [version, truth] : versions) {
        for (const Key key : seen) {
            ASSERT_EQ(version.contains(key), truth.contains(key)) << key;
            ASSERT_EQ(version.contains(key ^ 64U), truth.contains(key ^ 64U)) << key;
        }
    }
}

TEST(KeyBits, TakeNoRoomWhenEverythingIsTakenOut) {
    KeyBits bits;
    EXPECT_FALSE(bits.contains(0));
    const std::vector<Key> keys{3, 5'000, 300'000, 0xffff'ffff, 70'000'000};
    for (const Key key : keys) {
        bits.insert(key);
    }
    EXPECT_GT(bits.bytes(), 0U);
    for (const Key key : keys) {
        bits.erase(key);
        bits.erase(key);
    }

    EXPECT_EQ(bits.bytes(), 0U);
    bits.insert(7);
    EXPECT_TRUE(bits.contains(7));
    EXPECT_FALSE(bits.contains(300'000));
}

}  // namespace
}  // namespace charter::policy
