#pragma once

#include "charter/base/result.hpp"
#include "charter/http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace charter::http {

/// Checks an origin as a browser writes it: `https://catalog.example`, with a port where it
/// is not the scheme's own, nothing behind it, in lower case. No `*`, no `null`.
/// Errors: invalid_request.
Result<> check_origin(std::string_view text);

/// Which origins of other sites may read answers. With none, nothing is added to any answer
/// and browsers keep all of them out. Cookies are never allowed along: what a page of
/// another origin sends carries a token in its headers. Immutable.
/// Source: Fetch standard, section "HTTP-network-or-cache fetch", CORS protocol.
class Cors {
public:
    explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

    /// Adds what the caller's browser must see, to answers of preflights too, and `Vary`.
    void finish(const Request& request, Response& response) const;

private:
    std::vector<std::string> origins_;
};

}  // namespace charter::http
