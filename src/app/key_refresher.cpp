#include "key_refresher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charter::app {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds first_keys_wait{3};

}  // namespace

KeyRefresher::KeyRefresher(Issuers& issuers, const Clock& clock)
    : issuers_(issuers), clock_(clock) {
    if (!issuers_.settings().empty()) {
        asio::co_spawn(context_, refresh_until_stopped(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
        looked_once_.get_future().wait_for(first_keys_wait);
    }
}

void KeyRefresher::stop() {
    if (thread_.joinable()) {
        asio::post(context_, [this] {
            stopping_ = true;
            timer_.cancel();
        });
        thread_.join();
    }
}

asio::awaitable<void> KeyRefresher::refresh_until_stopped() {
    co_await issuers_.refresh_due(clock_.now());
    looked_once_.set_value();
    while (!stopping_) {
        timer_.expires_after(std::chrono::seconds(1));
        boost::system::error_code cancelled;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (!stopping_) {
            co_await issuers_.refresh_due(clock_.now());
        }
    }
}

}  // namespace charter::app
