#pragma once

#include "admission.hpp"
#include "charter/http/server.hpp"
#include "perimeter.hpp"
#include "server_tls.hpp"
#include "session.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

namespace charter::http {

/// What all threads of one server share.
struct Shared {
    const Router& router;
    const ServerOptions& options;
    Admission admission;
    Perimeter perimeter;
    std::unique_ptr<ServerTls> tls;  // null: plain HTTP
};

/// One thread of the server: its io_context, its listening sockets, its
/// connections, and one timer for all their deadlines. Except for stop(), every
/// function runs on that thread or before it starts.
class Worker {
public:
    using Clock = std::chrono::steady_clock;
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                        boost::asio::io_context::executor_type>;

    Worker(Shared& shared, Metrics::Part& metrics);
    ~Worker();

    /// Takes a bound socket into use. Before run().
    void listen(Acceptor acceptor);

    /// Serves until stopped. Called by the thread.
    void run();

    /// Thread-safe; returns at once.
    void stop();

    boost::asio::io_context& context() { return context_; }
    Shared& shared() { return shared_; }
    Metrics::Part& metrics() { return metrics_; }

    // For the sessions.
    void joined(Session& session);
    void left();
    bool stopping() const { return stopping_; }
    /// The time of the last tick: for deadlines, which hold to within a tick.
    Clock::time_point now() const { return now_; }
    std::string_view date_line() const { return date_line_; }
    /// Writes 32 random hexadecimal digits: an id to find a request by, no secret.
    void next_request_id(std::string& id);

private:
    boost::asio::awaitable<void> accept_from(Acceptor& acceptor);
    void refuse(Session::Socket socket, Admission::Verdict verdict);
    void schedule_tick();
    void tick();
    void begin_stop();

    Shared& shared_;
    Metrics::Part& metrics_;
    std::array<std::uint64_t, 2> id_state_{};
    Clock::time_point now_ = Clock::now();
    Clock::time_point stop_at_ = Clock::time_point::max();
    std::string date_line_;
    bool stopping_ = false;
    bool running_ = false;
    // Before the context: destroying that destroys the sessions, which unlink.
    boost::intrusive::list<Session, boost::intrusive::constant_time_size<false>> sessions_;
    boost::asio::io_context context_{1};
    boost::asio::steady_timer ticker_{context_};
    std::vector<Acceptor> acceptors_;
};

}  // namespace charter::http
