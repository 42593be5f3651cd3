#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <type_traits>

namespace charter::api {

/// Runs `work` on the pool and comes back to this coroutine's own thread with
/// what it returned or threw: for reads that would hold an io thread too long. What
/// `work` refers to must outlive the await.
template <class F>
boost::asio::awaitable<std::invoke_result_t<F>> on_pool(boost::asio::thread_pool& pool, F work) {
    namespace asio = boost::asio;
    const asio::any_io_executor home = co_await asio::this_coro::executor;
    co_await asio::post(asio::bind_executor(pool.get_executor(), asio::use_awaitable));
    std::optional<std::invoke_result_t<F>> result;
    std::exception_ptr thrown;
    try {
        result.emplace(work());
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::post(asio::bind_executor(home, asio::use_awaitable));
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    co_return std::move(*result);
}

}  // namespace charter::api
