#include "signature.hpp"

#include <openssl/rsa.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace charter {

namespace {

using Hash = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// Null for EdDSA, which hashes by itself.
const EVP_MD* hash_of(SignatureAlgorithm algorithm) {
    switch (algorithm) {
        case SignatureAlgorithm::rs256:
        case SignatureAlgorithm::ps256:
        case SignatureAlgorithm::es256: return EVP_sha256();
        case SignatureAlgorithm::rs384:
        case SignatureAlgorithm::es384: return EVP_sha384();
        case SignatureAlgorithm::rs512: return EVP_sha512();
        case SignatureAlgorithm::eddsa: return nullptr;
    }
    return nullptr;
}

std::size_t hash_into(Hash& hash, const EVP_MD* kind, std::string_view text) {
    if (kind == EVP_sha256()) {
        const Digest digest = sha256(text);
        std::ranges::copy(digest, hash.begin());
        return digest.size();
    }
    unsigned length = 0;
    return EVP_Digest(text.data(), text.size(), hash.data(), &length, kind, nullptr) == 1 ? length
                                                                                          : 0;
}

/// One half of an ECDSA signature as a DER integer: shortest form, not negative.
std::size_t append_integer(std::uint8_t* out, std::string_view half) {
    const std::size_t first = half.find_first_not_of('\0');
    half.remove_prefix(first == std::string_view::npos ? half.size() - 1 : first);
    const bool high = (static_cast<unsigned char>(half.front()) & 0x80) != 0;
    std::size_t size = 0;
    out[size++] = 0x02;
    out[size++] = static_cast<std::uint8_t>(half.size() + (high ? 1 : 0));
    if (high) {
        out[size++] = 0;
    }
    std::ranges::copy(half, out + size);
    return size + half.size();
}

/// At most 2 x 48 bytes go in, so that every length fits one byte.
using Der = std::array<std::uint8_t, 2 + 2 * (3 + 48)>;

std::size_t to_der(Der& der, std::string_view signature) {
    const std::size_t half = signature.size() / 2;
    std::size_t size = 2;
    size += append_integer(der.data() + size, signature.substr(0, half));
    size += append_integer(der.data() + size, signature.substr(half));
    der[0] = 0x30;
    der[1] = static_cast<std::uint8_t>(size - 2);
    return size;
}

bool verify_eddsa(EVP_PKEY* key, std::string_view text, std::string_view signature) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                         EVP_MD_CTX_free);
    return signature.size() == 64 && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                            text.size()) == 1;
}

bool set_rsa(EVP_PKEY_CTX* context, SignatureAlgorithm algorithm, const EVP_MD* kind) {
    if (algorithm != SignatureAlgorithm::ps256) {
        return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
               EVP_PKEY_CTX_set_signature_md(context, kind) == 1;
    }
    // RFC 7518 section 3.5: MGF1 with the same hash, a salt as long as the hash.
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context, kind) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, kind) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

std::optional<SignatureAlgorithm> algorithm_named(std::string_view name) {
    const auto found = std::ranges::find(all_algorithms, name, &AlgorithmFacts::name);
    return found == all_algorithms.end() ? std::nullopt : std::optional(found->algorithm);
}

bool VerificationKey::permits(SignatureAlgorithm algorithm) const {
    return std::ranges::find(algorithms, algorithm) != algorithms.end();
}

bool verify_signature(const VerificationKey& key, SignatureAlgorithm algorithm,
                      std::string_view text, std::string_view signature) {
    if (!key.permits(algorithm)) {
        return false;
    }
    const EVP_MD* kind = hash_of(algorithm);
    if (kind == nullptr) {
        return verify_eddsa(key.key.get(), text, signature);
    }
    const bool is_rsa = EVP_PKEY_get_base_id(key.key.get()) == EVP_PKEY_RSA;
    const auto key_bytes = static_cast<std::size_t>(EVP_PKEY_get_bits(key.key.get()) + 7) / 8;
    if (signature.size() != (is_rsa ? key_bytes : 2 * key_bytes)) {
        return false;
    }
    Hash hash{};
    const std::size_t hash_size = hash_into(hash, kind, text);
    const KeyContext context(key.begun ? EVP_PKEY_CTX_dup(key.begun.get()) : nullptr,
                             EVP_PKEY_CTX_free);
    if (hash_size == 0 || !context) {
        return false;
    }
    if (is_rsa) {
        return set_rsa(context.get(), algorithm, kind) &&
               EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(), hash.data(),
                               hash_size) == 1;
    }
    Der der{};
    const std::size_t der_size = to_der(der, signature);
    return EVP_PKEY_verify(context.get(), der.data(), der_size, hash.data(), hash_size) == 1;
}

}  // namespace charter
