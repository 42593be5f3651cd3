#pragma once

#include "charter/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// The decoded parts of a path, each a name: never "", "." or "..", without '/',
/// '\', '%', '*', '?', "${" or a control character, and valid UTF-8.
using PathSegments = std::vector<std::string>;

/// Reads a prefix inside a storage: "customer/", "customer/raw". "/" is the whole
/// storage. Percent escapes are decoded once. Errors: invalid_request.
Result<PathSegments> parse_storage_path(std::string_view text);

/// The name of a bucket. Errors: invalid_request.
/// Source: Amazon S3, "General purpose bucket naming rules".
Result<> check_bucket(std::string_view bucket);

/// A prefix inside a storage: `local://lake/customer/` (of a storage, by its name)
/// or `s3://bucket/prefix/`. Percent escapes are decoded once, when it is read;
/// from then on everything is compared by whole path segments, so `s3://b/a`
/// contains `s3://b/a/x` and not `s3://b/ab`.
///
/// A default-constructed one is empty and contains nothing.
class StorageUri {
public:
    StorageUri() = default;

    /// Refuses unknown schemes, a user part, port, query or fragment, and whatever
    /// PathSegments does not allow, encoded or not. A '%' that is left after
    /// decoding is refused too: a second decoder must not find another path.
    /// Errors: invalid_request.
    static Result<StorageUri> parse(std::string_view text);

    /// "local" or "s3".
    const std::string& scheme() const noexcept { return scheme_; }
    /// The storage's name (local) or the bucket (s3).
    const std::string& authority() const noexcept { return authority_; }
    const PathSegments& segments() const noexcept { return segments_; }
    /// The decoded path inside the storage or bucket, ending in '/': "customer/raw/".
    /// "" for the whole of it.
    std::string path() const;
    /// Normalised, escaped where needed, ending in '/'. Reads back as an equal one.
    const std::string& text() const noexcept { return text_; }

    bool empty() const noexcept { return scheme_.empty(); }
    /// True when `other` is this prefix or lies inside it.
    bool contains(const StorageUri& other) const;
    /// True when one contains the other.
    bool overlaps(const StorageUri& other) const;
    /// True when this lies inside `prefix` of its storage or bucket, or is it.
    bool lies_in(const PathSegments& prefix) const;

    friend bool operator==(const StorageUri& a, const StorageUri& b) { return a.text_ == b.text_; }

private:
    std::string scheme_;
    std::string authority_;
    PathSegments segments_;
    std::string text_;
};

}  // namespace charter
