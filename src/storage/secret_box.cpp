#include "charter/storage/secret_box.hpp"

#include "charter/base/encoding.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <optional>
#include <span>

namespace charter {
namespace {

constexpr std::string_view version = "v1.";
constexpr std::size_t key_id_characters = 16;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

Error unusable(std::string cause) {
    return Error(ErrorCode::unavailable, "a secret of a storage cannot be used", std::move(cause));
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

int size_of(std::string_view text) {
    return static_cast<int>(text.size());
}

/// What the tag covers besides the secret: format, key and place. What stands before the
/// place has a fixed length, so no two places read the same.
std::string associated_data(std::string_view key_id, std::string_view context) {
    return std::string(version) + std::string(key_id) + "." + std::string(context);
}

/// Key, nonce and associated data into a context that seals or opens.
CipherContext begin(bool sealing, const Secret& key, std::string_view nonce,
                    std::string_view associated) {
    CipherContext context(EVP_CIPHER_CTX_new());
    int length = 0;
    const bool ready =
        context &&
        EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key.reveal()),
                          bytes_of(nonce), sealing ? 1 : 0) == 1 &&
        EVP_CipherUpdate(context.get(), nullptr, &length, bytes_of(associated),
                         size_of(associated)) == 1;
    return ready ? std::move(context) : nullptr;
}

/// Ciphertext and tag; "" when OpenSSL fails.
std::string encrypt(const Secret& key, std::string_view nonce, std::string_view associated,
                    std::string_view plain) {
    const CipherContext context = begin(true, key, nonce, associated);
    std::string out(plain.size() + tag_bytes, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    int length = 0;
    int rest = 0;
    const bool done =
        context &&
        EVP_CipherUpdate(context.get(), bytes, &length, bytes_of(plain), size_of(plain)) == 1 &&
        EVP_CipherFinal_ex(context.get(), bytes + length, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes),
                            bytes + plain.size()) == 1;
    return done ? out : std::string();
}

/// Nothing when the tag does not fit.
std::optional<Secret> decrypt(const Secret& key, std::string_view nonce,
                              std::string_view associated, std::string_view cipher,
                              std::string_view tag) {
    const CipherContext context = begin(false, key, nonce, associated);
    std::string plain(cipher.size(), '\0');
    std::string expected(tag);
    auto* bytes = reinterpret_cast<unsigned char*>(plain.data());
    int length = 0;
    int rest = 0;
    const bool done =
        context &&
        EVP_CipherUpdate(context.get(), bytes, &length, bytes_of(cipher), size_of(cipher)) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes),
                            expected.data()) == 1 &&
        EVP_CipherFinal_ex(context.get(), bytes + length, &rest) == 1;
    std::optional<Secret> secret;
    if (done) {
        secret.emplace(plain);
    }
    OPENSSL_cleanse(plain.data(), plain.size());
    return secret;
}

}  // namespace

SecretBox::SecretBox(std::vector<Secret> keys) {
    replace_keys(std::move(keys));
}

std::string SecretBox::key_id(const Secret& key) {
    const Digest digest = hmac_sha256(key.reveal(), "charter secret key id");
    return to_hex(std::span(digest).first<key_id_characters / 2>());
}

std::string_view SecretBox::key_id_of(std::string_view sealed) {
    const bool fits = sealed.starts_with(version) &&
                      sealed.size() > version.size() + key_id_characters &&
                      sealed[version.size() + key_id_characters] == '.';
    return fits ? sealed.substr(version.size(), key_id_characters) : std::string_view();
}

void SecretBox::replace_keys(std::vector<Secret> keys) {
    auto replaced = std::make_shared<Keys>();
    for (Secret& key : keys) {
        std::string id = key_id(key);
        replaced->push_back(Key{std::move(key), std::move(id)});
    }
    const std::scoped_lock lock(mutex_);
    keys_ = std::move(replaced);
}

std::shared_ptr<const SecretBox::Keys> SecretBox::keys() const {
    const std::scoped_lock lock(mutex_);
    return keys_;
}

std::vector<std::string> SecretBox::key_ids() const {
    std::vector<std::string> ids;
    for (const Key& key : *keys()) {
        ids.push_back(key.id);
    }
    return ids;
}

Result<std::string> SecretBox::seal(const Secret& secret, std::string_view context) const {
    const std::shared_ptr<const Keys> held = keys();
    if (held->empty()) {
        return Error(ErrorCode::unavailable, "the server has no key to seal secrets with");
    }
    const Key& key = held->front();
    const std::string nonce = random_bytes(nonce_bytes);
    const std::string sealed =
        encrypt(key.secret, nonce, associated_data(key.id, context), secret.reveal());
    if (sealed.empty()) {
        return unusable("sealing failed");
    }
    return std::string(version) + key.id + "." + to_base64url(nonce + sealed);
}

Result<Secret> SecretBox::open(std::string_view sealed, std::string_view context) const {
    const std::string_view id = key_id_of(sealed);
    if (id.empty()) {
        return unusable("no sealed text");
    }
    const std::shared_ptr<const Keys> held = keys();
    const auto key =
        std::find_if(held->begin(), held->end(), [&](const Key& each) { return each.id == id; });
    if (key == held->end()) {
        return unusable("key " + std::string(id) + " is not there");
    }
    const Result<std::string> bytes =
        from_base64url(sealed.substr(version.size() + key_id_characters + 1));
    if (!bytes || bytes->size() < nonce_bytes + tag_bytes) {
        return unusable("the sealed text is damaged");
    }
    const std::string_view all = *bytes;
    const std::string_view cipher =
        all.substr(nonce_bytes, all.size() - nonce_bytes - tag_bytes);
    std::optional<Secret> secret =
        decrypt(key->secret, all.substr(0, nonce_bytes), associated_data(id, context), cipher,
                all.substr(all.size() - tag_bytes));
    if (!secret) {
        return unusable("the sealed text was altered, or belongs to another place");
    }
    return std::move(*secret);
}

}  // namespace charter
