#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/result.hpp"

#include <string>
#include <string_view>

namespace charter {

enum class SessionAccess { read, write };

/// What temporary credentials are to open.
struct SessionScope {
    std::string bucket;
    std::string prefix;  // decoded, ending in "/" (StorageUri::path()); "" is the whole bucket
    SessionAccess access = SessionAccess::read;
    UtcTime closes_at{};                 // rounded down to the second
    std::string_view partition = "aws";  // partition_of(place)
};

/// An IAM policy that narrows temporary credentials to one scope; never empty.
/// Only make_session_policy makes one, so what STS is sent was made here.
class SessionPolicy {
public:
    const std::string& text() const noexcept { return text_; }  // JSON in ASCII

private:
    friend Result<SessionPolicy> make_session_policy(const SessionScope& scope);
    explicit SessionPolicy(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

/// Makes the policy for exactly one prefix. Pure.
///
/// read: s3:GetObject on `bucket/prefix/*`, and s3:ListBucket on the bucket where the asked
/// `s3:prefix` is `prefix/` or begins with it, never `prefix*`, which is its neighbours too.
/// write: s3:PutObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts on
/// `bucket/prefix/*`. Neither reading nor listing: who may do both asks for two leases. No
/// s3:DeleteObject: a lease to write adds and replaces files, and what was taken away under the
/// readers could not be told from what never was.
/// Every statement ends at `closes_at` by DateLessThan on aws:CurrentTime, whatever the life of
/// the credentials (at least 900 s).
///
/// A name with `*`, `?` or `${` is refused and not written as `${*}`: not every S3 knows that form,
/// and one that does not would read a wildcard. Locations have no such names (StorageUri). Errors:
/// unprocessable (such a name; a prefix that is no location's; no bucket; over
/// limits::session_policy_characters_max, and never a wider policy that would fit).
/// Source: IAM User Guide, "IAM JSON policy elements"; STS API, AssumeRole.
Result<SessionPolicy> make_session_policy(const SessionScope& scope);

}  // namespace charter
