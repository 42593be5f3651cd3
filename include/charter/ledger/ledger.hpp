#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/encoding.hpp"
#include "charter/catalog/resource.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace charter {

/// Names one decision, and the lease it gave. A UUID version 7: ordered by time,
/// 74 random bits. Source: RFC 9562 section 5.7.
struct DecisionId {
    std::array<std::uint8_t, 16> bytes{};

    /// Draws a new id. Thread-safe.
    static DecisionId make(UtcTime now);

    std::string text() const;  // 8-4-4-4-12 hexadecimal
    static std::optional<DecisionId> parse(std::string_view text);

    friend auto operator<=>(const DecisionId&, const DecisionId&) = default;
};

/// One decision as the ledger keeps it. `body` is the JSON that auditors read and
/// that the chain covers; the other fields repeat what lists filter by and are
/// checked against `body` by nobody but verification.
struct LedgerRecord {
    DecisionId id;
    UtcTime at{};
    ResourceId principal;  // none: unknown caller
    ResourceId resource;   // none: the mesh itself, or absent
    bool allow = false;
    std::string body;
    /// For whom `principal` asked: the record is found under it too. Said by `body`, so not
    /// covered by the hash again and not read back.
    ResourceId on_behalf_of;
};

/// A record in its place: its number and the hash that ties it to the one before.
struct SealedRecord {
    LedgerRecord record;
    std::uint64_t sequence = 0;  // 1, 2, 3 …
    Digest hash{};
};

/// The end of the ledger: what the next record is tied to.
struct LedgerHead {
    std::uint64_t sequence = 0;
    Digest hash{};
};

/// hash = SHA-256(previous hash, then each field with its length in 8 bytes before it:
/// sequence, id, at, principal, resource, allow, body). Numbers are 8 bytes, big-endian (`at` in
/// milliseconds since 1970), `allow` is one byte, 0 or 1. Lengths are covered, so that no two
/// different records have the same bytes. Moves `head` on.
SealedRecord seal(LedgerHead& head, LedgerRecord record);

/// Continues a verification from `head` with the next record in order. Returns
/// what is wrong with it, or nothing and moves `head` on.
std::optional<std::string> check(LedgerHead& head, const SealedRecord& record);

/// Ends a verification: what is wrong when the records end at `reached` while the
/// store says that they end at `stated` (records were cut off, or added).
std::optional<std::string> check_end(const LedgerHead& reached, const LedgerHead& stated);

}  // namespace charter
