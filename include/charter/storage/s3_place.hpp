#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace charter {

/// Where a bucket is. Made by make_s3_place only, so that every part is checked.
struct S3Place {
    std::string endpoint;  // "https://host[:port]", lower case, without the scheme's own port
    std::string region;    // as it stands in signatures
    std::string bucket;
    bool path_style = false;  // https://host/bucket/key instead of https://bucket.host/key

    friend bool operator==(const S3Place&, const S3Place&) = default;
};

/// Checks the parts. Without an `endpoint` it is the one of AWS for the region. Buckets with a
/// dot are always addressed by path over https, because no certificate covers `a.b.host`, and so
/// are those of an endpoint that is an address.
///
/// An endpoint is a scheme (https or http) and a host, with or without a port: no user, path,
/// query or fragment. Whether that host may be called is for whoever gives the Fetch.
/// Errors: invalid_request.
Result<S3Place> make_s3_place(std::optional<std::string_view> endpoint, std::string_view region,
                              std::string_view bucket, bool path_style = false);

/// The endpoint alone, normalised as in S3Place. Errors: invalid_request.
Result<std::string> parse_s3_endpoint(std::string_view text);

/// True when the endpoint is one of AWS (amazonaws.com, amazonaws.com.cn).
bool is_aws(const S3Place& place);

/// The first part of the names of resources there: "aws", "aws-cn", "aws-us-gov". Whatever is
/// not AWS calls itself "aws".
std::string_view partition_of(const S3Place& place);

/// Where STS answers: sts.<region> for AWS, the endpoint of S3 itself for others (as MinIO).
std::string sts_endpoint(const S3Place& place);

/// Keys of a user or a role.
struct S3Credentials {
    std::string access_key_id;
    Secret secret_access_key;
    std::optional<Secret> session_token;  // of temporary ones
    bool narrowed = false;                // they open no more than a session policy does
};

/// What STS gave.
struct TemporaryCredentials {
    S3Credentials credentials;
    UtcTime expires_at{};  // as STS says; the session policy may close earlier
};

}  // namespace charter
