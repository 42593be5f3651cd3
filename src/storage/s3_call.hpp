#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/fetch.hpp"
#include "charter/base/result.hpp"
#include "charter/storage/s3_place.hpp"

#include <string>
#include <string_view>

namespace charter {

/// One call of S3 or STS before it is signed.
struct S3Call {
    std::string_view method = "GET";
    std::string origin;  // "https://host[:port]"
    std::string host;    // as the Host header will have it
    std::string path;    // encoded
    std::string query;   // encoded, sorted by name
    std::string body;
    std::string content_type;  // of the body, empty without one
    std::string_view region;
    std::string_view service;  // "s3" or "sts"
};

/// The call with its signature in headers.
FetchRequest sign_call(S3Call call, const S3Credentials& credentials, const Digest& day_key,
                       UtcTime now);

/// Makes the call; any complete answer is one, whatever its status. `fetch` must outlive the await.
/// Errors: unavailable.
boost::asio::awaitable<Result<FetchResponse>> call_storage(const Fetch& fetch,
                                                           FetchRequest request);

/// unavailable; the cause is for the administrator.
Error storage_error(std::string cause);

/// What an answer other than 200 says: its status, S3's <Code>, the region where the bucket is.
/// Nothing else of it, because S3 repeats what was signed.
Error refused_answer(const FetchResponse& response);

/// S3's <Code> of such an answer, "" without one.
std::string answer_code(const std::string& body);

}  // namespace charter
