#pragma once

#include "signature.hpp"

#include "charter/base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// The public keys of an issuer that may verify signatures. Never changes.
class KeySet {
public:
    /// What a token's header finds.
    struct Choice {
        VerificationKeyPtr key;    // or, when null:
        std::string_view problem;  // why not
        bool unknown = false;      // newer keys may have it
    };

    /// Reads a JWK set. Keys that are of no use for signatures, or that leave any doubt, are
    /// left out; so are all keys that share a `kid`. Source: RFC 7517, RFC 7518 section 6,
    /// RFC 8037 section 2. Errors: invalid_request (no JWK set, over limits::issuer_keys_max).
    static Result<KeySet> parse(std::string_view text);

    /// The key that `kid` names, or without one the only key that permits the algorithm.
    Choice choose(const std::optional<std::string>& kid, SignatureAlgorithm algorithm) const;

    /// Takes over the keys of `before` that are here too, and marks the others of it as
    /// withdrawn. Returns whether the two differ.
    bool succeed(const KeySet& before);

    std::span<const VerificationKeyPtr> keys() const noexcept { return keys_; }
    /// Each key that was left out, with the reason.
    const std::vector<std::string>& skipped() const noexcept { return skipped_; }

private:
    void drop_ambiguous();

    std::vector<VerificationKeyPtr> keys_;
    std::vector<std::string> skipped_;
};

}  // namespace charter
