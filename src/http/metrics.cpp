#include "charter/http/metrics.hpp"

#include <algorithm>

#include <spdlog/fmt/fmt.h>

namespace charter::http {
namespace {

// One thread writes each part, so a load and a store do: no locked instruction.
template <class T>
void add(std::atomic<T>& counter, T amount) {
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

template <class T>
T read(const std::atomic<T>& counter) {
    return counter.load(std::memory_order_relaxed);
}

}  // namespace

void Metrics::Part::count(const Route* route, unsigned status, std::chrono::nanoseconds time) {
    Cell& cell = cells_[route == nullptr ? cells_.size() - 1 : route->index];
    const double seconds = std::chrono::duration<double>(time).count();
    const auto bucket = std::ranges::lower_bound(bucket_bounds_s, seconds);
    add(cell.by_class[std::clamp(status / 100, 1U, 5U) - 1], std::uint64_t{1});
    add(cell.buckets[static_cast<std::size_t>(bucket - bucket_bounds_s.begin())], std::uint64_t{1});
    add(cell.nanoseconds, static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)));
}

void Metrics::prepare(const Router& router, std::size_t threads) {
    router_ = &router;
    parts_.clear();
    for (std::size_t i = 0; i < threads; ++i) {
        parts_.push_back(std::make_unique<Part>(router.routes().size()));
    }
}

std::string Metrics::render() const {
    if (router_ == nullptr) {
        return {};
    }
    std::string requests;
    std::string times;
    const std::size_t routes = router_->routes().size();
    for (std::size_t i = 0; i <= routes; ++i) {
        std::array<std::uint64_t, 5> by_class{};
        std::array<std::uint64_t, bucket_bounds_s.size() + 1> buckets{};
        std::uint64_t nanoseconds = 0;
        for (const auto& part : parts_) {
            const Part::Cell& cell = part->cells_[i];
            for (std::size_t k = 0; k < by_class.size(); ++k) {
                by_class[k] += read(cell.by_class[k]);
            }
            for (std::size_t k = 0; k < buckets.size(); ++k) {
                buckets[k] += read(cell.buckets[k]);
            }
            nanoseconds += read(cell.nanoseconds);
        }
        const Route* route = i < routes ? router_->routes()[i].get() : nullptr;
        const std::string labels =
            fmt::format("route=\"{}\",method=\"{}\"", route ? route->pattern : "none",
                        route ? method_name(route->method) : "none");
        for (std::size_t k = 0; k < by_class.size(); ++k) {
            if (by_class[k] > 0) {
                requests += fmt::format("charter_http_requests_total{{{},status=\"{}xx\"}} {}\n",
                                        labels, k + 1, by_class[k]);
            }
        }
        std::uint64_t count = 0;
        for (const std::uint64_t bucket : buckets) {
            count += bucket;
        }
        if (count == 0) {
            continue;
        }
        std::uint64_t below = 0;
        for (std::size_t k = 0; k < bucket_bounds_s.size(); ++k) {
            below += buckets[k];
            times += fmt::format("charter_http_request_seconds_bucket{{{},le=\"{}\"}} {}\n", labels,
                                 bucket_bounds_s[k], below);
        }
        times += fmt::format(
            "charter_http_request_seconds_bucket{{{0},le=\"+Inf\"}} {1}\n"
            "charter_http_request_seconds_sum{{{0}}} {2:.6f}\n"
            "charter_http_request_seconds_count{{{0}}} {1}\n",
            labels, count, static_cast<double>(nanoseconds) * 1e-9);
    }

    std::int64_t open = 0;
    std::uint64_t refused = 0;
    std::uint64_t handshakes_failed = 0;
    for (const auto& part : parts_) {
        open += read(part->connections_open);
        refused += read(part->connections_refused);
        handshakes_failed += read(part->handshakes_failed);
    }
    return "# TYPE charter_http_requests_total counter\n" + requests +
           "# TYPE charter_http_request_seconds histogram\n" + times +
           fmt::format(
               "# TYPE charter_http_connections gauge\ncharter_http_connections {}\n"
               "# TYPE charter_http_connections_refused_total counter\n"
               "charter_http_connections_refused_total {}\n"
               "# TYPE charter_http_tls_handshakes_failed_total counter\n"
               "charter_http_tls_handshakes_failed_total {}\n",
               open, refused, handshakes_failed);
}

}  // namespace charter::http
