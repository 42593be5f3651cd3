#pragma once

// Keys and tokens for the tests, made with OpenSSL.

#include "charter/base/encoding.hpp"
#include "charter/base/json.hpp"
#include "identity/signature.hpp"

#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace charter::testing {

inline const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

inline void must(bool done) {
    if (!done) {
        throw std::runtime_error("OpenSSL");
    }
}

/// A key pair with the algorithm it signs with.
class Signer {
public:
    Signer(std::string algorithm, std::string kid, unsigned rsa_bits = 2'048)
        : algorithm_(std::move(algorithm)), kid_(std::move(kid)) {
        EVP_PKEY* made = algorithm_ == "EdDSA"   ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                         : algorithm_ == "ES256" ? EVP_EC_gen("P-256")
                         : algorithm_ == "ES384" ? EVP_EC_gen("P-384")
                                                 : EVP_RSA_gen(rsa_bits);
        must(made != nullptr);
        key_ = std::shared_ptr<EVP_PKEY>(made, EVP_PKEY_free);
    }

    const std::string& algorithm() const { return algorithm_; }
    const std::string& kid() const { return kid_; }

    /// The same key with another algorithm or another id.
    Signer as(std::string algorithm, std::string kid) const {
        Signer other = *this;
        other.algorithm_ = std::move(algorithm);
        other.kid_ = std::move(kid);
        return other;
    }

    /// The signature as a JWS has it.
    std::string sign(std::string_view text) const {
        const std::string der = sign_plainly(text);
        return algorithm_ == "ES256"   ? halves(der, 32)
               : algorithm_ == "ES384" ? halves(der, 48)
                                       : der;
    }

    /// As OpenSSL gives it: in DER for ECDSA.
    std::string sign_plainly(std::string_view text, int salt_bytes = RSA_PSS_SALTLEN_DIGEST) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                             EVP_MD_CTX_free);
        const EVP_MD* hash = algorithm_ == "EdDSA"          ? nullptr
                             : algorithm_.ends_with("384") ? EVP_sha384()
                             : algorithm_.ends_with("512") ? EVP_sha512()
                                                           : EVP_sha256();
        EVP_PKEY_CTX* inner = nullptr;
        must(EVP_DigestSignInit(context.get(), &inner, hash, nullptr, key_.get()) == 1);
        if (algorithm_ == "PS256") {
            must(EVP_PKEY_CTX_set_rsa_padding(inner, RSA_PKCS1_PSS_PADDING) == 1);
            must(EVP_PKEY_CTX_set_rsa_pss_saltlen(inner, salt_bytes) == 1);
        }
        std::size_t size = 0;
        must(EVP_DigestSign(context.get(), nullptr, &size, bytes(text), text.size()) == 1);
        std::string signature(size, '\0');
        must(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                            &size, bytes(text), text.size()) == 1);
        signature.resize(size);
        return signature;
    }

    Json jwk() const {
        Json jwk = {{"kid", kid_}, {"alg", algorithm_}, {"use", "sig"}};
        if (algorithm_ == "EdDSA") {
            std::string x(32, '\0');
            std::size_t size = x.size();
            must(EVP_PKEY_get_raw_public_key(
                     key_.get(), reinterpret_cast<unsigned char*>(x.data()), &size) == 1);
            jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", to_base64url(x)}});
        } else if (algorithm_.starts_with("ES")) {
            const std::size_t half = algorithm_ == "ES256" ? 32 : 48;
            jwk.update({{"kty", "EC"},
                        {"crv", algorithm_ == "ES256" ? "P-256" : "P-384"},
                        {"x", to_base64url(number(OSSL_PKEY_PARAM_EC_PUB_X, half))},
                        {"y", to_base64url(number(OSSL_PKEY_PARAM_EC_PUB_Y, half))}});
        } else {
            jwk.update({{"kty", "RSA"},
                        {"n", to_base64url(number(OSSL_PKEY_PARAM_RSA_N, 0))},
                        {"e", to_base64url(number(OSSL_PKEY_PARAM_RSA_E, 0))}});
        }
        return jwk;
    }

    std::string public_pem() const {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        must(PEM_write_bio_PUBKEY(out.get(), key_.get()) == 1);
        char* text = nullptr;
        const long size = BIO_get_mem_data(out.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }

private:
    static std::string number_bytes(const BIGNUM* number, std::size_t size) {
        std::string out(size == 0 ? static_cast<std::size_t>(BN_num_bytes(number)) : size, '\0');
        must(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()),
                          static_cast<int>(out.size())) >= 0);
        return out;
    }

    std::string number(const char* name, std::size_t size) const {
        BIGNUM* value = nullptr;
        must(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
        const std::unique_ptr<BIGNUM, decltype(&BN_free)> owned(value, BN_free);
        return number_bytes(value, size);
    }

    static std::string halves(const std::string& der, std::size_t half) {
        const unsigned char* at = bytes(der);
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
            d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
        must(signature != nullptr);
        return number_bytes(ECDSA_SIG_get0_r(signature.get()), half) +
               number_bytes(ECDSA_SIG_get0_s(signature.get()), half);
    }

    std::string algorithm_;
    std::string kid_;
    std::shared_ptr<EVP_PKEY> key_;
};

inline std::string jwks_of(const std::vector<Signer>& signers) {
    Json keys = Json::array();
    for (const Signer& signer : signers) {
        keys.push_back(signer.jwk());
    }
    return Json{{"keys", keys}}.dump();
}

inline std::string joined(std::string_view header, std::string_view claims) {
    return to_base64url(header) + "." + to_base64url(claims);
}

/// A token whose header and claims are these bytes.
inline std::string signed_token(const Signer& signer, std::string_view header,
                                std::string_view claims) {
    const std::string text = joined(header, claims);
    return text + "." + to_base64url(signer.sign(text));
}

inline Json header_of(const Signer& signer) {
    return {{"alg", signer.algorithm()}, {"kid", signer.kid()}, {"typ", "JWT"}};
}

inline std::string signed_token(const Signer& signer, const Json& claims) {
    return signed_token(signer, header_of(signer).dump(), claims.dump());
}

}  // namespace charter::testing
