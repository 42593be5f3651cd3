#pragma once

#include "caller_address.hpp"
#include "charter/http/cors.hpp"
#include "charter/http/rate_limit.hpp"
#include "charter/http/server.hpp"

#include <optional>

#include <boost/asio/ip/address.hpp>

namespace charter::http {

/// What stands before all routes: who asks, whether it asks too often, and which browsers
/// may read the answer. Shared by all threads.
class Perimeter {
public:
    explicit Perimeter(const PerimeterOptions& options)
        : proxies_(options.proxies),
          rate_(static_cast<double>(options.requests_per_address_per_s_max),
                static_cast<double>(options.requests_per_address_per_s_max) *
                    limits::rate_limit_burst_s),
          cors_(options.cors_origins) {}

    bool is_proxy(const boost::asio::ip::address& peer) const {
        return !proxies_.empty() && is_in(peer, proxies_);
    }

    /// For a request that came over a connection of a proxy.
    std::optional<Refusal> read_forwarded(Request& request) const {
        return http::read_forwarded(request, proxies_);
    }

    bool admits(const Request& request, RateLimit::Clock::time_point now) {
        return rate_.take(request.peer_key, now);
    }

    void finish(const Request& request, Response& response) const {
        cors_.finish(request, response);
    }

private:
    std::vector<Network> proxies_;
    RateLimit rate_;
    Cors cors_;
};

}  // namespace charter::http
