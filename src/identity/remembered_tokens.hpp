#pragma once

#include "issuer_keys.hpp"
#include "signature.hpp"

#include "charter/base/clock.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/identity/identity.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>

namespace charter {

/// A token that was verified, and what its truth depends on.
struct VerifiedToken {
    Identity identity;
    UtcTime ends_at{};  // `exp` and the leeway
    VerificationKeyPtr key;
    const IssuerKeys* keys = nullptr;

    bool holds(UtcTime now) const {
        return now < ends_at && !key->withdrawn.load(std::memory_order_relaxed) &&
               keys->trusted(now);
    }
};

/// Verified tokens by the hash of their text, in a table of a fixed size: sets of a few places,
/// each set with its own lock. Where a set is full, the token that ends first goes.
/// Thread-safe.
class RememberedTokens {
public:
    RememberedTokens();

    /// Null when it is not there or no longer holds.
    std::shared_ptr<const Identity> find(std::string_view token, UtcTime now) const;
    std::shared_ptr<const Identity> add(std::string_view token, VerifiedToken verified);
    /// Frees what no longer holds.
    void sweep(UtcTime now);

private:
    struct Place {
        Digest hash{};
        std::shared_ptr<const VerifiedToken> verified;  // null: free
    };
    struct Set {
        std::mutex mutex;
        std::array<Place, 8> places;
    };
    static constexpr std::size_t set_count =
        limits::tokens_remembered_max / std::tuple_size_v<decltype(Set::places)>;

    Set& set_of(const Digest& hash) const;

    std::unique_ptr<std::array<Set, set_count>> sets_;
};

}  // namespace charter
