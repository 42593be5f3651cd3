#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/fetch.hpp"
#include "charter/base/limits.hpp"
#include "charter/base/result.hpp"
#include "charter/storage/object.hpp"
#include "charter/storage/s3_place.hpp"
#include "charter/storage/s3_presigner.hpp"
#include "charter/storage/session_policy.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace charter {

class S3Lists;
class SigningKeys;

/// What is asked of STS.
struct RoleSession {
    std::string role_arn;      // empty where the STS needs none (MinIO with keys of a user)
    std::string session_name;  // 2 to 64 of A-Z a-z 0-9 + = , . @ _ -
    std::optional<SessionPolicy> policy;  // none for the server's own use, never for a lease
    std::chrono::seconds duration = limits::credentials_life_min;  // the least that STS gives
};

/// Storages of kind `s3`: listing, signed URLs, temporary credentials.
///
/// Errors of every call: unavailable, whose cause names what the storage answered (status and S3's
/// <Code>) for the administrator, and never a secret or a signed URL. Redirects are such errors
/// (a wrong region or endpoint), and so is an answer that is not S3's XML.
///
/// One per process. Thread-safe; `fetch` and `clock` must live as long, and no call may be under
/// way when it is destroyed.
class S3Storage {
public:
    S3Storage(Fetch fetch, const Clock& clock);
    ~S3Storage();
    S3Storage(const S3Storage&) = delete;
    S3Storage& operator=(const S3Storage&) = delete;

    /// All objects whose key begins with `prefix`, which is "" or ends in "/" (StorageUri::path()).
    /// Keys that no location could have (see is_object_path) and markers of folders (empty, ending
    /// in "/") are left out. Kept for limits::object_list_kept by endpoint, bucket, prefix and
    /// access key; those who ask for the same list at once share one call.
    /// Errors: invalid_request (not a prefix), unprocessable (over limits::objects_per_port_max
    /// or limits::object_list_bytes_max), unavailable (also: a key outside the prefix).
    boost::asio::awaitable<Result<std::shared_ptr<const ObjectList>>> list(
        S3Place place, S3Credentials credentials, std::string prefix);

    /// Proves that the storage answers there: a listing of at most one key, never from memory.
    /// Errors: invalid_request (not a prefix), unavailable.
    boost::asio::awaitable<Result<>> probe(S3Place place, S3Credentials credentials,
                                           std::string prefix);

    /// For signed URLs that end at `expires_at`, within seven days. The caller sees to it that
    /// temporary credentials live as long. Cheap for keys that were used this day. Does not block.
    /// Errors: invalid_request (at or before now, or too far ahead).
    Result<S3Presigner> presigner(const S3Place& place, const S3Credentials& credentials,
                                  UtcTime expires_at);

    /// Temporary credentials of a role, or of the keys themselves where the STS allows it.
    /// Errors: invalid_request (the session), unprocessable (STS finds the policy too large),
    /// unavailable.
    boost::asio::awaitable<Result<TemporaryCredentials>> assume_role(S3Place place,
                                                                     S3Credentials credentials,
                                                                     RoleSession session);

    /// The same for a token of an identity provider, which stands in for the keys.
    boost::asio::awaitable<Result<TemporaryCredentials>> assume_role_with_web_identity(
        S3Place place, Secret token, RoleSession session);

private:
    Fetch fetch_;
    const Clock& clock_;
    std::unique_ptr<SigningKeys> keys_;
    std::unique_ptr<S3Lists> lists_;
};

}  // namespace charter
