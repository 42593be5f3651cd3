// How often one address may fail to sign in, and who goes on all the same.
#include "charter/api/caller_limits.hpp"

#include <gtest/gtest.h>

#include <string>

namespace charter::api {
namespace {

using namespace std::chrono_literals;

constexpr CallerLimits::Clock::time_point start(1h);

struct Asked {
    explicit Asked(std::string_view token, std::uint64_t address = 1) {
        request.peer_key = address;
        if (!token.empty()) {
            request.headers.emplace_back("Authorization", token);
        }
    }
    http::Request request;
};

class CallerLimitsTest : public ::testing::Test {
protected:
    void fail(int times, std::uint64_t address = 1) {
        for (int i = 0; i < times; ++i) {
            limits.failed(Asked("bad", address).request, start);
        }
    }

    CallerLimits limits{10, 60};
};

TEST_F(CallerLimitsTest, AfterTooManyFailuresATokenIsNotLookedAt) {
    fail(59);
    EXPECT_TRUE(limits.may_try(Asked("bad").request, start));
    fail(1);

    EXPECT_FALSE(limits.may_try(Asked("bad").request, start));
    EXPECT_FALSE(limits.may_try(Asked("another").request, start));
    EXPECT_TRUE(limits.may_try(Asked("bad", 2).request, start));
    EXPECT_TRUE(limits.may_try(Asked("bad").request, start + 1s));
}

TEST_F(CallerLimitsTest, WhoWasSignedInGoesOn) {
    limits.signed_in(Asked("good").request);
    fail(100);

    EXPECT_TRUE(limits.may_try(Asked("good").request, start));
    EXPECT_FALSE(limits.may_try(Asked("Good").request, start));
}

TEST_F(CallerLimitsTest, ATokenThatIsGoodNoLongerIsOneOfMany) {
    limits.signed_in(Asked("good").request);
    fail(100);

    limits.failed(Asked("good").request, start);

    EXPECT_FALSE(limits.may_try(Asked("good").request, start));
}

TEST_F(CallerLimitsTest, NoTokenIsNoAttempt) {
    for (int i = 0; i < 1000; ++i) {
        limits.failed(Asked("").request, start);
    }
    EXPECT_TRUE(limits.may_try(Asked("bad").request, start));
    fail(100);
    EXPECT_TRUE(limits.may_try(Asked("").request, start));
}

TEST_F(CallerLimitsTest, EachPrincipalHasItsOwnRate) {
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(limits.admits("user:ana", start));
    }
    EXPECT_FALSE(limits.admits("user:ana", start));
    EXPECT_TRUE(limits.admits("user:bo", start));
    EXPECT_TRUE(limits.admits("user:ana", start + 100ms));
}

TEST_F(CallerLimitsTest, ZeroIsNoLimit) {
    CallerLimits none(0, 0);
    for (int i = 0; i < 1000; ++i) {
        none.failed(Asked("bad").request, start);
    }
    EXPECT_TRUE(none.may_try(Asked("bad").request, start));
    EXPECT_TRUE(none.admits("user:ana", start));
}

}  // namespace
}  // namespace charter::api
