#pragma once

#include "charter/base/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace charter {

/// One outgoing HTTP call.
struct FetchRequest {
    std::string method = "GET";
    std::string url;  // absolute, http or https, percent-encoded as it is to be sent
    /// As given; Host, Content-Length and Connection are the client's own.
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    /// For all of it: name look-up, connection, TLS, answer.
    std::chrono::milliseconds deadline{5'000};
    std::size_t answer_bytes_max = 1'048'576;  // of the body; a longer one is an error
};

struct FetchResponse {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;
};

/// Makes a call. Any complete answer is a response, whatever its status; redirects
/// are not followed. Errors: invalid_request (not a URL that may be called), unavailable (the
/// cause says why, for the administrator: no address, refused, TLS, too slow, too large).
///
/// A type of its own so that storage and identity need no http. May be called from any
/// executor and by many at once; whoever gives it says how long it lives.
using Fetch =
    std::function<boost::asio::awaitable<Result<FetchResponse>>(FetchRequest request)>;

}  // namespace charter
