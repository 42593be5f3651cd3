// Session: how an answer leaves.
#include "session.hpp"

#include "charter/base/limits.hpp"
#include "worker.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/sendfile.h>
#include <sys/socket.h>

namespace charter::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// A connection hands the thread to others after this much of a file.
constexpr std::size_t file_bytes_per_turn = 1024 * 1024;

}  // namespace

void Session::Pending::add(std::string_view bytes) {
    if (!bytes.empty()) {
        pieces[count].iov_base = const_cast<char*>(bytes.data());
        pieces[count++].iov_len = bytes.size();
    }
}

void Session::Pending::drop(std::size_t bytes) {
    std::size_t sent_pieces = 0;
    while (sent_pieces < count && bytes >= pieces[sent_pieces].iov_len) {
        bytes -= pieces[sent_pieces++].iov_len;
    }
    std::copy(pieces.begin() + static_cast<std::ptrdiff_t>(sent_pieces),
              pieces.begin() + static_cast<std::ptrdiff_t>(count), pieces.begin());
    count -= sent_pieces;
    if (count > 0 && bytes > 0) {
        pieces[0].iov_base = static_cast<char*>(pieces[0].iov_base) + bytes;
        pieces[0].iov_len -= bytes;
    }
}

// One gathered write, past asio: it nearly always takes everything, and then
// costs one system call and no turn of the event loop.
Session::Sent Session::send_now(Pending& pending, int flags) {
    if (tls_) {
        return send_tls_now(pending);
    }
    while (pending.count > 0) {
        msghdr message{};
        message.msg_iov = pending.pieces.data();
        message.msg_iovlen = pending.count;
        const ssize_t sent =
            ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT | flags);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::part : Sent::failed;
        }
        sent_bytes_ += static_cast<std::uint64_t>(sent);
        pending.drop(static_cast<std::size_t>(sent));
    }
    return Sent::all;
}

// Formats the head and sends it with the body. `part` means that
// finish_response has something left to do.
Session::Sent Session::begin_response(Response& response, Pending& pending) {
    if (!sendable(response)) {
        response = defect("a response header cannot be sent");
    }
    if (worker_.stopping()) {
        keep_alive_ = false;
    }
    Framing framing = Framing::length;
    std::uint64_t length = response.file ? response.file->length : response.body.size();
    if (response.status == 204 || response.status == 304) {
        framing = Framing::none;
    } else if (response.next_chunk) {
        framing = head_.http_1_0 ? Framing::close : Framing::chunked;
    }
    write_head(out_, response, framing, length, request_.id, worker_.date_line(), keep_alive_,
               request_.secure);

    sent_bytes_ = 0;
    window_.begin(worker_.now(), sent_bytes_);
    pending.add(out_);
    // An empty file has nothing to follow a head that waits for more.
    if (framing == Framing::none || request_.method == Method::head ||
        (response.file && response.file->length == 0)) {
        response.file.reset();
        response.next_chunk = nullptr;
    } else if (!response.file && !response.next_chunk) {
        pending.add(response.body);
    }
    const bool more = response.file || response.next_chunk;
    const Sent sent = send_now(pending, more ? MSG_MORE : 0);
    return sent == Sent::all && more ? Sent::part : sent;
}

asio::awaitable<bool> Session::finish_response(const Response& response, Pending pending) {
    const bool head_sent = co_await send_rest(pending);
    if (!head_sent) {
        co_return false;
    }
    if (response.file) {
        if (tls_) {
            co_return co_await send_file_tls(*response.file);
        }
        co_return co_await send_file(*response.file);
    }
    if (response.next_chunk) {
        co_return co_await send_stream(response.next_chunk);
    }
    co_return true;
}

asio::awaitable<bool> Session::send_rest(Pending pending) {
    Sent sent = send_now(pending, 0);
    while (sent == Sent::part) {
        const bool writable = co_await wait_writable();
        if (!writable) {
            co_return false;
        }
        sent = send_now(pending, 0);
    }
    co_return sent == Sent::all;
}

asio::awaitable<bool> Session::wait_writable() {
    set_transfer_deadline(sent_bytes_, worker_.shared().options.limits.write_deadline);
    error_code failed;
    co_await socket_.async_wait(Socket::wait_write,
                                asio::redirect_error(asio::use_awaitable, failed));
    clear_deadline();
    co_return !failed && !expired_;
}

asio::awaitable<bool> Session::send_file(const FileBody& file) {
    off_t offset = static_cast<off_t>(file.offset);
    std::uint64_t left = file.length;
    while (left > 0) {
        if (file.may_go_on && !file.may_go_on()) {
            co_return false;
        }
        const std::size_t count =
            static_cast<std::size_t>(std::min<std::uint64_t>(left, file_bytes_per_turn));
        const ssize_t sent =
            ::sendfile(socket_.native_handle(), file.file.native(), &offset, count);
        if (sent > 0) {
            left -= static_cast<std::uint64_t>(sent);
            sent_bytes_ += static_cast<std::uint64_t>(sent);
            co_await asio::post(asio::use_awaitable);
        } else if (sent < 0 && errno == EAGAIN) {
            const bool writable = co_await wait_writable();
            if (!writable) {
                co_return false;
            }
        } else if (sent == 0 || errno != EINTR) {
            co_return false;  // shorter than it was said to be, or the peer is gone
        }
    }
    co_return true;
}

asio::awaitable<bool> Session::send_stream(const NextChunk& next_chunk) {
    const bool chunked = !head_.http_1_0;
    while (true) {
        phase_ = Phase::streaming;
        if (worker_.stopping()) {
            co_return false;
        }
        const std::optional<std::string> chunk = co_await next_chunk();
        phase_ = Phase::busy;
        if (chunk && chunk->empty()) {
            continue;  // an empty chunk would end the stream
        }
        std::array<char, 24> size_line{};
        char* end = size_line.data();
        Pending pending;
        if (chunked) {
            const std::size_t size = chunk ? chunk->size() : 0;
            end = std::to_chars(end, end + 16, size, 16).ptr;
            *end++ = '\r';
            *end++ = '\n';
            pending.add(std::string_view(size_line.data(), end));
        }
        pending.add(chunk ? std::string_view(*chunk) : std::string_view());
        if (chunked) {
            pending.add("\r\n");
        }
        window_.begin(worker_.now(), sent_bytes_);
        const bool sent = co_await send_rest(pending);
        if (!sent || !chunk) {
            co_return sent;
        }
    }
}

}  // namespace charter::http
