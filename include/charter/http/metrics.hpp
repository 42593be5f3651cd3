#pragma once

#include "charter/http/router.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace charter::http {

/// Requests counted by route, method and class of status, with their times.
/// Each io thread writes a part of its own, so counting costs no shared cache
/// line; reading adds the parts up.
class Metrics {
public:
    static constexpr std::array<double, 14> bucket_bounds_s = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};

    /// The counters of one io thread. Only that thread calls count().
    class Part {
    public:
        explicit Part(std::size_t routes) : cells_(routes + 1) {}

        /// `route` is null for a request that found none.
        void count(const Route* route, unsigned status, std::chrono::nanoseconds time);

        std::atomic<std::int64_t> connections_open{0};
        std::atomic<std::uint64_t> connections_refused{0};
        std::atomic<std::uint64_t> handshakes_failed{0};

    private:
        friend class Metrics;
        struct Cell {
            std::array<std::atomic<std::uint64_t>, 5> by_class{};
            std::array<std::atomic<std::uint64_t>, bucket_bounds_s.size() + 1> buckets{};
            std::atomic<std::uint64_t> nanoseconds{0};
        };
        std::vector<Cell> cells_;  // by Route::index; the last is for no route
    };

    /// Called once by the server before its threads run. `router` must outlive this.
    void prepare(const Router& router, std::size_t threads);
    Part& part(std::size_t thread) { return *parts_.at(thread); }

    /// Everything in the text format of Prometheus. Empty before prepare().
    /// Thread-safe after prepare().
    /// Source: Prometheus, "Exposition formats", text-based format 0.0.4.
    std::string render() const;

private:
    const Router* router_ = nullptr;
    std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace charter::http
