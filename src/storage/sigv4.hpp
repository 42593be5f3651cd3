#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/secret.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// AWS Signature Version 4.
// Source: AWS IAM User Guide, "Create a signed AWS API request"; Amazon S3 API, "Authenticating
// Requests (AWS Signature Version 4)".
namespace charter::sigv4 {

/// "20130524T000000Z"; part of a second is cut off. Its first eight characters are the date.
std::string amazon_time(UtcTime time);

/// Percent-encodes a query part: all but RFC 3986 "unreserved".
void append_encoded(std::string& out, std::string_view text);
/// The same for a whole key, whose "/" stay. Never encoded twice, as S3 demands.
void append_encoded_path(std::string& out, std::string_view key);

/// "20130524/us-east-1/s3/aws4_request".
std::string scope(std::string_view date, std::string_view region, std::string_view service);

/// The key of one day, region and service. Whoever holds it can sign that day: wipe it.
Digest day_key(const Secret& secret, std::string_view date, std::string_view region,
               std::string_view service);

/// A request as it is signed.
struct Canonical {
    std::string_view method;
    std::string_view path;   // encoded, beginning with "/"
    std::string_view query;  // encoded, sorted by name
    /// Names in lower case, sorted; values without spaces around them.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string_view payload_hash;  // hexadecimal, or "UNSIGNED-PAYLOAD"
};
std::string canonical_request(const Canonical& request);
/// "host;range;x-amz-date".
std::string signed_headers(const Canonical& request);

/// The hexadecimal signature. `time` is an amazon_time.
std::string signature(const Digest& day_key, std::string_view time, std::string_view scope,
                      std::string_view canonical_request);

/// The value of the Authorization header.
std::string authorization(const Canonical& request, std::string_view access_key_id,
                          const Digest& day_key, std::string_view time, std::string_view scope);

}  // namespace charter::sigv4
