#pragma once

#include "client_connection.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace charter::http {

/// The connections that are not in use, and how many calls run, by origin (scheme, host and
/// port). Used by the thread that runs its context.
class Pool {
public:
    /// Leave to have one connection to an origin; given back when destroyed.
    class Slot {
    public:
        Slot(Pool& pool, std::string origin) : pool_(&pool), origin_(std::move(origin)) {}
        ~Slot();
        Slot(Slot&& other) noexcept
            : pool_(std::exchange(other.pool_, nullptr)), origin_(std::move(other.origin_)) {}
        Slot& operator=(Slot&&) = delete;

    private:
        Pool* pool_;
        std::string origin_;
    };

    Pool(boost::asio::io_context& context, std::size_t per_origin_max,
         std::chrono::milliseconds idle_max);

    /// Waits until there is one. Ends early, by throwing, when the coroutine is cancelled.
    boost::asio::awaitable<Slot> slot(std::string origin);

    /// A connection that waited for use; null: there is none.
    std::shared_ptr<Connection> take(const std::string& origin);

    void keep(const std::string& origin, std::shared_ptr<Connection> connection);

    /// Closes what it keeps; from now on it keeps nothing.
    void close();

private:
    struct Origin {
        explicit Origin(boost::asio::io_context& context)
            : freed(context, boost::asio::steady_timer::time_point::max()) {}

        std::size_t open = 0;
        std::size_t waiting = 0;
        boost::asio::steady_timer freed;  // one wait is cancelled for each slot given back
    };
    struct Kept {
        std::string origin;
        std::shared_ptr<Connection> connection;
        std::chrono::steady_clock::time_point until;
    };

    void leave(std::map<std::string, Origin>::iterator origin);
    void give_back(const std::string& origin);
    void close_old();

    boost::asio::io_context& context_;
    std::size_t per_origin_max_;
    std::chrono::milliseconds idle_max_;
    std::map<std::string, Origin> origins_;  // that have calls
    std::list<Kept> kept_;                   // the oldest first
    boost::asio::steady_timer sweep_;
    bool closed_ = false;
};

}  // namespace charter::http
