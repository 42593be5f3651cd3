#pragma once

#include "charter/base/encoding.hpp"
#include "charter/base/result.hpp"
#include "charter/identity/issuer_settings.hpp"

#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// Every algorithm with its name in `alg` and the kind of key it needs.
struct AlgorithmFacts {
    SignatureAlgorithm algorithm;
    std::string_view name;
    std::string_view key_type;  // `kty`
    std::string_view curve;     // `crv`; "" for RSA
};
inline constexpr std::array<AlgorithmFacts, 7> all_algorithms = {{
    {SignatureAlgorithm::rs256, "RS256", "RSA", ""},
    {SignatureAlgorithm::rs384, "RS384", "RSA", ""},
    {SignatureAlgorithm::rs512, "RS512", "RSA", ""},
    {SignatureAlgorithm::ps256, "PS256", "RSA", ""},
    {SignatureAlgorithm::es256, "ES256", "EC", "P-256"},
    {SignatureAlgorithm::es384, "ES384", "EC", "P-384"},
    {SignatureAlgorithm::eddsa, "EdDSA", "OKP", "Ed25519"},
}};

/// By the exact name (RFC 7515 section 4.1.1: case matters).
std::optional<SignatureAlgorithm> algorithm_named(std::string_view name);

using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

/// A key of an issuer. All but `withdrawn` never changes; shared between threads.
struct VerificationKey {
    std::optional<std::string> kid;
    std::vector<SignatureAlgorithm> algorithms;  // never empty; all of one kind of key
    PublicKey key{nullptr, EVP_PKEY_free};
    /// Begun for verifying and only ever copied: to begin costs 2.4 us, a copy 0.1 us.
    /// Null for Ed25519, which takes the text and not its hash.
    KeyContext begun{nullptr, EVP_PKEY_CTX_free};
    Digest content{};  // of all the above but `begun`: equal for equal keys
    /// Set when the issuer no longer has it: tokens that were verified with it end.
    mutable std::atomic<bool> withdrawn{false};

    bool permits(SignatureAlgorithm algorithm) const;
};
using VerificationKeyPtr = std::shared_ptr<const VerificationKey>;

/// Whether `signature` is this key's over `text`. The key must permit the algorithm.
/// ECDSA signatures are r and s, of the curve's length each (RFC 7518 section 3.4).
bool verify_signature(const VerificationKey& key, SignatureAlgorithm algorithm,
                      std::string_view text, std::string_view signature);

}  // namespace charter
