// Cursors that tell nothing of the numbers in them.
#include "api/sealed_cursor.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <random>
#include <set>

namespace charter::api {
namespace {

TEST(SealedCursor, OpensToWhatWasSealed) {
    const unsigned seed = 1;
    std::cout << "seed " << seed << "\n";
    std::mt19937_64 random(seed);
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
        EXPECT_EQ(open_cursor("key", seal_cursor("key", number)), number);
    }
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t number = random() >> (random() % 64);
        EXPECT_EQ(open_cursor("key", seal_cursor("key", number)), number);
    }
}

TEST(SealedCursor, NeighboursHaveNothingInCommon) {
    std::set<std::string> beginnings;
    std::set<std::string> ends;
    for (std::uint64_t number = 0; number < 100; ++number) {
        const std::string cursor = seal_cursor("key", number);
        ASSERT_EQ(cursor.size(), 16u);
        beginnings.insert(cursor.substr(0, 8));
        ends.insert(cursor.substr(8));
    }

    EXPECT_EQ(beginnings.size(), 100u);
    EXPECT_EQ(ends.size(), 100u);
}

TEST(SealedCursor, AnotherKeyOpensToAnotherNumber) {
    EXPECT_NE(open_cursor("other", seal_cursor("key", 7)), 7u);
    EXPECT_NE(seal_cursor("other", 7), seal_cursor("key", 7));
}

TEST(SealedCursor, WhatIsNoCursorOpensToNothing) {
    for (const char* text : {"", "7", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF",
                             "0123456789abcdeg", " 123456789abcdef"}) {
        EXPECT_FALSE(open_cursor("key", text)) << text;
    }
}

}  // namespace
}  // namespace charter::api
