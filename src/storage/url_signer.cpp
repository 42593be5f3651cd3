#include "charter/storage/url_signer.hpp"

#include "charter/base/encoding.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <new>

namespace charter {
namespace {

using MacContext = std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)>;

// Length in front of each part: "a" + "bc" and "ab" + "c" must not sign the same.
void append_part(std::string& message, std::string_view part) {
    const auto length = static_cast<std::uint64_t>(part.size());
    for (int shift = 56; shift >= 0; shift -= 8) {
        message += static_cast<char>((length >> shift) & 255);
    }
    message += part;
}

template <class Integer>
std::string_view write_number(Integer number, std::array<char, 20>& digits) {
    char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

void append_encoded_path(std::string& out, std::string_view path) {
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        if (begin > 0) {
            out += '/';
        }
        out += percent_encode(path.substr(begin, end - begin));
        begin = end + 1;
    }
}

std::int64_t whole_seconds(UtcTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::string signature_text(const Digest& digest) {
    return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace

/// The key inside OpenSSL. Absorbing the key costs two hash blocks and a context
/// costs an allocation, so each thread keeps a copy that has absorbed it already.
class UrlSigner::Keyed {
public:
    explicit Keyed(const Secret& key) : number_(++count_) {
        const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> algorithm{
            EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free};
        first_.reset(algorithm ? EVP_MAC_CTX_new(algorithm.get()) : nullptr);
        std::array<char, 7> name = {"SHA256"};
        const std::array<OSSL_PARAM, 2> parameters = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
            OSSL_PARAM_construct_end()};
        const std::string_view bytes = key.reveal();
        if (!first_ ||
            EVP_MAC_init(first_.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                         bytes.size(), parameters.data()) != 1) {
            throw std::bad_alloc();
        }
    }

    Digest sign(std::string_view method, std::string_view storage, std::string_view lease,
                std::string_view path, std::int64_t expires_s) const {
        return mac(begin_message(method == "HEAD" ? "GET" : method, storage, lease, path,
                                 expires_s));
    }

    Digest sign_put(std::string_view storage, std::string_view lease, std::string_view path,
                    const NewObject& object, std::int64_t expires_s) const {
        std::array<char, 20> digits;
        std::string& message = begin_message("PUT", storage, lease, path, expires_s);
        append_part(message, write_number(object.size_bytes, digits));
        append_part(message, {reinterpret_cast<const char*>(object.sha256.data()),
                              object.sha256.size()});
        return mac(message);
    }

private:
    static std::string& begin_message(std::string_view method, std::string_view storage,
                                      std::string_view lease, std::string_view path,
                                      std::int64_t expires_s) {
        thread_local std::string message;
        std::array<char, 20> digits;
        message.clear();
        append_part(message, method);
        append_part(message, storage);
        append_part(message, lease);
        append_part(message, path);
        append_part(message, write_number(expires_s, digits));
        return message;
    }

    Digest mac(std::string_view message) const {
        thread_local MacContext own{nullptr, EVP_MAC_CTX_free};
        thread_local std::uint64_t own_number = 0;
        // By number and not by address: another signer may come to lie where one was.
        if (own_number != number_) {
            own.reset(EVP_MAC_CTX_dup(first_.get()));
            own_number = own ? number_ : 0;
        }
        Digest digest{};
        std::size_t written = 0;
        // No key given: start again with the one that was absorbed.
        if (!own || EVP_MAC_init(own.get(), nullptr, 0, nullptr) != 1 ||
            EVP_MAC_update(own.get(), reinterpret_cast<const unsigned char*>(message.data()),
                           message.size()) != 1 ||
            EVP_MAC_final(own.get(), digest.data(), &written, digest.size()) != 1) {
            throw std::bad_alloc();
        }
        return digest;
    }

    inline static std::atomic<std::uint64_t> count_{0};
    std::uint64_t number_;
    MacContext first_{nullptr, EVP_MAC_CTX_free};  // only copied from, so threads may share it
};

UrlSigner::UrlSigner(const Secret& key, std::string_view public_url)
    : keyed_(std::make_unique<Keyed>(key)), data_url_(public_url) {
    while (data_url_.ends_with('/')) {
        data_url_.pop_back();
    }
    data_url_ += "/data/";
}

UrlSigner::~UrlSigner() = default;

void UrlSigner::append_url(std::string& out, std::string_view lease, std::string_view storage,
                           std::string_view path, UtcTime expires) const {
    const std::int64_t expires_s = whole_seconds(expires);
    begin_url(out, lease, path, expires_s);
    out += "&sig=";
    out += signature_text(keyed_->sign("GET", storage, lease, path, expires_s));
}

void UrlSigner::append_put_url(std::string& out, std::string_view lease, std::string_view storage,
                               std::string_view prefix, const NewObject& object,
                               UtcTime expires) const {
    const std::int64_t expires_s = whole_seconds(expires);
    const std::string path = std::string(prefix) + object.path;
    std::array<char, 20> digits;
    begin_url(out, lease, path, expires_s);
    out += "&sha256=";
    out += to_hex(object.sha256);
    out += "&sig=";
    out += signature_text(keyed_->sign_put(storage, lease, path, object, expires_s));
    out += "&size=";
    out += write_number(object.size_bytes, digits);
}

void UrlSigner::begin_url(std::string& out, std::string_view lease, std::string_view path,
                          std::int64_t expires_s) const {
    std::array<char, 20> digits;
    out += data_url_;
    out += percent_encode(lease);
    out += '/';
    append_encoded_path(out, path);
    out += "?exp=";
    out += write_number(expires_s, digits);
}

bool UrlSigner::verify(std::string_view method, std::string_view storage, std::string_view lease,
                       std::string_view path, std::int64_t expires_s,
                       std::string_view signature) const {
    return equal_constant_time(
        signature_text(keyed_->sign(method, storage, lease, path, expires_s)), signature);
}

bool UrlSigner::verify_put(std::string_view storage, std::string_view lease,
                           const NewObject& object, std::int64_t expires_s,
                           std::string_view signature) const {
    return equal_constant_time(
        signature_text(keyed_->sign_put(storage, lease, object.path, object, expires_s)),
        signature);
}

}  // namespace charter
