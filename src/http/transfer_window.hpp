#pragma once

#include "charter/base/limits.hpp"

#include <chrono>
#include <cstdint>

namespace charter::http {

/// When a body or an answer has taken too long: it ends within one window, or
/// goes on for as long as each window moves what the least rate asks for. (An
/// average from the beginning would credit a caller who never reads with all
/// that the kernel buffers.)
class TransferWindow {
public:
    using Clock = std::chrono::steady_clock;

    void begin(Clock::time_point now, std::uint64_t bytes) {
        begin_ = now;
        bytes_ = bytes;
    }

    /// Leaves out a time in which the other side was not waited for.
    void skip(Clock::duration time) { begin_ += time; }

    /// Until when the transfer may go on that has moved `bytes` by now.
    Clock::time_point deadline(Clock::time_point now, std::uint64_t bytes,
                               std::chrono::milliseconds window) {
        const std::uint64_t least =
            limits::transfer_bytes_per_s_min * static_cast<std::uint64_t>(window.count()) / 1'000;
        if (bytes - bytes_ >= least) {
            begin(now, bytes);
        }
        return begin_ + window;
    }

private:
    Clock::time_point begin_;
    std::uint64_t bytes_ = 0;
};

}  // namespace charter::http
