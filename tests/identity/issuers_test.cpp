// Issuers: fetching, rotation, what is remembered, and what happens when they do not answer.
#include "identity/issuers_fixture.hpp"

#include "charter/base/limits.hpp"

#include <fstream>

namespace charter::testing {
namespace {

using namespace std::chrono_literals;

const Signer& first_key() {
    static const Signer signer("ES256", "first");
    return signer;
}
const Signer& second_key() {
    static const Signer signer("ES256", "second");
    return signer;
}

class IssuersTest : public IssuersFixture {
protected:
    IssuersTest() { serve_keys({first_key()}); }

    static std::string lasting_token() {
        Json claims = good_claims();
        claims["exp"] = seconds(start) + 1'000'000;
        return signed_token(first_key(), claims);
    }

    const std::string lasting = lasting_token();
    const std::string token = signed_token(first_key(), good_claims());
    const std::string rotated = signed_token(second_key(), good_claims());
};

TEST_F(IssuersTest, AVerifiedTokenIsAnIdentity) {
    refresh();

    const Result<IdentityPtr> verified = verify(token);

    ASSERT_TRUE(verified) << verified.error().cause();
    EXPECT_EQ((*verified)->issuer, "corp");
    EXPECT_EQ((*verified)->subject, "f1c2-ana");
    EXPECT_EQ((*verified)->kind, Kind::user);
    EXPECT_EQ((*verified)->name, "ana");
    EXPECT_EQ((*verified)->groups, std::vector<std::string>{"data-analysts"});
    EXPECT_EQ((*verified)->issued_at, start);
    EXPECT_EQ((*verified)->expires_at, start + 1h);
}

TEST_F(IssuersTest, IsRememberedUntilItExpires) {
    refresh();
    EXPECT_EQ(issuers.remembered(token, now), nullptr);
    const IdentityPtr identity = verify(token).value();

    EXPECT_EQ(issuers.remembered(token, now), identity);
    EXPECT_EQ(issuers.remembered(token, start + 1h + 29s), identity);
    EXPECT_EQ(issuers.remembered(token, start + 1h + 30s), nullptr);
    EXPECT_EQ(issuers.remembered(token.substr(0, token.size() - 1), now), nullptr);
    EXPECT_EQ(issuers.remembered("", now), nullptr);
    EXPECT_EQ(issuers.remembered(std::string(limits::token_bytes_max + 1, 'a'), now), nullptr);
}

TEST_F(IssuersTest, AKeyThatGoesTakesItsTokensAlong) {
    refresh();
    ASSERT_TRUE(verify(token));
    serve_keys({second_key()});
    now += 11min;
    refresh();

    EXPECT_EQ(issuers.remembered(token, now), nullptr);
    EXPECT_EQ(cause(token), "the issuer has no key of this `kid`: `first`");
    EXPECT_EQ(cause(rotated), "");
}

TEST_F(IssuersTest, AKeyThatStaysKeepsItsTokens) {
    refresh();
    const IdentityPtr identity = verify(token).value();
    serve_keys({second_key(), first_key()});
    now += 11min;
    refresh();

    EXPECT_EQ(web.times_asked(keys_url), 2U);
    EXPECT_EQ(issuers.remembered(token, now), identity);
}

TEST_F(IssuersTest, AnotherKeyOfTheSameNameIsAnotherKey) {
    refresh();
    ASSERT_TRUE(verify(token));
    serve_keys({second_key().as("ES256", "first")});
    now += 11min;
    refresh();

    EXPECT_EQ(issuers.remembered(token, now), nullptr);
    EXPECT_EQ(cause(token), "the signature is wrong");
}

TEST_F(IssuersTest, ANewKeyIsFetchedWhenATokenNamesIt) {
    refresh();
    serve_keys({first_key(), second_key()});

    EXPECT_EQ(cause(rotated), "");
    EXPECT_EQ(cause(token), "");
    EXPECT_EQ(web.times_asked(keys_url), 2U);
}

TEST_F(IssuersTest, UnknownKeysAreAskedForOnceAMinute) {
    refresh();
    for (int i = 0; i < 1'000; ++i) {
        now += 59ms;
        const Signer stranger = second_key().as("ES256", "stranger-" + std::to_string(i));
        EXPECT_NE(cause(signed_token(stranger, good_claims())), "");
    }
    EXPECT_EQ(web.times_asked(keys_url), 2U);

    now += 2s;
    serve_keys({second_key()});
    EXPECT_EQ(cause(rotated), "");
    EXPECT_EQ(web.times_asked(keys_url), 3U);
}

TEST_F(IssuersTest, WhoComesDuringTheFetchSharesIt) {
    refresh();
    serve_keys({first_key(), second_key()});
    std::vector<std::optional<Result<IdentityPtr>>> results(1'000);
    boost::asio::io_context context;
    for (std::optional<Result<IdentityPtr>>& result : results) {
        boost::asio::co_spawn(context, keep(issuers.verify(rotated, now), result),
                              boost::asio::detached);
    }
    context.run();

    EXPECT_EQ(web.times_asked(keys_url), 2U);
    const auto accepted = std::count_if(results.begin(), results.end(), [](const auto& result) {
        return result && *result;
    });
    EXPECT_EQ(accepted, static_cast<std::ptrdiff_t>(1 + limits::issuer_waiters_max));
}

TEST_F(IssuersTest, AFetchThatIsGivenUpEndsTheWaiting) {
    refresh();
    serve_keys({first_key(), second_key()});
    std::optional<Result<IdentityPtr>> waited;
    boost::asio::io_context context;
    {
        boost::asio::io_context leader;
        std::optional<Result<IdentityPtr>> led;
        boost::asio::co_spawn(leader, keep(issuers.verify(rotated, now), led),
                              boost::asio::detached);
        leader.run_one();  // now it fetches
        boost::asio::co_spawn(context, keep(issuers.verify(rotated, now), waited),
                              boost::asio::detached);
        context.run_one();
        EXPECT_FALSE(led);
        EXPECT_FALSE(waited);
    }
    context.run();

    ASSERT_TRUE(waited);
    EXPECT_FALSE(*waited);
    now += 1min;
    EXPECT_EQ(cause(rotated), "");
}

TEST_F(IssuersTest, KeysAreRefreshedEveryTenMinutes) {
    refresh();
    now += 539s;
    refresh();
    EXPECT_EQ(web.times_asked(keys_url), 1U);
    now += 122s;
    refresh();
    EXPECT_EQ(web.times_asked(keys_url), 2U);
    now -= 24h;  // the clock was set back
    refresh();
    EXPECT_EQ(web.times_asked(keys_url), 3U);
}

TEST_F(IssuersTest, AnIssuerThatIsDownAtFirstIsAskedAgain) {
    web.answers.clear();
    refresh();
    EXPECT_EQ(cause(token), "the issuer's keys could not be fetched: `first`");
    EXPECT_EQ(issuers.status(now).at(0).keys, 0U);
    EXPECT_EQ(notices, std::vector<std::string>{"corp: its keys cannot be fetched: " +
                                                discovery_url + ": connection refused"});
    now += 66s;
    refresh();
    EXPECT_EQ(notices.size(), 1U) << "the same problem is told once";

    web.answer(discovery_url, Json{{"issuer", issuer_url}, {"jwks_uri", keys_url}}.dump());
    serve_keys({first_key()});
    now += 67s;
    refresh();
    EXPECT_EQ(cause(token), "");
    EXPECT_EQ(notices.back(), "corp: 1 keys");
    EXPECT_EQ(issuers.status(now).at(0).problem, "");
}

TEST_F(IssuersTest, KeysThatCannotBeFetchedAgainLastADay) {
    refresh();
    ASSERT_TRUE(verify(lasting));
    web.answers.clear();
    for (now = start + 10min; now < start + 24h; now += 10min) {
        refresh();
        ASSERT_EQ(cause(lasting), "");
    }
    ASSERT_NE(issuers.remembered(lasting, start + 24h - 1ms), nullptr);

    now = start + 24h;
    EXPECT_EQ(issuers.remembered(lasting, now), nullptr);
    EXPECT_EQ(cause(lasting), "the issuer's keys could not be fetched: `first`");

    web.answer(discovery_url, Json{{"issuer", issuer_url}, {"jwks_uri", keys_url}}.dump());
    serve_keys({first_key()});
    now += 66s;
    refresh();
    EXPECT_EQ(cause(lasting), "");
}

TEST_F(IssuersTest, AnswersThatAreNoneKeepTheOldKeys) {
    refresh();
    const std::string good = web.answers.at(discovery_url).body;
    const auto problem_with = [&](const std::string& url, const std::string& body,
                                  unsigned status = 200) {
        web.answer(discovery_url, good);
        serve_keys({first_key()});
        web.answer(url, body, status);
        now += 11min;
        refresh();
        EXPECT_EQ(cause(lasting), "") << body.substr(0, 100);
        return issuers.status(now).at(0).problem;
    };
    const std::string discovery = discovery_url + ": the discovery document ";
    EXPECT_EQ(problem_with(discovery_url, "no", 503), discovery_url + ": answered 503");
    EXPECT_EQ(problem_with(discovery_url, "<html>"), discovery + "is not a strict JSON object");
    EXPECT_EQ(problem_with(discovery_url, "[]"), discovery + "is not a strict JSON object");
    EXPECT_EQ(problem_with(discovery_url, "{}"), discovery + "is of another issuer");
    EXPECT_EQ(problem_with(discovery_url,
                           Json{{"issuer", issuer_url + "/"}, {"jwks_uri", keys_url}}.dump()),
              discovery + "is of another issuer");
    for (const Json& uri : {Json("http://login.example/keys"), Json(1), Json("file:///keys"),
                            Json("https://login.example/k\r\nx: y")}) {
        EXPECT_EQ(problem_with(discovery_url,
                               Json{{"issuer", issuer_url}, {"jwks_uri", uri}}.dump()),
                  discovery + "has no `jwks_uri` with https");
    }
    EXPECT_EQ(problem_with(keys_url, "no", 302), keys_url + ": answered 302");
    EXPECT_EQ(problem_with(keys_url, "{}"), keys_url + ": not a JWK set: no list `keys`");
    EXPECT_EQ(problem_with(keys_url, std::string(limits::issuer_answer_bytes_max + 1, ' ')),
              keys_url + ": longer than issuer_answer_bytes_max");
}

TEST_F(IssuersTest, CallsAreBounded) {
    std::vector<FetchRequest> requests;
    const Fetch fetch = web.fetch();
    Issuers bounded(settings_of(settings_json()), [&](FetchRequest request) {
        requests.push_back(request);
        return fetch(std::move(request));
    });
    run(bounded.refresh_due(now));

    ASSERT_EQ(requests.size(), 2U);
    for (const FetchRequest& request : requests) {
        EXPECT_EQ(request.method, "GET");
        EXPECT_EQ(request.deadline, limits::issuer_call_deadline);
        EXPECT_EQ(request.answer_bytes_max, limits::issuer_answer_bytes_max);
    }
}

TEST_F(IssuersTest, NoKeysAreNoKeys) {
    refresh();
    ASSERT_TRUE(verify(token));
    web.answer(keys_url, R"({"keys":[]})");
    now += 11min;
    refresh();
    EXPECT_EQ(issuers.remembered(token, now), nullptr);
    EXPECT_NE(cause(token), "");
}

TEST_F(IssuersTest, AnIssuerThatThrowsIsOneThatDoesNotAnswer) {
    const Fetch broken = [](FetchRequest) -> boost::asio::awaitable<Result<FetchResponse>> {
        throw std::runtime_error("broken");
        co_return FetchResponse{};
    };
    Issuers failing(settings_of(settings_json()), broken);
    run(failing.refresh_due(now));
    EXPECT_EQ(failing.status(now).at(0).problem, "broken");
}

}  // namespace
}  // namespace charter::testing
