#pragma once

#include "charter/base/fetch.hpp"
#include "client_target.hpp"

#include <string>

namespace charter::http {

/// The head of the request as it is sent, up to the empty line. Refuses what could become
/// a second header or another framing: methods and names that are not tokens, control
/// characters in values, and the fields that are the client's own (Host, Content-Length,
/// Connection, Transfer-Encoding and the like).
/// Errors: invalid_request (never with a value in it).
Result<std::string> request_head(const FetchRequest& request, const Target& target);

/// RFC 9110 section 9.2.2: sent twice, it does the same as sent once.
bool is_idempotent(std::string_view method);

}  // namespace charter::http
