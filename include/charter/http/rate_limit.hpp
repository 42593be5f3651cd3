#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace charter::http {

/// Token buckets by key, in memory of a fixed size (1 MiB). A bucket that is full again
/// takes no room; where more are in use than there is room for, the one that is nearest to
/// full is forgotten, which gives its owner what it had already spent. Thread-safe; a call
/// takes some ten nanoseconds and waits for nobody but another call on the same key.
class RateLimit {
public:
    using Clock = std::chrono::steady_clock;

    /// A bucket holds `burst` tokens and gains `tokens_per_s`. 0 tokens per second: no limit.
    RateLimit(double tokens_per_s, double burst);

    /// Takes one token; false when there is none.
    bool take(std::uint64_t key, Clock::time_point now);

    /// True when there is a token, which stays.
    bool has(std::uint64_t key, Clock::time_point now);

private:
    // The bucket lacks what time has still to bring until `full_at` (the generic cell rate
    // algorithm of ITU-T I.371: one number in place of a count and a time).
    struct Bucket {
        std::uint64_t key = 0;
        std::int64_t full_at_ns = 0;
    };
    static constexpr std::size_t ways = 4;
    using Set = std::array<Bucket, ways>;

    Bucket& bucket_of(Set& set, std::uint64_t key);
    bool has_token(const Bucket& bucket, std::uint64_t key, std::int64_t now_ns) const;

    std::uint64_t seed_;
    std::int64_t token_ns_;  // 0: no limit
    std::int64_t burst_ns_;
    std::vector<Set> sets_;
    std::vector<std::mutex> locks_;
};

/// Spreads a key over all bits, for tables.
/// Source: Steele, Lea, Flood, SplitMix64.
constexpr std::uint64_t spread(std::uint64_t key) {
    key += 0x9e3779b97f4a7c15;
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9;
    key = (key ^ (key >> 27)) * 0x94d049bb133111eb;
    return key ^ (key >> 31);
}

}  // namespace charter::http
