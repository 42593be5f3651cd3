#include "signing_keys.hpp"

#include "sigv4.hpp"

#include "charter/base/limits.hpp"

#include <openssl/crypto.h>

namespace charter {

SigningKeys::Kept::~Kept() {
    OPENSSL_cleanse(key.data(), key.size());
}

Digest SigningKeys::find(const S3Credentials& credentials, std::string_view date,
                         std::string_view region, std::string_view service) {
    std::string name = credentials.access_key_id;
    name.append("/").append(sigv4::scope(date, region, service));
    // By its hash: the same access key may have got another secret.
    const Digest secret_hash = sha256(credentials.secret_access_key.reveal());
    {
        const std::lock_guard lock(mutex_);
        const auto found = kept_.find(name);
        if (found != kept_.end() && found->second.secret_hash == secret_hash) {
            return found->second.key;
        }
    }
    const Digest key = sigv4::day_key(credentials.secret_access_key, date, region, service);
    const std::lock_guard lock(mutex_);
    // Yesterday's keys are most of them; those in use come back at the price of one derivation.
    if (kept_.size() >= limits::signing_keys_kept_max) {
        kept_.clear();
    }
    Kept& kept = kept_[std::move(name)];
    kept.secret_hash = secret_hash;
    kept.key = key;
    return key;
}

}  // namespace charter
