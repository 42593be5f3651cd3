#pragma once

#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// Seals the secrets of storages, so that they can stand in the database and its
/// backups, and opens them again: AES-256-GCM with a random nonce of 96 bits each time.
/// The text is `v1.<key id>.<base64url of nonce, ciphertext and tag>`.
///
/// The keys are in order: the first one seals, all of them open. Without a key
/// nothing is sealed or opened, and everything else goes on.
///
/// Thread-safe. Source: NIST SP 800-38D.
class SecretBox {
public:
    static constexpr std::size_t key_bytes = 32;

    /// Each key has key_bytes.
    explicit SecretBox(std::vector<Secret> keys = {});

    /// `context` says what the secret belongs to and goes into the seal: text that is
    /// moved to another place does not open there. It must never be used again for
    /// another thing. Errors: unavailable (no key).
    Result<std::string> seal(const Secret& secret, std::string_view context) const;

    /// Errors: unavailable (the key is not there; damaged, altered or of another
    /// context). The cause says which.
    Result<Secret> open(std::string_view sealed, std::string_view context) const;

    /// In order; the first one seals.
    std::vector<std::string> key_ids() const;
    /// The id of the key that sealed this text; "" when it is no sealed text.
    static std::string_view key_id_of(std::string_view sealed);

    void replace_keys(std::vector<Secret> keys);

    /// A key's name, which tells nothing of the key: 16 hexadecimal digits.
    static std::string key_id(const Secret& key);

private:
    struct Key {
        Secret secret;
        std::string id;
    };
    using Keys = std::vector<Key>;
    std::shared_ptr<const Keys> keys() const;

    mutable std::mutex mutex_;
    std::shared_ptr<const Keys> keys_;
};

}  // namespace charter
