#pragma once

#include <chrono>
#include <cstddef>

namespace charter::limits {

using namespace std::chrono_literals;

// Access requests
inline constexpr std::chrono::seconds request_duration_min = 1h;
inline constexpr std::chrono::seconds request_duration_max = 3 * 365 * 24h;
inline constexpr std::chrono::seconds request_duration_default = 90 * 24h;
inline constexpr std::size_t request_text_bytes_max = 4'000;  // a reason, note, question or answer
inline constexpr std::size_t request_steps_max = 100;         // after which none is asked back or renewed
inline constexpr std::size_t request_approvers_shown_max = 100;
inline constexpr std::size_t precheck_ports_max = 100;        // looked at for one request
inline constexpr std::size_t precheck_ports_shown_max = 10;   // for one rule

}  // namespace charter::limits
