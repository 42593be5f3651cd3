#include "client_pool.hpp"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charter::http {

namespace {

namespace asio = boost::asio;

constexpr std::size_t kept_max = 64;  // unused connections in all

}  // namespace

Pool::Slot::~Slot() {
    if (pool_ != nullptr) {
        pool_->give_back(origin_);
    }
}

Pool::Pool(asio::io_context& context, std::size_t per_origin_max,
           std::chrono::milliseconds idle_max)
    : context_(context),
      per_origin_max_(std::max<std::size_t>(per_origin_max, 1)),
      idle_max_(idle_max),
      sweep_(context) {}

asio::awaitable<Pool::Slot> Pool::slot(std::string origin) {
    const auto entry = origins_.try_emplace(origin, context_).first;
    ++entry->second.waiting;
    // A cancelled wait leaves by an exception.
    const auto left = [this, entry](void*) {
        --entry->second.waiting;
        leave(entry);
    };
    const std::unique_ptr<void, decltype(left)> waiting(this, left);
    while (entry->second.open >= per_origin_max_) {
        boost::system::error_code ignored;
        co_await entry->second.freed.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    ++entry->second.open;
    co_return Slot(*this, std::move(origin));
}

void Pool::give_back(const std::string& origin) {
    const auto entry = origins_.find(origin);
    --entry->second.open;
    entry->second.freed.cancel_one();
    leave(entry);
}

void Pool::leave(std::map<std::string, Origin>::iterator origin) {
    if (origin->second.open == 0 && origin->second.waiting == 0) {
        origins_.erase(origin);
    }
}

std::shared_ptr<Connection> Pool::take(const std::string& origin) {
    // The newest first: the least likely to have been closed by the other side.
    for (auto each = kept_.end(); each != kept_.begin();) {
        --each;
        if (each->origin == origin) {
            std::shared_ptr<Connection> connection = std::move(each->connection);
            const bool old = each->until <= std::chrono::steady_clock::now();
            each = kept_.erase(each);
            if (!old && connection->is_quiet()) {
                return connection;
            }
        }
    }
    return nullptr;
}

void Pool::keep(const std::string& origin, std::shared_ptr<Connection> connection) {
    if (closed_) {
        return;
    }
    kept_.push_back(
        Kept{origin, std::move(connection), std::chrono::steady_clock::now() + idle_max_});
    if (kept_.size() > kept_max) {
        kept_.pop_front();
    }
    if (kept_.size() == 1) {
        close_old();
    }
}

void Pool::close_old() {
    const auto now = std::chrono::steady_clock::now();
    while (!kept_.empty() && kept_.front().until <= now) {
        kept_.pop_front();
    }
    if (kept_.empty()) {
        return;
    }
    sweep_.expires_at(kept_.front().until);  // a wait that still runs is cancelled
    sweep_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) {
            close_old();
        }
    });
}

void Pool::close() {
    closed_ = true;
    kept_.clear();
    sweep_.cancel();
}

}  // namespace charter::http
