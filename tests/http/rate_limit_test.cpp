// Token buckets: what they hold, how they fill, and that their memory is bounded.
#include "charter/http/rate_limit.hpp"

#include <gtest/gtest.h>

namespace charter::http {
namespace {

using namespace std::chrono_literals;

const RateLimit::Clock::time_point start(1h);

int taken(RateLimit& limit, std::uint64_t key, RateLimit::Clock::time_point now, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) {
        count += limit.take(key, now) ? 1 : 0;
    }
    return count;
}

TEST(RateLimitTest, GivesTheBurstAtOnceAndThenTheRate) {
    RateLimit limit(10, 25);

    EXPECT_EQ(taken(limit, 7, start, 100), 25);
    EXPECT_EQ(taken(limit, 7, start + 99ms, 100), 0);
    EXPECT_EQ(taken(limit, 7, start + 100ms, 100), 1);
    EXPECT_EQ(taken(limit, 7, start + 1100ms, 100), 10);
    EXPECT_EQ(taken(limit, 7, start + 1h, 100), 25);
}

TEST(RateLimitTest, CountsEachKeyAlone) {
    RateLimit limit(1, 3);

    EXPECT_EQ(taken(limit, 0, start, 10), 3);
    EXPECT_EQ(taken(limit, 1, start, 10), 3);
    EXPECT_EQ(taken(limit, ~std::uint64_t{0}, start, 10), 3);
    EXPECT_EQ(taken(limit, 0, start, 10), 0);
}

TEST(RateLimitTest, LookingTakesNothing) {
    RateLimit limit(1, 1);

    EXPECT_TRUE(limit.has(7, start));
    EXPECT_TRUE(limit.has(7, start));
    EXPECT_TRUE(limit.take(7, start));
    EXPECT_FALSE(limit.has(7, start));
    EXPECT_TRUE(limit.has(7, start + 1s));
}

TEST(RateLimitTest, TakesASlowRate) {
    RateLimit limit(1.0 / 60, 2);

    EXPECT_EQ(taken(limit, 7, start, 10), 2);
    EXPECT_EQ(taken(limit, 7, start + 59s, 10), 0);
    EXPECT_EQ(taken(limit, 7, start + 60s, 10), 1);
}

TEST(RateLimitTest, ZeroIsNoLimit) {
    RateLimit limit(0, 0);

    EXPECT_EQ(taken(limit, 7, start, 1000), 1000);
    EXPECT_TRUE(limit.has(7, start));
}

TEST(RateLimitTest, KeysThatAreGoneMakeRoomBeforeThoseThatAreBusy) {
    RateLimit limit(1, 1000);
    ASSERT_EQ(taken(limit, 7, start, 1000), 1000);

    // More keys than there is room for, each of which is full again in a second.
    for (std::uint64_t key = 100; key < 200'000; ++key) {
        limit.take(key, start);
    }

    EXPECT_EQ(taken(limit, 7, start, 1000), 0);
}

}  // namespace
}  // namespace charter::http
