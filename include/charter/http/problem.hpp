#pragma once

#include "charter/base/result.hpp"
#include "charter/http/message.hpp"

#include <string_view>

namespace charter::http {

/// The HTTP status of an error code.
unsigned status_of(ErrorCode code);

/// The name in `urn:charter:problem:<name>` and of the API: "not-found" …
std::string_view problem_name(ErrorCode code);

/// An application/problem+json answer: type, title, status, detail (the error's
/// message), instance (the request's id) and errors (its violations, when it has
/// any). 401 names the scheme in WWW-Authenticate, 429 has Retry-After.
/// `extra_members_json` is appended as it is: `"decision":{…},"request_access":{…}`,
/// without braces around it and valid JSON.
/// Source: RFC 9457.
Response problem(const Error& error, std::string_view request_id,
                 std::string_view extra_members_json = {});

/// The same error as one JSON object, for an answer that holds many results.
std::string problem_json(const Error& error, std::string_view request_id,
                         std::string_view extra_members_json = {});

}  // namespace charter::http
