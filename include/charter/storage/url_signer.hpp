#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"
#include "charter/storage/new_object.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace charter {

/// Makes and checks the signed URLs of local storage:
/// `<base>/data/{lease}/{path}?exp=<unix seconds>&sig=<base64url>`.
///
/// A URL for writing has `&sha256=<64 hexadecimal digits>` and `&size=<bytes>` as well.
///
/// The signature is HMAC-SHA256 over method, storage, lease, path and expiry, and
/// for writing size and sha256, each with its length in front, so that no two
/// different requests sign the same bytes. Thread-safe; about a microsecond a URL.
class UrlSigner {
public:
    /// `public_url` comes from the configuration (never from a Host header);
    /// a `/` at its end is dropped.
    UrlSigner(const Secret& key, std::string_view public_url);
    ~UrlSigner();
    UrlSigner(const UrlSigner&) = delete;
    UrlSigner& operator=(const UrlSigner&) = delete;

    /// Appends the URL by which one object is read (GET and HEAD). `path` is the
    /// object's full path inside its storage, not encoded; it is signed and
    /// stands in the URL, percent-encoded by segment. Part of a second is cut off.
    void append_url(std::string& out, std::string_view lease, std::string_view storage,
                    std::string_view path, UtcTime expires) const;

    /// Appends the URL by which one object is written (PUT), with exactly these bytes.
    /// `prefix` is the port's ("customer/customers/"); signed is prefix and path.
    void append_put_url(std::string& out, std::string_view lease, std::string_view storage,
                        std::string_view prefix, const NewObject& object, UtcTime expires) const;

    /// True when `signature` was made by this key for exactly these values, each
    /// decoded already. HEAD is checked as GET. Compares in constant time.
    /// The caller checks the expiry and that the lease was not ended.
    bool verify(std::string_view method, std::string_view storage, std::string_view lease,
                std::string_view path, std::int64_t expires_s, std::string_view signature) const;

    /// The same for a URL for writing; `object.path` is the full path inside the storage.
    bool verify_put(std::string_view storage, std::string_view lease, const NewObject& object,
                    std::int64_t expires_s, std::string_view signature) const;

private:
    class Keyed;

    void begin_url(std::string& out, std::string_view lease, std::string_view path,
                   std::int64_t expires_s) const;

    std::unique_ptr<Keyed> keyed_;
    std::string data_url_;  // "<base>/data/"
};

/// Reads the signing key, or makes one of 32 random bytes on the first start
/// (mode 0600, complete or not there at all). When two processes start at once,
/// both get the same key.
/// Errors: unavailable (I/O; not a regular file; not 32 bytes; readable by others).
Result<Secret> load_or_create_key(const std::filesystem::path& file);

}  // namespace charter
