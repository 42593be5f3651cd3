#pragma once

#include "jwks.hpp"
#include "key_source.hpp"

#include "charter/base/clock.hpp"
#include "charter/base/fetch.hpp"
#include "charter/identity/issuer_settings.hpp"
#include "charter/identity/issuers.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace charter {

/// The keys of one issuer: fetched by one caller at a time, kept while they may be trusted.
/// Thread-safe. What it is given must outlive it, and it must outlive its calls.
class IssuerKeys {
public:
    IssuerKeys(const IssuerSettings& settings, const Fetch& fetch, const Issuers::Notice& notice);

    /// False when the keys were last fetched too long ago, or never. Takes no lock.
    bool trusted(UtcTime now) const noexcept;
    /// As KeySet::choose; unknown when no keys are trusted.
    KeySet::Choice choose(const std::optional<std::string>& kid, SignatureAlgorithm algorithm,
                          UtcTime now) const;

    bool due(UtcTime now) const;
    /// Fetches, or waits for the fetch under way. Throws nothing.
    boost::asio::awaitable<void> refresh(UtcTime now);
    /// For an unknown key: as refresh(), but comes back at once when this was done within
    /// the last minute or too many wait already.
    boost::asio::awaitable<void> ask(UtcTime now);

    std::optional<SignInEndpoints> endpoints() const;
    IssuerStatus status(UtcTime now) const;

private:
    using Waiting = std::pair<boost::asio::any_io_executor, std::function<void()>>;
    struct Fetching {
        bool done = false;
        std::vector<Waiting> waiting;
    };
    class Lead;

    boost::asio::awaitable<Result<IssuerFacts>> load() const;
    boost::asio::awaitable<void> wait(std::shared_ptr<Fetching> fetching);
    template <class Handler>
    void enqueue(Handler handler, Fetching& fetching);
    void finish(Result<IssuerFacts> facts, UtcTime began);
    std::vector<std::string> take(Result<IssuerFacts> facts, UtcTime began);

    const IssuerSettings& settings_;
    const Fetch& fetch_;
    const Issuers::Notice& notice_;
    std::atomic<std::int64_t> trusted_until_ms_;

    mutable std::mutex mutex_;
    std::shared_ptr<Fetching> fetching_;
    KeySet keys_;
    std::optional<SignInEndpoints> endpoints_;
    std::optional<UtcTime> fetched_at_;
    std::optional<UtcTime> tried_at_;
    std::optional<UtcTime> asked_at_;
    UtcTime due_at_{};
    std::string problem_;
};

}  // namespace charter
