#pragma once

#include "charter/http/message.hpp"
#include "charter/http/rate_limit.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

namespace charter::api {

/// How much one principal may ask, and how often one address may fail to say who it is.
/// A request without any token is no attempt to sign in and is not counted.
///
/// Where many stand behind one address, those of them who have signed in before go on: a
/// token that was good a while ago is tried whatever else failed. Who comes with a new
/// token meanwhile shares what tries the failing one leaves, and is told to come back.
/// Memory is of a fixed size (under 3 MiB). Thread-safe; time is an argument.
class CallerLimits {
public:
    using Clock = http::RateLimit::Clock;

    /// 0: no limit.
    CallerLimits(std::size_t requests_per_principal_per_s,
                 std::size_t failed_sign_ins_per_minute);

    /// True when the token may be looked at. Before anything else is done with it.
    bool may_try(const http::Request& request, Clock::time_point now);

    /// The token was good.
    void signed_in(const http::Request& request);

    /// It was not.
    void failed(const http::Request& request, Clock::time_point now);

    /// The same two of a browser that signs in, with whatever it brings along.
    bool may_try_to_sign_in(const http::Request& request, Clock::time_point now);
    void sign_in_failed(const http::Request& request, Clock::time_point now);

    /// Counts a request of `principal` ("user:ana"); false when there are too many.
    bool admits(std::string_view principal, Clock::time_point now);

private:
    std::atomic<std::uint64_t>& place_of(std::uint64_t fingerprint);

    http::RateLimit principals_;
    http::RateLimit failures_;
    // Fingerprints of good tokens, each in the one place that it can have. They open
    // nothing: the token is checked all the same.
    std::vector<std::atomic<std::uint64_t>> good_;
};

}  // namespace charter::api
