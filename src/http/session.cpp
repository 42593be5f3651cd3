#include "session.hpp"

#include "charter/base/limits.hpp"
#include "charter/http/problem.hpp"
#include "log_value.hpp"
#include "worker.hpp"

#include <utility>

#include <spdlog/spdlog.h>

namespace charter::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view all_methods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

// Larger ones are given back to the heap between requests.
constexpr std::size_t kept_body_bytes_max = 64 * 1024;

}  // namespace

Session::Session(Worker& worker, Socket socket, Admission::Ticket ticket,
                 const asio::ip::address& peer)
    : worker_(worker),
      socket_(std::move(socket)),
      ticket_(std::move(ticket)),
      peer_(peer),
      behind_proxy_(worker_.shared().perimeter.is_proxy(peer)) {
    take_peer();
    error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket_.native_non_blocking(true, ignored);
    if (worker_.shared().tls) {
        tls_ = std::make_unique<TlsConnection>(*worker_.shared().tls->context(),
                                               socket_.native_handle());
    }
    worker_.joined(*this);
}

Session::~Session() {
    unlink();
    worker_.left();
}

void Session::check_deadline(Clock::time_point now) {
    if (deadline_ <= now) {
        clear_deadline();
        expired_ = true;
        error_code ignored;
        socket_.cancel(ignored);
    }
}

void Session::set_deadline(std::chrono::milliseconds from_now) {
    // worker_.now() may be a tick old, and a deadline must not come early.
    deadline_ = worker_.now() + worker_.shared().options.limits.tick + from_now;
}

void Session::set_transfer_deadline(std::uint64_t bytes, std::chrono::milliseconds window) {
    deadline_ =
        window_.deadline(worker_.now(), bytes, window) + worker_.shared().options.limits.tick;
}

void Session::begin_stop() {
    if (phase_ == Phase::idle) {
        error_code ignored;
        socket_.cancel(ignored);
    } else if (phase_ == Phase::streaming) {
        cancellation_.emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> Session::run([[maybe_unused]] std::unique_ptr<Session> self) {
    const ConnectionLimits& limits = worker_.shared().options.limits;
    Perimeter& perimeter = worker_.shared().perimeter;
    if (tls_) {
        const bool secured = co_await secure();
        if (!secured) {
            co_return;
        }
    }
    while (true) {
        begin_request();
        set_deadline(limits.idle_deadline);
        HeadScanner::Scan scan;
        while (true) {
            const std::string_view unread = next_request_bytes();
            scan = scanner_.scan(unread);
            if (scan.length > 0 || scan.refusal) {
                break;
            }
            if (phase_ == Phase::idle && !unread.empty()) {
                phase_ = Phase::busy;
                set_deadline(limits.header_deadline);
            }
            const bool received = co_await receive();
            if (!received) {
                if (!expired_ || phase_ == Phase::idle) {
                    close_tls();
                    co_return;
                }
                scan.refusal.emplace(ErrorCode::timeout, "the headers took too long");
                break;
            }
        }
        phase_ = Phase::busy;
        clear_deadline();
        const Clock::time_point begin = Clock::now();

        std::optional<Refusal> refusal = scan.refusal ? scan.refusal : gate(scan.length);
        if (!refusal && is_streamed()) {
            begin_stream();
        } else if (!refusal && !take_whole_body()) {
            refusal = co_await read_body();
            clear_deadline();
        }
        if (!refusal) {
            refusal = decode_body();
        }

        expired_ = false;

        // The one place where a thrown exception becomes an answer: it is a
        // defect, so the caller learns nothing and the log gets all of it.
        Response response;
        if (refusal) {
            keep_alive_ = false;
            response = refuse(*refusal);
        } else if (!perimeter.admits(request_, begin)) {
            response = problem(Error(ErrorCode::too_many_requests,
                                     "too many requests of one address (rate_limit_per_address)"),
                               request_.id);
            end_stream();
        } else if (match_.route == nullptr) {
            response = answer_without_handler();
        } else {
            try {
                response = co_await match_.route->handler(request_);
            } catch (const std::exception& e) {
                response = defect(e.what());
            } catch (...) {
                response = defect("not a std::exception");
            }
            end_stream();
        }
        perimeter.finish(request_, response);

        Pending pending;
        Sent sent = begin_response(response, pending);
        if (sent == Sent::part) {
            try {
                sent = co_await finish_response(response, pending) ? Sent::all : Sent::failed;
            } catch (const std::exception& e) {
                // A stream that the server's stop cancelled, or a defect in one.
                // The head is out: all that is left is to cut the connection.
                sent = Sent::failed;
                if (!worker_.stopping()) {
                    [[maybe_unused]] const Response unused = defect(e.what());
                }
            }
        }
        record(response.status, begin);
        if (sent == Sent::failed) {
            co_return;
        }
        if (!keep_alive_) {
            co_await drain();
            co_return;
        }
    }
}

void Session::begin_request() {
    phase_ = Phase::idle;
    expired_ = false;
    empty_line_skipped_ = false;
    keep_alive_ = true;
    scanner_.reset();
    head_ = Head();
    match_ = Router::Match();
    if (behind_proxy_) {
        take_peer();
    }
    request_.method = Method::get;
    request_.target = request_.path = request_.route = std::string_view();
    request_.query.clear();
    request_.headers.clear();
    request_.parameters.clear();
    request_.principal.clear();
    request_.content_length = 0;
    request_.next_bytes = nullptr;
    body_left_ = 0;
    request_.body.clear();
    if (request_.body.capacity() > kept_body_bytes_max) {
        request_.body.shrink_to_fit();
    }
    worker_.next_request_id(request_.id);
}

void Session::take_peer() {
    request_.peer = peer_.to_string();
    request_.peer_key = address_key(peer_);
    request_.secure = tls_ != nullptr;
}

// RFC 9112 section 2.2: an empty line before the request line is skipped. One.
std::string_view Session::next_request_bytes() {
    const std::string_view unread = buffer_.unread();
    if (empty_line_skipped_ || !unread.starts_with('\r')) {
        return unread;
    }
    if (unread.starts_with("\r\n")) {
        buffer_.consume(2);
        empty_line_skipped_ = true;
    }
    return unread.size() == 1 ? std::string_view() : buffer_.unread();
}

// Everything that is decided before the body is read.
std::optional<Refusal> Session::gate(std::size_t head_length) {
    request_.head.assign(buffer_.unread().substr(0, head_length));
    buffer_.consume(head_length);
    if (const auto refusal = parse_head(request_, head_)) {
        return refusal;
    }
    if (behind_proxy_) {
        if (const auto refusal = worker_.shared().perimeter.read_forwarded(request_)) {
            return refusal;
        }
    }
    match_ = worker_.shared().router.find(request_.method, request_);
    if (match_.malformed) {
        return Refusal{ErrorCode::invalid_request, "the path has a segment that is not valid"};
    }
    keep_alive_ = head_.keep_alive;
    const bool has_body = head_.chunked || head_.content_length > 0;
    if (match_.route == nullptr && has_body && head_.expects_continue) {
        // The caller waits for leave to send, and need not.
        head_.chunked = false;
        head_.content_length = 0;
        keep_alive_ = false;
        return std::nullopt;
    }
    if (has_body && is_streamed() && (head_.chunked || !head_.content_encoding.empty())) {
        return head_.chunked ? Refusal{ErrorCode::invalid_request,
                                       "the body needs a Content-Length here"}
                             : Refusal{ErrorCode::unsupported_media_type,
                                       "the body is taken without Content-Encoding here"};
    }
    if (head_.content_length > body_bytes_max()) {
        return Refusal{ErrorCode::too_large, "the body is over the route's limit"};
    }
    if (has_body && !head_.content_encoding.empty() &&
        !equal_ignoring_case(head_.content_encoding, "gzip")) {
        return Refusal{ErrorCode::unsupported_media_type,
                       "the only Content-Encoding read here is gzip"};
    }
    return std::nullopt;
}

Response Session::answer_without_handler() const {
    const bool everywhere = request_.path == "*";
    const std::string_view allow = everywhere ? all_methods : match_.allow;
    if (allow.empty()) {
        return problem(Error(ErrorCode::not_found, "there is nothing here"), request_.id);
    }
    Response response =
        request_.method == Method::options
            ? no_content()
            : problem(Error(ErrorCode::method_not_allowed, "this resource has no such method"),
                      request_.id);
    response.headers.emplace_back("Allow", allow);
    return response;
}

Response Session::refuse(const Refusal& refusal) const {
    Response response = problem(Error(refusal.code, std::string(refusal.detail)), request_.id);
    if (refusal.code == ErrorCode::method_not_allowed) {
        response.headers.emplace_back("Allow", all_methods);
    }
    if (refusal.code == ErrorCode::unsupported_media_type) {
        response.headers.emplace_back("Accept-Encoding", is_streamed() ? "identity" : "gzip");
    }
    return response;
}

Response Session::defect(std::string_view what) const {
    spdlog::error("defect request_id={} route={} what={}", request_.id, log_value(request_.route),
                  log_value(what));
    return problem(Error(ErrorCode::internal, "internal error"), request_.id);
}

void Session::record(unsigned status, Clock::time_point begin) const {
    const std::chrono::nanoseconds time = Clock::now() - begin;
    worker_.metrics().count(match_.route, status, time);
    if (const AccessLog& log = worker_.shared().options.access_log) {
        log(request_, status, std::chrono::duration<double, std::milli>(time).count(), sent_bytes_);
    }
}

}  // namespace charter::http
