#include "worker.hpp"

#include "charter/base/encoding.hpp"
#include "charter/http/problem.hpp"
#include "response_head.hpp"

#include <cstring>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <sys/socket.h>

namespace charter::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Source: Blackman and Vigna, xoroshiro128+ (2018 constants).
std::uint64_t next_number(std::array<std::uint64_t, 2>& state) {
    const auto rotate = [](std::uint64_t x, int by) { return (x << by) | (x >> (64 - by)); };
    const std::uint64_t first = state[0];
    std::uint64_t second = state[1];
    const std::uint64_t result = first + second;
    second ^= first;
    state[0] = rotate(first, 24) ^ second ^ (second << 16);
    state[1] = rotate(second, 37);
    return result;
}

}  // namespace

Worker::Worker(Shared& shared, Metrics::Part& metrics)
    : shared_(shared), metrics_(metrics), date_line_(make_date_line()) {
    const std::string seed = random_bytes(sizeof(id_state_));
    std::memcpy(id_state_.data(), seed.data(), sizeof(id_state_));
}

Worker::~Worker() = default;

void Worker::listen(Acceptor acceptor) {
    acceptors_.push_back(std::move(acceptor));
}

void Worker::run() {
    running_ = true;
    for (Acceptor& acceptor : acceptors_) {
        asio::co_spawn(context_, accept_from(acceptor), asio::detached);
    }
    schedule_tick();
    context_.run();
    running_ = false;
}

void Worker::stop() {
    asio::post(context_, [this] { begin_stop(); });
}

void Worker::begin_stop() {
    stopping_ = true;
    stop_at_ = Clock::now() + shared_.options.limits.stop_deadline;
    for (Acceptor& acceptor : acceptors_) {
        error_code ignored;
        acceptor.close(ignored);
    }
    for (Session& session : sessions_) {
        session.begin_stop();
    }
    if (sessions_.empty()) {
        context_.stop();
    }
}

void Worker::joined(Session& session) {
    sessions_.push_back(session);
    metrics_.connections_open.fetch_add(1, std::memory_order_relaxed);
}

void Worker::left() {
    metrics_.connections_open.fetch_sub(1, std::memory_order_relaxed);
    if (running_ && stopping_ && sessions_.empty()) {
        context_.stop();
    }
}

void Worker::next_request_id(std::string& id) {
    constexpr std::string_view digits = "0123456789abcdef";
    id.resize(32);
    for (std::size_t half = 0; half < 2; ++half) {
        std::uint64_t number = next_number(id_state_);
        for (std::size_t i = 0; i < 16; ++i) {
            id[half * 16 + i] = digits[number & 0xf];
            number >>= 4;
        }
    }
}

void Worker::schedule_tick() {
    ticker_.expires_after(shared_.options.limits.tick);
    ticker_.async_wait([this](const error_code& failed) {
        if (!failed) {
            tick();
        }
    });
}

void Worker::tick() {
    now_ = Clock::now();
    date_line_ = make_date_line();
    for (Session& session : sessions_) {
        session.check_deadline(now_);
    }
    if (now_ >= stop_at_) {
        spdlog::warn("stop deadline passed with requests in flight");
        context_.stop();
        return;
    }
    schedule_tick();
}

asio::awaitable<void> Worker::accept_from(Acceptor& acceptor) {
    while (!stopping_) {
        error_code failed;
        Session::Socket socket(context_);
        asio::ip::tcp::endpoint peer;
        co_await acceptor.async_accept(socket, peer,
                                       asio::redirect_error(asio::use_awaitable, failed));
        if (stopping_) {
            co_return;
        }
        if (failed) {
            // Most often no descriptors are left. Without a pause this would spin.
            spdlog::warn("accept failed: {}", failed.message());
            asio::steady_timer pause(context_, std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failed));
            continue;
        }
        auto [verdict, ticket] = shared_.admission.enter(peer.address());
        if (!ticket) {
            refuse(std::move(socket), verdict);
            continue;
        }
        auto session = std::make_unique<Session>(*this, std::move(socket), std::move(*ticket),
                                                 peer.address());
        Session& started = *session;
        asio::co_spawn(context_, started.run(std::move(session)),
                       asio::bind_cancellation_slot(started.cancellation(), asio::detached));
    }
}

// One attempt to say why, without waiting for a caller who may not read it.
void Worker::refuse(Session::Socket socket, Admission::Verdict verdict) {
    metrics_.connections_refused.fetch_add(1, std::memory_order_relaxed);
    if (shared_.tls) {
        return;  // to say why would take a handshake
    }
    const bool full = verdict == Admission::Verdict::full;
    std::string id;
    next_request_id(id);
    const Response response =
        problem(full ? Error(ErrorCode::unavailable, "too many connections (connections_max)")
                     : Error(ErrorCode::too_many_requests,
                             "too many connections of one address (connections_per_address_max)"),
                id);
    std::string bytes;
    write_head(bytes, response, Framing::length, response.body.size(), id, date_line_, false);
    bytes += response.body;
    [[maybe_unused]] const auto sent =
        ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    error_code ignored;
    socket.shutdown(asio::socket_base::shutdown_send, ignored);
}

}  // namespace charter::http
