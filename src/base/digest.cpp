// SHA-256, HMAC, random bytes and constant-time comparison: the part of
// encoding.hpp that needs OpenSSL.
#include "charter/base/encoding.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>

namespace charter {
namespace {

// Fetching an algorithm takes locks and string comparisons inside OpenSSL and
// costs more than hashing a small input, so each thread fetches once and keeps
// its context.
struct Sha256Context {
    std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{
        EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free};
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                    EVP_MD_CTX_free};
};

struct HmacContext {
    HmacContext() {
        const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> algorithm{
            EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free};
        context.reset(algorithm ? EVP_MAC_CTX_new(algorithm.get()) : nullptr);
        std::array<char, 7> name = {"SHA256"};
        const std::array<OSSL_PARAM, 2> parameters = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
            OSSL_PARAM_construct_end()};
        if (!context || EVP_MAC_CTX_set_params(context.get(), parameters.data()) != 1) {
            throw std::bad_alloc();
        }
    }

    std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context{nullptr, EVP_MAC_CTX_free};
};

}  // namespace

Digest sha256(std::string_view bytes) {
    thread_local const Sha256Context own;
    Digest digest{};
    EVP_MD_CTX* context = own.context.get();
    // Only memory can fail here, and half a digest must never be used.
    if (!context || EVP_DigestInit_ex2(context, own.algorithm.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context, bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context, digest.data(), nullptr) != 1) {
        throw std::bad_alloc();
    }
    return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
    thread_local const HmacContext own;
    // A null key means "the last one" to OpenSSL, so an empty key needs an address.
    const char* key_bytes = key.empty() ? "" : key.data();
    Digest digest{};
    std::size_t written = 0;
    EVP_MAC_CTX* context = own.context.get();
    if (EVP_MAC_init(context, reinterpret_cast<const unsigned char*>(key_bytes), key.size(),
                     nullptr) != 1 ||
        EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) != 1 ||
        EVP_MAC_final(context, digest.data(), &written, digest.size()) != 1) {
        throw std::bad_alloc();
    }
    return digest;
}

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    for (std::size_t filled = 0; filled < count;) {
        const ssize_t got = ::getrandom(bytes.data() + filled, count - filled, 0);
        if (got < 0 && errno != EINTR) {
            std::abort();
        }
        filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return bytes;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace charter
