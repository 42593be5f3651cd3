#pragma once

#include "charter/http/problem.hpp"
#include "charter/http/server.hpp"
#include "http/raw_client.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charter::http::testing {

/// Holds a handler until the test lets it go on.
class Gate {
public:
    boost::asio::awaitable<void> wait() {
        const auto executor = co_await boost::asio::this_coro::executor;
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
            [this, executor](auto handler) {
                auto kept = std::make_shared<decltype(handler)>(std::move(handler));
                const std::lock_guard lock(mutex_);
                release_ = [kept, executor] {
                    boost::asio::post(executor, [kept] { std::move (*kept)(); });
                };
                entered_.set_value();
            },
            boost::asio::use_awaitable);
    }

    /// Blocks until a handler waits.
    void wait_until_entered() { entered_.get_future().wait(); }

    void release() {
        const std::lock_guard lock(mutex_);
        release_();
        release_ = nullptr;
    }

    /// Forgets the waiting handler. After the server's threads have ended.
    void drop() { release_ = nullptr; }

private:
    std::mutex mutex_;
    std::promise<void> entered_;
    std::function<void()> release_;
};

/// A real server on a free port with a few routes.
class TestServer {
public:
    explicit TestServer(ConnectionLimits limits = {}, std::size_t threads = 1,
                        std::optional<TlsFiles> tls = std::nullopt) {
        add_routes();
        ServerOptions options;
        options.listen.push_back(Endpoint{"127.0.0.1", 0});
        options.threads = threads;
        options.limits = limits;
        options.tls = std::move(tls);
        options.access_log = [this](const Request& request, unsigned status, double, std::size_t) {
            const std::lock_guard lock(mutex_);
            logged_ += std::string(method_name(request.method)) + " " + std::string(request.route) +
                       " " + request.principal + " " + std::to_string(status) + "\n";
        };
        server = std::make_unique<Server>(options, router, metrics);
        const Result<> started = server->start();
        EXPECT_TRUE(started) << started.error().message();
    }

    ~TestServer() {
        server->stop();
        gate.drop();
    }

    std::uint16_t port() const { return server->endpoints().at(0).port; }

    std::string logged() {
        const std::lock_guard lock(mutex_);
        return logged_;
    }

    Router router;
    Metrics metrics;
    Gate gate;
    std::unique_ptr<Server> server;

private:
    void add_routes();

    std::mutex mutex_;
    std::string logged_;
};

/// GET with nothing but what must be there.
inline std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

inline std::string post(std::string_view target, std::string_view body,
                        std::string_view headers = {}) {
    return "POST " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(headers) + "\r\n" + std::string(body);
}

inline void TestServer::add_routes() {
    using boost::asio::awaitable;
    const auto text = [](std::string body) {
        Response response;
        response.content_type = "text/plain";
        response.body = std::move(body);
        return response;
    };
    router.add(Method::get, "/",
               [text](Request&) -> awaitable<Response> { co_return text("root"); });
    router.add(Method::get, "/hello", [text](Request& request) -> awaitable<Response> {
        request.principal = "user:ana";
        co_return text("hello");
    });
    router.add(Method::post, "/echo",
               [text](Request& request) -> awaitable<Response> { co_return text(request.body); });
    RouteOptions small;
    small.body_bytes_max = 16;
    router.add(
        Method::post, "/small",
        [text](Request& request) -> awaitable<Response> { co_return text(request.body); }, small);
    router.add(Method::get, "/items/{item}", [text](Request& request) -> awaitable<Response> {
        co_return text(std::string(request.parameter("item")));
    });
    router.add(Method::put, "/items/{item}",
               [](Request&) -> awaitable<Response> { co_return no_content(); });
    router.add(Method::get, "/tail/{path...}", [text](Request& request) -> awaitable<Response> {
        co_return text(std::string(request.parameter("path")));
    });
    router.add(Method::get, "/query", [text](Request& request) -> awaitable<Response> {
        std::string all;
        for (const auto& [name, value] : request.query) {
            all += name + "=" + value + ";";
        }
        co_return text(all);
    });
    router.add(Method::get, "/large", [text](Request&) -> awaitable<Response> {
        co_return text(std::string(64 * 1024 * 1024, 'x'));
    });
    router.add(Method::get, "/gate", [this, text](Request&) -> awaitable<Response> {
        co_await gate.wait();
        co_return text("released");
    });
    router.add(Method::get, "/throw", [](Request&) -> awaitable<Response> {
        throw std::runtime_error("a secret detail");
        co_return Response();
    });
    router.add(Method::get, "/split", [text](Request&) -> awaitable<Response> {
        Response response = text("x");
        response.headers.emplace_back("X-Note", "a\r\nSet-Cookie: b");
        co_return response;
    });
}

}  // namespace charter::http::testing
