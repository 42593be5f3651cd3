#include "charter/http/router.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <utility>

namespace charter::http {

// One place in the tree of path segments.
struct Router::Node {
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
    std::unique_ptr<Node> parameter;
    std::unique_ptr<Node> tail;
    std::array<const Route*, method_count> routes{};
    std::string allow;

    bool ends_here() const { return !allow.empty(); }

    Node& literal(std::string_view segment) {
        for (auto& [text, node] : literals) {
            if (text == segment) {
                return *node;
            }
        }
        return *literals.emplace_back(segment, std::make_unique<Node>()).second;
    }

    void set_allow() {
        allow.clear();
        const auto has = [this](Method method) {
            return routes[static_cast<std::size_t>(method)] != nullptr;
        };
        for (const Method method : {Method::delete_, Method::get, Method::head, Method::options,
                                    Method::patch, Method::post, Method::put}) {
            if (has(method) || method == Method::options ||
                (method == Method::head && has(Method::get))) {
                allow += allow.empty() ? "" : ", ";
                allow += method_name(method);
            }
        }
    }
};

namespace {

// The segments of one path, decoded, in a buffer that holds them while a match
// is sought. The views point into request.path or request.decoded.
using Segments = std::vector<std::string_view>;

bool split(Request& request, Segments& segments) {
    std::string_view rest = request.path.substr(1);
    request.decoded.clear();
    // Decoding never lengthens, and a tail is joined once more: no reallocation,
    // so the views stay valid.
    request.decoded.reserve(2 * request.path.size());
    for (bool more = true; more;) {
        const std::size_t slash = rest.find('/');
        more = slash != rest.npos;
        std::string_view segment = rest.substr(0, slash);
        rest.remove_prefix(more ? slash + 1 : rest.size());
        if (segment.find('%') != segment.npos) {
            const Result<std::string> decoded = percent_decode(segment);
            if (!decoded || !is_utf8(*decoded)) {
                return false;
            }
            const std::size_t begin = request.decoded.size();
            request.decoded += *decoded;
            segment = std::string_view(request.decoded).substr(begin);
        }
        segments.push_back(segment);
    }
    return true;
}

bool valid_tail(std::span<const std::string_view> segments) {
    return std::ranges::none_of(segments, [](std::string_view segment) {
        return segment == "." || segment == ".." || segment.find('/') != segment.npos;
    });
}

// One view over all segments of a tail, with slashes between them.
std::string_view join_tail(Request& request, std::span<const std::string_view> segments) {
    const std::size_t begin = request.decoded.size();
    for (std::size_t i = 0; i < segments.size(); ++i) {
        request.decoded += i == 0 ? "" : "/";
        request.decoded += segments[i];
    }
    return std::string_view(request.decoded).substr(begin);
}

// The node for `segments`, literal before parameter before tail. Values of
// parameters are pushed on request.parameters, still without their names.
template <class Node>
const Node* match(const Node& node, Request& request, std::span<const std::string_view> segments,
                  bool& malformed) {
    if (segments.empty()) {
        return node.ends_here() ? &node : nullptr;
    }
    const std::string_view segment = segments.front();
    for (const auto& [text, child] : node.literals) {
        if (text == segment) {
            if (const Node* found = match(*child, request, segments.subspan(1), malformed)) {
                return found;
            }
            break;
        }
    }
    if (node.parameter && !segment.empty()) {
        request.parameters.emplace_back(std::string_view(), segment);
        if (const Node* found = match(*node.parameter, request, segments.subspan(1), malformed)) {
            return found;
        }
        request.parameters.pop_back();
    }
    if (node.tail) {
        malformed = !valid_tail(segments);
        request.parameters.emplace_back(std::string_view(), join_tail(request, segments));
        return node.tail.get();
    }
    return nullptr;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
    const auto fail = [pattern](const char* what) {
        throw std::logic_error("route " + std::string(pattern) + ": " + what);
    };
    if (!pattern.starts_with('/') || !handler) {
        fail("a pattern begins with a slash and has a handler");
    }
    auto route = std::make_unique<Route>();
    route->method = method;
    route->pattern = pattern;
    route->handler = std::move(handler);
    route->options = options;
    route->index = routes_.size();

    Node* node = root_.get();
    std::string_view rest = pattern.substr(1);
    for (bool more = true; more;) {
        const std::size_t slash = rest.find('/');
        more = slash != rest.npos;
        const std::string_view segment = rest.substr(0, slash);
        rest.remove_prefix(more ? slash + 1 : rest.size());
        if (!segment.starts_with('{')) {
            node = &node->literal(segment);
            continue;
        }
        if (!segment.ends_with('}') || segment.size() < 3) {
            fail("a parameter is a whole segment: {name}");
        }
        std::string_view name = segment.substr(1, segment.size() - 2);
        const bool tail = name.ends_with("...");
        if (tail && more) {
            fail("a tail is the last segment");
        }
        name = tail ? name.substr(0, name.size() - 3) : name;
        route->parameters.emplace_back(name);
        std::unique_ptr<Node>& child = tail ? node->tail : node->parameter;
        if (!child) {
            child = std::make_unique<Node>();
        }
        node = child.get();
    }

    const Route*& place = node->routes[static_cast<std::size_t>(method)];
    if (place != nullptr) {
        fail("added twice");
    }
    place = route.get();
    node->set_allow();
    routes_.push_back(std::move(route));
}

Router::Match Router::find(Method method, Request& request) const {
    Match result;
    request.parameters.clear();
    if (!request.path.starts_with('/')) {
        return result;
    }
    thread_local Segments segments;
    segments.clear();
    if (!split(request, segments)) {
        result.malformed = true;
        return result;
    }
    const Node* node = match(*root_, request, segments, result.malformed);
    if (node == nullptr || result.malformed) {
        return result;
    }
    result.allow = node->allow;
    result.route = node->routes[static_cast<std::size_t>(method)];
    if (result.route == nullptr && method == Method::head) {
        result.route = node->routes[static_cast<std::size_t>(Method::get)];
    }
    if (result.route != nullptr) {
        request.route = result.route->pattern;
        for (std::size_t i = 0; i < request.parameters.size(); ++i) {
            request.parameters[i].first = result.route->parameters[i];
        }
    }
    return result;
}

}  // namespace charter::http
