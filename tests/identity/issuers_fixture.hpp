#pragma once

// One issuer whose answers the test says, and the clock it sets.

#include "identity/token_maker.hpp"

#include "charter/base/clock.hpp"
#include "charter/base/fetch.hpp"
#include "charter/identity/issuers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace charter::testing {

using IdentityPtr = std::shared_ptr<const Identity>;

/// Answers by URL; what is not there is an issuer that does not answer.
struct FakeWeb {
    std::map<std::string, FetchResponse> answers;
    std::vector<std::string> asked;

    void answer(const std::string& url, std::string body, unsigned status = 200) {
        answers[url] = {status, {}, std::move(body)};
    }
    std::size_t times_asked(const std::string& url) const {
        return static_cast<std::size_t>(std::count(asked.begin(), asked.end(), url));
    }
    Fetch fetch() {
        return [this](FetchRequest request) { return call(std::move(request)); };
    }

private:
    boost::asio::awaitable<Result<FetchResponse>> call(FetchRequest request) {
        // As a network call would, it lets others run.
        co_await boost::asio::post(boost::asio::use_awaitable);
        asked.push_back(request.url);
        const auto found = answers.find(request.url);
        if (found == answers.end()) {
            co_return Error(ErrorCode::unavailable, "unavailable", "connection refused");
        }
        co_return found->second;
    }
};

template <class T>
boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work, std::optional<T>& result) {
    result.emplace(co_await std::move(work));
}

/// Runs one call to its end.
template <class T>
T run(boost::asio::awaitable<T> work) {
    boost::asio::io_context context;
    std::optional<T> result;
    boost::asio::co_spawn(context, keep(std::move(work), result), boost::asio::detached);
    context.run();
    return std::move(result).value();
}

inline void run(boost::asio::awaitable<void> work) {
    boost::asio::io_context context;
    boost::asio::co_spawn(context, std::move(work), boost::asio::detached);
    context.run();
}

inline const std::string issuer_url = "https://login.example/realms/corp";
inline const std::string discovery_url = issuer_url + "/.well-known/openid-configuration";
inline const std::string keys_url = issuer_url + "/keys";

/// The moment at which the tests begin.
inline const UtcTime start = parse_time("2026-11-21T09:00:00Z").value();

inline std::int64_t seconds(UtcTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

inline Json good_claims() {
    return {{"iss", issuer_url},
            {"sub", "f1c2-ana"},
            {"aud", "charter"},
            {"exp", seconds(start) + 3'600},
            {"iat", seconds(start)},
            {"preferred_username", "Ana@corp.example"},
            {"groups", {"data-analysts", "others"}}};
}

inline Json settings_json() {
    return {{"name", "corp"},
            {"issuer", issuer_url},
            {"audience", "charter"},
            {"may_assert", {{"groups", {"data-*"}}}}};
}

inline std::vector<IssuerSettings> settings_of(const Json& one) {
    return parse_issuers(Json::array({one})).value();
}

class IssuersFixture : public ::testing::Test {
protected:
    explicit IssuersFixture(const Json& settings = settings_json())
        : issuers(settings_of(settings), web.fetch(),
                  [this](const std::string& issuer, const std::string& what) {
                      notices.push_back(issuer + ": " + what);
                  }) {
        web.answer(discovery_url, Json{{"issuer", issuer_url}, {"jwks_uri", keys_url}}.dump());
    }

    void serve_keys(const std::vector<Signer>& signers) {
        web.answer(keys_url, jwks_of(signers));
    }
    void refresh() { run(issuers.refresh_due(now)); }
    Result<IdentityPtr> verify(const std::string& token) {
        return run(issuers.verify(token, now));
    }
    /// "" for a token that is accepted.
    std::string cause(const std::string& token) {
        const Result<IdentityPtr> verified = verify(token);
        if (verified) {
            return "";
        }
        EXPECT_EQ(verified.error().code(), ErrorCode::unauthenticated);
        EXPECT_EQ(verified.error().message(), "a valid token is needed");
        return verified.error().cause();
    }

    UtcTime now = start;
    FakeWeb web;
    std::vector<std::string> notices;
    Issuers issuers;
};

}  // namespace charter::testing
