#pragma once

#include "admission.hpp"
#include "charter/http/message.hpp"
#include "charter/http/router.hpp"
#include "head_parser.hpp"
#include "read_buffer.hpp"
#include "response_head.hpp"
#include "tls_connection.hpp"
#include "transfer_window.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list_hook.hpp>

#include <sys/uio.h>

namespace charter::http {

class Worker;

/// One connection: its requests one after the other, each read, gated, routed,
/// answered. Lives on one worker's thread.
class Session : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    using Clock = std::chrono::steady_clock;
    using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                    boost::asio::io_context::executor_type>;

    Session(Worker& worker, Socket socket, Admission::Ticket ticket,
            const boost::asio::ip::address& peer);
    ~Session();

    /// Serves until the connection ends. `self` is this session: the coroutine
    /// owns it, so that whatever destroys the one destroys the other.
    boost::asio::awaitable<void> run(std::unique_ptr<Session> self);

    /// Ends what has waited too long. Called by the worker's tick.
    void check_deadline(Clock::time_point now);

    /// The server stops: idle connections end now, streams are cancelled,
    /// requests in flight go on.
    void begin_stop();

    boost::asio::cancellation_slot cancellation() { return cancellation_.slot(); }

private:
    // idle: nothing of the next request has arrived. streaming: a handler's
    // stream runs, which the server's stop does not wait for.
    enum class Phase { idle, busy, streaming };

    // What the socket has still to take of the pieces of one write.
    struct Pending {
        std::array<iovec, 3> pieces{};
        std::size_t count = 0;
        void add(std::string_view bytes);
        void drop(std::size_t bytes);
        std::string_view gather(std::span<char> space) const;
    };
    enum class Sent { all, part, failed };

    void begin_request();
    void take_peer();
    std::string_view next_request_bytes();
    boost::asio::awaitable<bool> receive();
    std::optional<Refusal> gate(std::size_t head_length);
    std::size_t body_bytes_max() const;
    bool is_streamed() const;
    void begin_stream();
    boost::asio::awaitable<Result<std::string_view>> read_piece();
    void end_stream();
    bool take_whole_body();
    boost::asio::awaitable<std::optional<Refusal>> read_body();
    boost::asio::awaitable<std::optional<Refusal>> read_chunked_body();
    bool send_continue();
    std::optional<Refusal> decode_body();

    Response answer_without_handler() const;
    Response refuse(const Refusal& refusal) const;
    Response defect(std::string_view what) const;

    // Of a connection over TLS: session_tls.cpp.
    boost::asio::awaitable<bool> secure();
    boost::asio::awaitable<void> refuse_plain_http();
    boost::asio::awaitable<std::size_t> read_tls(boost::asio::mutable_buffer space);
    Sent send_tls_now(Pending& pending);
    boost::asio::awaitable<bool> send_file_tls(const FileBody& file);
    void close_tls();

    Sent send_now(Pending& pending, int flags);
    Sent begin_response(Response& response, Pending& pending);
    boost::asio::awaitable<bool> finish_response(const Response& response, Pending pending);
    boost::asio::awaitable<bool> send_rest(Pending pending);
    boost::asio::awaitable<bool> wait_writable();
    boost::asio::awaitable<bool> send_file(const FileBody& file);
    boost::asio::awaitable<bool> send_stream(const NextChunk& next_chunk);
    boost::asio::awaitable<void> drain();

    void record(unsigned status, Clock::time_point begin) const;
    void set_deadline(std::chrono::milliseconds from_now);
    void set_transfer_deadline(std::uint64_t bytes, std::chrono::milliseconds window);
    void clear_deadline() { deadline_ = Clock::time_point::max(); }

    Worker& worker_;
    Socket socket_;
    std::unique_ptr<TlsConnection> tls_;  // null: plain HTTP
    Admission::Ticket ticket_;
    const boost::asio::ip::address peer_;  // of the connection; a request's may be another
    const bool behind_proxy_;
    boost::asio::cancellation_signal cancellation_;

    ReadBuffer buffer_;
    HeadScanner scanner_;
    Head head_;
    Request request_;
    Router::Match match_;
    std::string out_;  // the head of the answer
    std::uint64_t sent_bytes_ = 0;
    TransferWindow window_;
    // Of a streamed body.
    std::uint64_t body_left_ = 0;
    std::uint64_t body_received_ = 0;
    std::size_t piece_bytes_ = 0;
    Clock::time_point piece_given_at_;
    bool keep_alive_ = true;
    bool empty_line_skipped_ = false;

    Phase phase_ = Phase::idle;
    Clock::time_point deadline_ = Clock::time_point::max();
    bool expired_ = false;
};

}  // namespace charter::http
