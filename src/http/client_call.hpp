#pragma once

#include "charter/http/client.hpp"
#include "client_connection.hpp"
#include "client_lookup.hpp"
#include "client_pool.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/cancellation_signal.hpp>

namespace charter::http {

/// Why a call ended before its answer.
enum class End { none, late, cancelled, stopped };

std::string_view text_of(End reason);

/// One call while it runs. Used by the client's thread.
struct Call {
    Call(boost::asio::io_context& context, FetchRequest what)
        : request(std::move(what)), deadline(context) {}

    /// Ends what the call waits for. A cancelled operation that was just done goes on to the
    /// next, which the closed connection then fails.
    void end(End reason);

    FetchRequest request;
    std::string origin = "a call";  // for the log
    boost::asio::steady_timer deadline;
    boost::asio::cancellation_signal cancel;
    std::shared_ptr<Connection> connection;
    End end_reason = End::none;
    std::optional<Result<FetchResponse>> result;
};

/// Makes calls, one after the other or many at once. Used by the thread that runs `context`.
class Caller {
public:
    Caller(std::shared_ptr<boost::asio::io_context> context, ClientSettings settings,
           boost::asio::ssl::context tls);

    /// Sets the call's result.
    boost::asio::awaitable<void> perform(std::shared_ptr<Call> call);

    /// Drops the kept connections and keeps none from now on.
    void close() { pool_.close(); }

private:
    boost::asio::awaitable<Result<FetchResponse>> answer(Call& call);
    boost::asio::awaitable<Result<FetchResponse>> answer_from(Call& call, const Target& target,
                                                              const std::string& head);
    boost::asio::awaitable<Result<>> connect(Call& call, const Target& target);
    boost::asio::awaitable<Result<>> connect_to(Call& call, boost::asio::ip::tcp::endpoint endpoint,
                                                std::chrono::steady_clock::duration patience);
    boost::asio::awaitable<Result<std::vector<boost::asio::ip::address>>> addresses_of(
        const Target& target);

    std::shared_ptr<boost::asio::io_context> context_;
    ClientSettings settings_;
    boost::asio::ssl::context tls_;
    Lookups lookups_;
    Pool pool_;
};

}  // namespace charter::http
