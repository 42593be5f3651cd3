#pragma once

#include "charter/http/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace charter::http {

/// How the bytes after a head are delimited.
enum class Framing {
    none,     // 204, 304
    length,   // Content-Length
    chunked,  // Transfer-Encoding: chunked
    close,    // a stream to an HTTP/1.0 client: until the connection closes
};

/// True when every header of the response may be sent as it is: names are
/// tokens, values have no control characters. What fails could split the answer
/// in two.
bool sendable(const Response& response);

/// Writes status line and headers with the empty line to `out`, replacing what
/// it held, and what keeps a browser from making more of an answer than it is: an HTML page
/// brings its own Content-Security-Policy. `secure`: over TLS. `date_line` is "Date: …\r\n".
void write_head(std::string& out, const Response& response, Framing framing, std::uint64_t length,
                std::string_view request_id, std::string_view date_line, bool keep_alive,
                bool secure = false);

/// "Date: Sat, 21 Nov 2026 09:30:00 GMT\r\n" for this moment.
/// Source: RFC 9110 section 5.6.7.
std::string make_date_line();

}  // namespace charter::http
