#include "charter/ledger/ledger.hpp"

#include <algorithm>
#include <span>

namespace charter {
namespace {

constexpr std::size_t random_bytes_per_id = 10;

/// Random bytes for one id from this thread's pool: one system call per 400 ids
/// instead of one per id, which would cost more than the decision.
std::string_view draw_random() {
    constexpr std::size_t pool_bytes = 400 * random_bytes_per_id;
    thread_local std::string pool;
    thread_local std::size_t used = 0;
    if (used + random_bytes_per_id > pool.size()) {
        pool = random_bytes(pool_bytes);
        used = 0;
    }
    const std::string_view drawn = std::string_view(pool).substr(used, random_bytes_per_id);
    used += random_bytes_per_id;
    return drawn;
}

}  // namespace

// Source: RFC 9562 section 5.7: 48 bits of Unix time in milliseconds, version,
// 12 random bits, variant, 62 random bits.
DecisionId DecisionId::make(UtcTime now) {
    DecisionId id;
    const auto milliseconds = static_cast<std::uint64_t>(now.time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i) {
        id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    }
    std::ranges::transform(draw_random(), id.bytes.begin() + 6,
                           [](char c) { return static_cast<std::uint8_t>(c); });
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x70);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

std::string DecisionId::text() const {
    std::string text = to_hex(bytes);
    for (const std::size_t position : {8u, 13u, 18u, 23u}) {
        text.insert(position, 1, '-');
    }
    return text;
}

std::optional<DecisionId> DecisionId::parse(std::string_view text) {
    if (text.size() != 36) {
        return std::nullopt;
    }
    std::string hex;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (text[i] == '-')) {
            return std::nullopt;
        }
        if (!dash) {
            hex += text[i];
        }
    }
    const Result<std::string> raw = from_hex(hex);
    if (!raw) {
        return std::nullopt;
    }
    DecisionId id;
    std::ranges::transform(*raw, id.bytes.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    return id;
}

}  // namespace charter
