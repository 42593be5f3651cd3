#pragma once

#include "charter/base/fetch.hpp"
#include "client_target.hpp"

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>

namespace charter::http {

/// One connection to one server, for one call after the other. Errors are unavailable and
/// their message says what failed. Used by the thread that runs its context.
class Connection {
public:
    /// What became of a request that was sent.
    struct Exchange {
        Result<FetchResponse> answer;
        bool answer_began = false;  // a byte of an answer came
        bool may_be_kept = false;   // the answer is whole and the connection in step
    };

    /// `context` must outlive the connection.
    explicit Connection(boost::asio::io_context& context);

    /// Connects to this very address.
    boost::asio::awaitable<Result<>> connect(boost::asio::ip::tcp::endpoint endpoint);

    /// Speaks TLS and verifies that the server is the target's host.
    boost::asio::awaitable<Result<>> secure(boost::asio::ssl::context& tls, const Target& target);

    /// Sends the head and the request's body and reads one answer. The arguments must outlive
    /// the await.
    boost::asio::awaitable<Exchange> exchange(const std::string& head, const FetchRequest& request);

    /// False when the other side closed or sent something nobody asked for.
    bool is_quiet();

    /// Fails what runs on the connection, and all that comes.
    void close();

private:
    template <class Stream>
    boost::asio::awaitable<Exchange> exchange_over(Stream& stream, const std::string& head,
                                                   const FetchRequest& request);

    boost::asio::ip::tcp::socket socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    boost::beast::flat_buffer buffer_;
};

}  // namespace charter::http
