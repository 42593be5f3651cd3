#pragma once

#include "charter/base/result.hpp"
#include "charter/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace charter::http {

/// Why a request is refused before any handler sees it. The connection is closed
/// after the answer: where the next request begins can no longer be trusted.
struct Refusal {
    ErrorCode code = ErrorCode::invalid_request;
    std::string_view detail;
};

/// ASCII only.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// RFC 9110 section 5.6.2; the empty string is none.
bool is_token(std::string_view text);

/// Finds the end of a request head in bytes that arrive piece by piece, and
/// refuses at once what can never become one: a line that ends in a bare LF, a
/// first byte outside the grammar, more than the limits allow.
class HeadScanner {
public:
    /// `bytes` is everything since the request began; it only grows between two
    /// calls.
    struct Scan {
        std::size_t length = 0;  // of the head with its empty line; 0: more is needed
        std::optional<Refusal> refusal;
    };
    Scan scan(std::string_view bytes);

    void reset() { *this = HeadScanner(); }

private:
    std::size_t scanned_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t lines_ = 0;
};

/// What of a head decides how the session goes on.
struct Head {
    bool http_1_0 = false;
    bool keep_alive = true;  // never for HTTP/1.0: nobody needs it there
    bool chunked = false;
    bool expects_continue = false;
    std::uint64_t content_length = 0;
    std::string_view content_encoding;
};

/// Reads request.head, a whole head as HeadScanner found it, into `head` and the
/// request's method, target, path, query and headers.
///
/// Stricter than RFC 9112 asks for, since everything it leaves to the recipient
/// is a way for two recipients to disagree: no obs-fold, no second Host or
/// length, no Transfer-Encoding but `chunked`, origin-form targets only (and `*`
/// for OPTIONS), no escapes that are broken or not UTF-8 in the query.
std::optional<Refusal> parse_head(Request& request, Head& head);

/// Checks the trailer section of a chunked body, `bytes` beginning after the
/// last chunk's line: field lines as strict as in a head, then an empty line.
/// Their values are ignored (RFC 9110 section 6.5.1).
std::optional<Refusal> check_trailers(std::string_view bytes);

}  // namespace charter::http
