#include "charter/api/caller_limits.hpp"

#include "charter/base/limits.hpp"

#include <functional>

namespace charter::api {
namespace {

/// Of what a caller shows; 0 when it shows nothing.
std::uint64_t fingerprint_of(const http::Request& request) {
    const std::string_view authorization = request.header("Authorization");
    const std::string_view key = request.header("X-Api-Key");
    if (authorization.empty() && key.empty()) {
        return 0;
    }
    const std::hash<std::string_view> hash;
    return http::spread(hash(authorization)) + hash(key);
}

}  // namespace

CallerLimits::CallerLimits(std::size_t requests_per_principal_per_s,
                           std::size_t failed_sign_ins_per_minute)
    : principals_(static_cast<double>(requests_per_principal_per_s),
                  static_cast<double>(requests_per_principal_per_s) * limits::rate_limit_burst_s),
      failures_(static_cast<double>(failed_sign_ins_per_minute) / 60,
                static_cast<double>(failed_sign_ins_per_minute)),
      good_(limits::good_tokens_kept) {}

bool CallerLimits::may_try(const http::Request& request, Clock::time_point now) {
    if (failures_.has(request.peer_key, now)) {
        return true;
    }
    const std::uint64_t fingerprint = fingerprint_of(request);
    return fingerprint == 0 || place_of(fingerprint).load(std::memory_order_relaxed) == fingerprint;
}

void CallerLimits::signed_in(const http::Request& request) {
    const std::uint64_t fingerprint = fingerprint_of(request);
    std::atomic<std::uint64_t>& place = place_of(fingerprint);
    if (place.load(std::memory_order_relaxed) != fingerprint) {
        place.store(fingerprint, std::memory_order_relaxed);
    }
}

void CallerLimits::failed(const http::Request& request, Clock::time_point now) {
    const std::uint64_t fingerprint = fingerprint_of(request);
    if (fingerprint == 0) {
        return;
    }
    std::uint64_t once_good = fingerprint;
    place_of(fingerprint).compare_exchange_strong(once_good, 0, std::memory_order_relaxed);
    failures_.take(request.peer_key, now);
}

bool CallerLimits::may_try_to_sign_in(const http::Request& request, Clock::time_point now) {
    return failures_.has(request.peer_key, now);
}

void CallerLimits::sign_in_failed(const http::Request& request, Clock::time_point now) {
    failures_.take(request.peer_key, now);
}

bool CallerLimits::admits(std::string_view principal, Clock::time_point now) {
    return principals_.take(std::hash<std::string_view>()(principal), now);
}

std::atomic<std::uint64_t>& CallerLimits::place_of(std::uint64_t fingerprint) {
    return good_[http::spread(fingerprint) % good_.size()];
}

}  // namespace charter::api
