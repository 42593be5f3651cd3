// When a session begins and what ends it.
#include "charter/identity/sessions.hpp"

#include "charter/base/limits.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace charter {
namespace {

using std::chrono::seconds;

const UtcTime start = parse_time("2026-11-21T09:00:00Z").value();

ResourceId id_of(char digit) {
    return ResourceId::parse(std::string(16, digit)).value();
}

class SessionsTest : public ::testing::Test {
protected:
    std::string begin(char principal = 'a', UtcTime now = start,
                      UtcTime credential_ends = UtcTime::max()) {
        Sessions::Beginning beginning;
        beginning.principal = id_of(principal);
        beginning.credential_ends = credential_ends;
        Result<Secret> id = sessions.begin(std::move(beginning), now);
        return id ? std::string(id->reveal()) : "";
    }
    bool lives(const std::string& id, UtcTime now) { return sessions.use(id, now).has_value(); }

    Sessions sessions{Sessions::Settings{seconds(1'800), seconds(43'200)}};
};

TEST_F(SessionsTest, AnIdOpensItsOwnSessionAndNoOther) {
    const std::string ana = begin('a');
    const std::string bo = begin('b');

    EXPECT_EQ(sessions.use(ana, start)->principal, id_of('a'));
    EXPECT_EQ(sessions.use(bo, start)->principal, id_of('b'));
    EXPECT_NE(sessions.use(ana, start)->csrf_token, sessions.use(bo, start)->csrf_token);
}

TEST_F(SessionsTest, ToBeWatchedIsNoUse) {
    const std::string id = begin();

    EXPECT_TRUE(sessions.lasts(id, start + seconds(1'799)));
    EXPECT_FALSE(sessions.lasts(id, start + seconds(1'800)));
    EXPECT_TRUE(lives(id, start + seconds(1'799)));
    sessions.end(id);
    EXPECT_FALSE(sessions.lasts(id, start + seconds(1'799)));
    EXPECT_FALSE(sessions.lasts("nothing", start));
}

TEST_F(SessionsTest, EveryIdAndCsrfTokenIsNew) {
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        const std::string id = begin(static_cast<char>('a' + i % 6));
        EXPECT_EQ(id.size(), 43u);
        EXPECT_TRUE(seen.insert(id).second);
        EXPECT_TRUE(seen.insert(sessions.use(id, start)->csrf_token).second);
    }
}

TEST_F(SessionsTest, WhatIsNoIdOpensNothing) {
    const std::string id = begin();
    const std::string upper = id.substr(0, 42) + (id.back() == 'A' ? "B" : "A");
    for (const std::string& wrong : {std::string(), id + "A", id.substr(1), upper, id + " ",
                                     std::string(43, 'A'), std::string(10'000, 'A')}) {
        EXPECT_FALSE(lives(wrong, start)) << wrong;
    }
    EXPECT_TRUE(lives(id, start));
}

TEST_F(SessionsTest, EndsWhenItIsIdleAndEachUsePutsThatOff) {
    const std::string id = begin();

    EXPECT_TRUE(lives(id, start + seconds(1'799)));
    EXPECT_TRUE(lives(id, start + seconds(3'598)));
    EXPECT_FALSE(lives(id, start + seconds(5'398)));
    EXPECT_FALSE(lives(id, start + seconds(3'599))) << "what ended does not begin again";
    EXPECT_EQ(sessions.size(), 0u);
}

TEST_F(SessionsTest, ARequestOfEarlierTimeDoesNotShortenIt) {
    const std::string id = begin();
    EXPECT_TRUE(lives(id, start + seconds(1'000)));
    EXPECT_TRUE(lives(id, start + seconds(900)));

    EXPECT_TRUE(lives(id, start + seconds(2'799)));
}

TEST_F(SessionsTest, EndsForGoodHoweverOftenItIsUsed) {
    const std::string id = begin();
    for (int i = 1; i < 43; ++i) {
        EXPECT_TRUE(lives(id, start + seconds(i * 1'000)));
    }

    EXPECT_FALSE(lives(id, start + seconds(43'200)));
}

TEST_F(SessionsTest, EndsWithTheCredentialItWasMadeWith) {
    const std::string id = begin('a', start, start + seconds(60));

    EXPECT_EQ(sessions.use(id, start)->ends_at, start + seconds(60));
    EXPECT_TRUE(lives(id, start + seconds(59)));
    EXPECT_FALSE(lives(id, start + seconds(60)));
}

TEST_F(SessionsTest, EndsAtSignOutAndNoOtherWithIt) {
    const std::string one = begin();
    const std::string other = begin();

    sessions.end(one);
    sessions.end(one);
    sessions.end("nothing");

    EXPECT_FALSE(lives(one, start));
    EXPECT_TRUE(lives(other, start));
}

TEST_F(SessionsTest, TheLeastRecentlyUsedOfAPrincipalMakesRoom) {
    const std::string other = begin('b');
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < limits::sessions_per_principal_max; ++i) {
        ids.push_back(begin('a', start + seconds(i)));
    }
    EXPECT_TRUE(lives(ids[0], start + seconds(100)));

    const std::string newest = begin('a', start + seconds(101));

    EXPECT_FALSE(lives(ids[1], start + seconds(102)));
    EXPECT_TRUE(lives(ids[0], start + seconds(102)));
    EXPECT_TRUE(lives(newest, start + seconds(102)));
    EXPECT_TRUE(lives(other, start + seconds(102)));
    EXPECT_EQ(sessions.size(), limits::sessions_per_principal_max + 1);
}

TEST_F(SessionsTest, AreBoundedAndEndedOnesMakeRoom) {
    const std::string first = begin('a');
    std::size_t begun = 1;
    for (std::uint64_t i = 1; begun < limits::sessions_max; ++i, ++begun) {
        Sessions::Beginning beginning;
        std::string digits = std::to_string(i);
        beginning.principal =
            ResourceId::parse(std::string(16 - digits.size(), '0') + digits).value();
        ASSERT_TRUE(sessions.begin(std::move(beginning), start));
    }

    EXPECT_EQ(begin('b', start + seconds(60)), "");
    EXPECT_TRUE(lives(first, start + seconds(60))) << "nobody is put out by others";
    EXPECT_NE(begin('b', start + seconds(1'801)), "");
    EXPECT_EQ(sessions.size(), 2u);
}

TEST_F(SessionsTest, ServeSeveralThreads) {
    std::vector<std::thread> threads;
    for (char who : {'a', 'b', 'c', 'd'}) {
        threads.emplace_back([this, who] {
            for (int i = 0; i < 200; ++i) {
                const std::string id = begin(who);
                EXPECT_TRUE(lives(id, start));
                sessions.end(id);
            }
        });
    }
    for (std::thread& each : threads) {
        each.join();
    }
    EXPECT_EQ(sessions.size(), 0u);
}

}  // namespace
}  // namespace charter
