// Session: what arrives after the head.
#include "session.hpp"

#include "charter/base/json.hpp"
#include "charter/base/limits.hpp"
#include "chunked_body.hpp"
#include "worker.hpp"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/socket.h>

namespace charter::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// The first piece of a streamed body; a connection that sends slowly needs no more.
constexpr std::size_t stream_piece_bytes_min = 16 * 1024;

Refusal too_large() {
    return {ErrorCode::too_large, "the body is over the route's limit"};
}

Refusal cut_short() {
    return {ErrorCode::timeout, "the body took too long or ended early"};
}

}  // namespace

asio::awaitable<bool> Session::receive() {
    const asio::mutable_buffer space = buffer_.space();
    if (tls_) {
        const std::size_t decrypted = co_await read_tls(space);
        buffer_.received(decrypted);
        co_return decrypted > 0 && !expired_;
    }
    error_code failed;
    const std::size_t count =
        co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, failed));
    buffer_.received(count);
    co_return !failed && !expired_;
}

std::size_t Session::body_bytes_max() const {
    return match_.route == nullptr ? limits::body_bytes_max : match_.route->options.body_bytes_max;
}

bool Session::is_streamed() const {
    return match_.route != nullptr && match_.route->options.streamed;
}

void Session::begin_stream() {
    request_.content_length = body_left_ = head_.content_length;
    body_received_ = 0;
    piece_bytes_ = stream_piece_bytes_min;
    window_.begin(worker_.now(), 0);
    piece_given_at_ = worker_.now();
    request_.next_bytes = [this] { return read_piece(); };
}

// One receive each. The piece grows while the caller fills it, so that who sends
// slowly holds little memory.
asio::awaitable<Result<std::string_view>> Session::read_piece() {
    const Error failure(ErrorCode::timeout, "the body took too long or ended early");
    request_.body.clear();
    window_.skip(worker_.now() - piece_given_at_);
    const std::string_view unread = buffer_.unread();
    const bool first = body_received_ == 0;
    if (body_left_ == 0) {
        co_return std::string_view();
    }
    if (!unread.empty()) {
        request_.body.assign(unread.substr(0, std::min<std::uint64_t>(unread.size(), body_left_)));
        buffer_.consume(request_.body.size());
    } else if (first && head_.expects_continue && !head_.http_1_0 && !send_continue()) {
        co_return failure;
    } else {
        request_.body.resize(std::min<std::uint64_t>(body_left_, piece_bytes_));
        set_transfer_deadline(body_received_, worker_.shared().options.limits.body_deadline);
        error_code failed;
        const asio::mutable_buffer space = asio::buffer(request_.body);
        std::size_t count = 0;
        if (tls_) {
            count = co_await read_tls(space);
        } else {
            count = co_await socket_.async_read_some(
                space, asio::redirect_error(asio::use_awaitable, failed));
        }
        clear_deadline();
        if (failed || count == 0 || expired_) {
            expired_ = false;
            co_return failure;
        }
        if (count == piece_bytes_) {
            piece_bytes_ = std::min(2 * piece_bytes_, limits::upload_piece_bytes_max);
        }
        request_.body.resize(count);
    }
    body_left_ -= request_.body.size();
    body_received_ += request_.body.size();
    piece_given_at_ = worker_.now();
    co_return std::string_view(request_.body);
}

// What the handler left of a body is skipped when it has arrived already; else the
// connection ends, since nobody waits for what may never come.
void Session::end_stream() {
    const std::size_t skipped =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.unread().size(), body_left_));
    buffer_.consume(skipped);
    keep_alive_ = keep_alive_ && body_left_ == skipped;
    body_left_ = 0;
}

// Most bodies arrive in one packet with their head, and need no waiting.
bool Session::take_whole_body() {
    const std::string_view unread = buffer_.unread();
    if (head_.chunked || head_.content_length > unread.size()) {
        return false;
    }
    const std::size_t length = static_cast<std::size_t>(head_.content_length);
    request_.body.assign(unread.substr(0, length));
    buffer_.consume(length);
    return true;
}

// 25 bytes always fit the empty send buffer of a waiting connection; where they
// do not, the caller is broken.
bool Session::send_continue() {
    constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
    Pending pending;
    pending.add(line);
    return send_now(pending, 0) == Sent::all;
}

asio::awaitable<std::optional<Refusal>> Session::read_body() {
    if (head_.expects_continue && !head_.http_1_0 && buffer_.unread().empty() && !send_continue()) {
        co_return cut_short();
    }
    if (head_.chunked) {
        co_return co_await read_chunked_body();
    }
    const std::size_t length = static_cast<std::size_t>(head_.content_length);
    window_.begin(worker_.now(), 0);
    while (true) {
        const std::string_view unread = buffer_.unread();
        const std::size_t count = std::min(unread.size(), length - request_.body.size());
        request_.body.append(unread.substr(0, count));
        buffer_.consume(count);
        if (request_.body.size() == length) {
            co_return std::nullopt;
        }
        set_transfer_deadline(request_.body.size(), worker_.shared().options.limits.body_deadline);
        const bool received = co_await receive();
        if (!received) {
            co_return cut_short();
        }
    }
}

asio::awaitable<std::optional<Refusal>> Session::read_chunked_body() {
    ChunkedBody chunks(request_.body, body_bytes_max());
    window_.begin(worker_.now(), 0);
    while (true) {
        const ChunkedBody::Step step = chunks.put(buffer_.unread());
        buffer_.consume(step.consumed);
        if (step.refusal || step.done) {
            co_return step.refusal;
        }
        if (buffer_.full()) {
            co_return Refusal(ErrorCode::headers_too_large, "the trailer of the body is too long");
        }
        set_transfer_deadline(request_.body.size(), worker_.shared().options.limits.body_deadline);
        const bool received = co_await receive();
        if (!received) {
            co_return cut_short();
        }
    }
}

// Undoes gzip. Expanding is bounded by the same limit as the body itself.
std::optional<Refusal> Session::decode_body() {
    if (head_.content_encoding.empty() || request_.body.empty()) {
        return std::nullopt;
    }
    Result<std::string> expanded = gunzip(request_.body, body_bytes_max());
    if (!expanded) {
        return expanded.error().code() == ErrorCode::too_large
                   ? too_large()
                   : Refusal{ErrorCode::invalid_request, "the body is not valid gzip"};
    }
    request_.body = std::move(*expanded);
    return std::nullopt;
}

// Closing a socket with unread input resets the connection, and the reset can
// overtake the answer. So the sending half is closed first, and for a short
// while what still comes is thrown away.
asio::awaitable<void> Session::drain() {
    constexpr std::chrono::seconds drain_deadline(2);
    error_code ignored;
    close_tls();  // what still comes is not decrypted
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    phase_ = Phase::idle;
    expired_ = false;
    set_deadline(drain_deadline);
    bool received = true;
    while (received && !worker_.stopping()) {
        buffer_.consume(buffer_.unread().size());
        received = co_await receive();
    }
}

}  // namespace charter::http
