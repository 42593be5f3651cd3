#pragma once

#include "charter/http/client.hpp"

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

namespace charter::http {

/// Looks names up without holding its caller: each look-up has a thread of its own, which is
/// left behind when nobody waits any more (getaddrinfo cannot be interrupted).
/// Used by one thread, the one that runs `context`.
class Lookups {
public:
    /// A thread that was left behind keeps `context` alive, and nothing else.
    Lookups(std::shared_ptr<boost::asio::io_context> context, LookUp look_up);

    /// Ends early, by throwing, when the coroutine is cancelled.
    /// Errors: unavailable (message: what failed).
    boost::asio::awaitable<Result<std::vector<boost::asio::ip::address>>> addresses_of(
        std::string host);

private:
    struct Answer;

    std::shared_ptr<boost::asio::io_context> context_;
    LookUp look_up_;
    std::shared_ptr<std::size_t> running_ = std::make_shared<std::size_t>(0);
};

}  // namespace charter::http
