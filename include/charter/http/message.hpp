#pragma once

#include "charter/base/client_certificate.hpp"
#include "charter/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace charter::http {

/// The methods the server knows. All others are answered 405 before routing.
enum class Method { get, head, post, put, patch, delete_, options };
inline constexpr std::size_t method_count = 7;

/// "GET", "DELETE" …
std::string_view method_name(Method method);

/// One request, owned by its session and reused for the next one, so neither it
/// nor a view into it may be kept after the handler's coroutine has ended.
/// One thread only.
class Request {
public:
    using Fields = std::vector<std::pair<std::string_view, std::string_view>>;
    using Query = std::vector<std::pair<std::string, std::string>>;

    Request() = default;
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    Method method = Method::get;
    std::string_view target;  // as sent: "/api/v1/domains/a%20b?limit=1"
    std::string_view path;    // the target before "?", not decoded
    std::string_view route;   // the pattern that matched; empty when none did
    Query query;              // decoded, valid UTF-8, in the order sent, duplicates kept
    Fields headers;           // in the order sent
    Fields parameters;        // of the path; decoded, valid UTF-8
    std::string body;         // after transfer and content coding were undone
    /// Of a streamed route, whose `body` is the session's: how long the body is, and
    /// its next bytes, empty at its end; they hold until the next call. `Expect:
    /// 100-continue` is answered by the first call. The body's deadline and least
    /// rate hold while a call waits. A handler may leave the rest unread: the
    /// connection is closed then. Errors: timeout (too slow, or ended early).
    std::uint64_t content_length = 0;
    std::function<boost::asio::awaitable<Result<std::string_view>>()> next_bytes;
    std::string id;           // 32 random hexadecimal digits; the answer's X-Request-Id
    std::string peer;         // the caller's address without the port
    std::uint64_t peer_key = 0;  // by what limits count that address: itself, or its IPv6 /64
    bool secure = false;      // over TLS, or a proxy of ours says that it was
    std::string principal;    // set by the handler, for the log line only
    /// Verified when the connection began, with a chain that ends in the configured
    /// authorities and is for clients. A connection may outlast not_after: who decides by it
    /// compares it.
    std::optional<ClientCertificate> client_certificate;

    /// The first query parameter of that name; nothing when there is none.
    std::optional<std::string_view> query_value(std::string_view name) const;

    /// A parameter of the route's pattern, percent-decoded. Throws
    /// std::out_of_range when the pattern has none of that name: a defect.
    std::string_view parameter(std::string_view name) const;

    /// The value of a header, its name compared without case; empty when it is
    /// absent. Headers that decide (Authorization, X-Api-Key, Content-Type,
    /// Idempotency-Key …) occur once at most: the session refuses a second one.
    std::string_view header(std::string_view name) const;

    /// For the session and the router: what the views above point into.
    std::string head;
    std::string decoded;
};

/// Owns a file descriptor and closes it.
class FileDescriptor {
public:
    explicit FileDescriptor(int native) : native_(native) {}
    FileDescriptor(FileDescriptor&& other) noexcept : native_(std::exchange(other.native_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(native_, other.native_);
        return *this;
    }
    ~FileDescriptor();

    int native() const noexcept { return native_; }

private:
    int native_;
};

/// Bytes of an open file, sent without passing through this program's memory.
/// Becoming shorter while it is sent cuts the connection.
struct FileBody {
    FileDescriptor file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    /// Asked from time to time while it is sent; false cuts the connection. May be empty.
    std::function<bool()> may_go_on = {};
};

/// Yields the next piece of a stream, nothing at its end. An exception cuts the
/// connection, so that no client takes a part for the whole. When the server
/// stops, a waiting call is cancelled (asio, terminal). A caller who has gone is
/// noticed at the next piece only: a stream that can be silent for long sends
/// something that means nothing from time to time.
using NextChunk = std::function<boost::asio::awaitable<std::optional<std::string>>()>;

/// One answer. Its body is `body`, or `file`, or what `next_chunk` yields
/// (chunked). The session adds Date, Content-Length, Content-Type, X-Request-Id
/// and Connection; `headers` holds the others. A header with a control character
/// in it is a defect and is answered 500.
struct Response {
    unsigned status = 200;
    std::string content_type;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::optional<FileBody> file;
    NextChunk next_chunk;
};

/// An application/json answer.
Response json_response(unsigned status, std::string body);

/// 204.
Response no_content();

}  // namespace charter::http
