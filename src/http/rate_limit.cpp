#include "charter/http/rate_limit.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>
#include <cstring>

namespace charter::http {
namespace {

constexpr std::size_t sets_count = 1U << 14U;
constexpr std::size_t locks_count = 256;

// Unknown to callers, so that nobody chooses whose bucket shares a set with his.
std::uint64_t random_seed() {
    std::uint64_t seed = 0;
    const std::string bytes = random_bytes(sizeof(seed));
    std::memcpy(&seed, bytes.data(), sizeof(seed));
    return seed;
}

std::int64_t ns_of(RateLimit::Clock::time_point now) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
}

}  // namespace

RateLimit::RateLimit(double tokens_per_s, double burst)
    : seed_(random_seed()),
      token_ns_(tokens_per_s > 0 ? std::max<std::int64_t>(
                                       1, static_cast<std::int64_t>(1e9 / tokens_per_s))
                                 : 0),
      burst_ns_(static_cast<std::int64_t>(static_cast<double>(token_ns_) * burst)),
      sets_(token_ns_ > 0 ? sets_count : 0),
      locks_(token_ns_ > 0 ? locks_count : 0) {}

bool RateLimit::take(std::uint64_t key, Clock::time_point now) {
    if (token_ns_ == 0) {
        return true;
    }
    const std::uint64_t place = spread(key ^ seed_) % sets_count;
    const std::int64_t now_ns = ns_of(now);
    const std::lock_guard lock(locks_[place % locks_count]);
    Bucket& bucket = bucket_of(sets_[place], key);
    if (!has_token(bucket, key, now_ns)) {
        return false;
    }
    const std::int64_t full_at_ns = bucket.key == key ? bucket.full_at_ns : 0;
    bucket = {key, std::max(full_at_ns, now_ns) + token_ns_};
    return true;
}

bool RateLimit::has(std::uint64_t key, Clock::time_point now) {
    if (token_ns_ == 0) {
        return true;
    }
    const std::uint64_t place = spread(key ^ seed_) % sets_count;
    const std::lock_guard lock(locks_[place % locks_count]);
    return has_token(bucket_of(sets_[place], key), key, ns_of(now));
}

// The key's own bucket, or the one it takes the place of.
RateLimit::Bucket& RateLimit::bucket_of(Set& set, std::uint64_t key) {
    const auto own = std::ranges::find(set, key, &Bucket::key);
    return own != set.end() ? *own : *std::ranges::min_element(set, {}, &Bucket::full_at_ns);
}

bool RateLimit::has_token(const Bucket& bucket, std::uint64_t key, std::int64_t now_ns) const {
    return bucket.key != key || bucket.full_at_ns + token_ns_ - now_ns <= burst_ns_;
}

}  // namespace charter::http
