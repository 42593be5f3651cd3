#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/result.hpp"
#include "charter/storage/s3_place.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace charter {

/// Makes signed URLs for one bucket that end at one moment (SigV4 in the query). What all
/// of them share is made once, so a URL costs two hashes of a few hundred bytes.
///
/// From S3Storage::presigner. Holds the day's signing key, which is wiped with it, and whoever
/// holds a URL may use it until it ends: neither belongs into a log or an error. Thread-safe.
///
/// Source: Amazon S3 API, "Authenticating Requests: Using Query Parameters (AWS Signature
/// Version 4)".
class S3Presigner {
public:
    S3Presigner(const S3Presigner&) = default;
    S3Presigner& operator=(const S3Presigner&) = default;
    ~S3Presigner();

    /// Appends the URL by which `key` (the whole key, not encoded) is read, by GET only:
    /// S3 answers HEAD to it with 403.
    void append_get(std::string& out, std::string_view key) const;

    /// Appends the URL by which exactly `size_bytes` bytes with this hash are written to `key` by
    /// one PUT. The request must carry `Content-Length` and
    /// `x-amz-checksum-sha256: s3_checksum(sha256)`, which are signed: S3 refuses another size and
    /// other content. The PUT may be repeated until the URL ends; it then writes the same bytes.
    ///
    /// AWS refuses headers of S3 that are not signed; others do not. There (seen with MinIO)
    /// whoever holds the URL may add `x-amz-copy-source` and copy any object that the signer may
    /// read to `key`. So outside AWS only credentials that a session policy narrows sign writes:
    /// those for writing, which read nothing. Errors: unprocessable (other credentials outside
    /// AWS); nothing was appended.
    Result<> append_put(std::string& out, std::string_view key, std::uint64_t size_bytes,
                        const Digest& sha256) const;

    /// When the URLs end: the moment asked for, without its part of a second.
    UtcTime expires_at() const noexcept { return expires_at_; }

private:
    friend class S3Storage;
    S3Presigner(const S3Place& place, const S3Credentials& credentials, const Digest& day_key,
                UtcTime now, UtcTime expires_at);

    void append_signed(std::string& out, std::string_view method, std::string_view key,
                       std::string_view headers, std::string_view signed_headers) const;

    bool may_write_;
    Digest day_key_;
    UtcTime expires_at_;
    std::string origin_;          // "https://bucket.host"
    std::string host_;            // of the Host header
    std::string path_;            // "/" or "/bucket/"
    std::string query_;           // up to "&X-Amz-SignedHeaders="
    std::string string_to_sign_;  // up to the hash of the request
};

/// The value of `x-amz-checksum-sha256`: base64 with padding.
std::string s3_checksum(const Digest& sha256);

}  // namespace charter
