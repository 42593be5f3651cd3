#pragma once

#include "charter/base/clock.hpp"
#include "charter/identity/issuers.hpp"

#include <future>
#include <thread>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace charter::app {

/// Gets the keys of issuers whenever they are due, on a thread of its own; without issuers
/// there is none. Made and stopped by one thread.
class KeyRefresher {
public:
    /// Waits until the first keys came, or some seconds: who starts a server whose issuers answer
    /// can sign in at once, and one that does not answer holds up nothing. Both must outlive it.
    KeyRefresher(Issuers& issuers, const Clock& clock);
    ~KeyRefresher() { stop(); }
    KeyRefresher(const KeyRefresher&) = delete;
    KeyRefresher& operator=(const KeyRefresher&) = delete;

    /// Waits for a call that is under way: stop the outgoing client before.
    void stop();

private:
    boost::asio::awaitable<void> refresh_until_stopped();

    Issuers& issuers_;
    const Clock& clock_;
    boost::asio::io_context context_{1};
    boost::asio::steady_timer timer_{context_};
    bool stopping_ = false;  // the thread's
    std::promise<void> looked_once_;
    std::thread thread_;
};

}  // namespace charter::app
