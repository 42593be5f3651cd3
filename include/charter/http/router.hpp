#pragma once

#include "charter/base/limits.hpp"
#include "charter/http/message.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace charter::http {

/// Answers one request. The request and the handler outlive the coroutine. It
/// runs on an io thread, must not block, and is resumed on that thread only, by
/// posting to its executor (asio's own operations do). An exception is a defect
/// and answered 500.
using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

/// What the session must know of a route before its handler runs.
struct RouteOptions {
    /// The longest body, also after a gzip body was expanded; longer is 413.
    std::size_t body_bytes_max = limits::body_bytes_max;
    /// The handler takes the body piece by piece with Request::next_bytes and decides
    /// before it does. Such a body has a Content-Length and no coding, else 400 or 415.
    bool streamed = false;
};

/// One line of the route table.
struct Route {
    Method method = Method::get;
    std::string pattern;  // "/api/v1/domains/{domain}/products/{product}"
    Handler handler;
    RouteOptions options;
    std::vector<std::string> parameters;  // names in the pattern, in order
    std::size_t index = 0;                // position in routes()
};

/// The route table. Filled before the server starts, then read by all its
/// threads without a lock.
class Router {
public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    /// Adds a route. A segment of the pattern is a literal, a parameter `{name}`
    /// or, as the last one, a tail `{name...}` that takes one or more segments.
    /// Where several patterns fit a path, literal goes before parameter before
    /// tail, from left to right. Throws std::logic_error for a malformed pattern
    /// or one that is there already: a defect of the wiring.
    void add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});

    /// Every route in the order added.
    const std::vector<std::unique_ptr<Route>>& routes() const noexcept { return routes_; }

    /// What became of a look-up: `route` when it may be called. Otherwise
    /// `malformed` (a broken escape, bytes that are not UTF-8, or a tail with an
    /// encoded slash, "." or ".."), or `allow` with the methods the path has, or
    /// neither when no such path exists.
    struct Match {
        const Route* route = nullptr;
        bool malformed = false;
        std::string_view allow;  // "DELETE, GET, HEAD, OPTIONS, PUT"
    };

    /// Finds the route of `method` and request.path, and sets request.route and
    /// request.parameters (decoded once, segment by segment). HEAD finds the GET
    /// route when it has none of its own. Thread-safe.
    Match find(Method method, Request& request) const;

private:
    struct Node;

    std::vector<std::unique_ptr<Route>> routes_;
    std::unique_ptr<Node> root_;
};

}  // namespace charter::http
