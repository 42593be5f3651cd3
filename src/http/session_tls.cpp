// Session: what is different over TLS.
#include "session.hpp"

#include "charter/base/limits.hpp"
#include "charter/http/problem.hpp"
#include "worker.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <unistd.h>

namespace charter::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t record_bytes_max = 16 * 1024;  // RFC 8446 section 5.1
constexpr std::size_t file_piece_bytes = 4 * record_bytes_max;
// A connection hands the thread to others after this much encryption.
constexpr std::size_t bytes_per_turn = 256 * 1024;

}  // namespace

// Until the next record's worth is there: the first piece itself where that is large, so that
// a long body is not copied.
std::string_view Session::Pending::gather(std::span<char> space) const {
    if (count == 1 || pieces[0].iov_len >= space.size()) {
        return {static_cast<const char*>(pieces[0].iov_base),
                std::min(pieces[0].iov_len, space.size())};
    }
    std::size_t length = 0;
    for (std::size_t i = 0; i < count && length < space.size(); ++i) {
        const std::size_t taken = std::min(pieces[i].iov_len, space.size() - length);
        std::memcpy(space.data() + length, pieces[i].iov_base, taken);
        length += taken;
    }
    return {space.data(), length};
}

// The handshake has one deadline from beginning to end; phase_ is idle, so that the deadline and
// the server's stop end it.
asio::awaitable<bool> Session::secure() {
    set_deadline(worker_.shared().options.limits.handshake_deadline);
    TlsConnection::Wants wants = tls_->handshake();
    while (wants == TlsConnection::Wants::read || wants == TlsConnection::Wants::write) {
        const bool reads = wants == TlsConnection::Wants::read;
        error_code failed;
        co_await socket_.async_wait(reads ? Socket::wait_read : Socket::wait_write,
                                    asio::redirect_error(asio::use_awaitable, failed));
        if (failed || expired_) {
            co_return false;
        }
        wants = tls_->handshake();
    }
    clear_deadline();
    if (wants == TlsConnection::Wants::ended) {
        spdlog::debug("tls handshake failed peer={}", request_.peer);
        worker_.metrics().handshakes_failed.fetch_add(1, std::memory_order_relaxed);
        if (tls_->is_plain_http()) {
            co_await refuse_plain_http();
        }
        co_return false;
    }
    request_.secure = true;
    request_.client_certificate = tls_->client_certificate();
    co_return true;
}

// Whoever types http:// learns what is wrong.
asio::awaitable<void> Session::refuse_plain_http() {
    tls_.reset();
    begin_request();
    keep_alive_ = false;
    const Refusal refusal{ErrorCode::invalid_request, "this address speaks https only"};
    Response response = refuse(refusal);
    Pending pending;
    if (begin_response(response, pending) == Sent::all) {
        co_await drain();
    }
}

// 0: the connection has ended, in order (close_notify) or not.
asio::awaitable<std::size_t> Session::read_tls(asio::mutable_buffer space) {
    char* const bytes = static_cast<char*>(space.data());
    TlsConnection::Step step = tls_->read(bytes, space.size());
    if (step.wants == TlsConnection::Wants::nothing) {
        // Who sends without end must not keep the thread.
        co_await asio::post(asio::use_awaitable);
    }
    while (step.wants == TlsConnection::Wants::read || step.wants == TlsConnection::Wants::write) {
        const bool reads = step.wants == TlsConnection::Wants::read;
        error_code failed;
        co_await socket_.async_wait(reads ? Socket::wait_read : Socket::wait_write,
                                    asio::redirect_error(asio::use_awaitable, failed));
        if (failed || expired_) {
            co_return 0;
        }
        step = tls_->read(bytes, space.size());
    }
    co_return step.bytes;
}

// Head and body leave in one record where they fit. Tried again, a record has the same bytes:
// `pending` does not change before they are taken.
Session::Sent Session::send_tls_now(Pending& pending) {
    std::array<char, record_bytes_max> record;
    std::size_t sent = 0;
    while (pending.count > 0) {
        if (sent >= bytes_per_turn) {
            return Sent::part;
        }
        const TlsConnection::Step step = tls_->write(pending.gather(record));
        if (step.wants == TlsConnection::Wants::write) {
            return Sent::part;
        }
        if (step.wants != TlsConnection::Wants::nothing) {
            return Sent::failed;
        }
        sent += step.bytes;
        sent_bytes_ += step.bytes;
        pending.drop(step.bytes);
    }
    return Sent::all;
}

asio::awaitable<bool> Session::send_file_tls(const FileBody& file) {
    const auto piece = std::make_unique_for_overwrite<char[]>(file_piece_bytes);
    off_t offset = static_cast<off_t>(file.offset);
    std::uint64_t left = file.length;
    while (left > 0) {
        if (file.may_go_on && !file.may_go_on()) {
            co_return false;
        }
        const ssize_t count = ::pread(
            file.file.native(), piece.get(),
            static_cast<std::size_t>(std::min<std::uint64_t>(left, file_piece_bytes)), offset);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            co_return false;  // shorter than it was said to be
        }
        Pending pending;
        pending.add(std::string_view(piece.get(), static_cast<std::size_t>(count)));
        const bool sent = co_await send_rest(pending);
        if (!sent) {
            co_return false;
        }
        left -= static_cast<std::uint64_t>(count);
        offset += count;
        co_await asio::post(asio::use_awaitable);
    }
    co_return true;
}

// Only where all was sent that belongs to the answer: close_notify says that nothing is missing.
void Session::close_tls() {
    if (tls_) {
        tls_->close();
        tls_.reset();
    }
}

}  // namespace charter::http
