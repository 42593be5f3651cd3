#pragma once

#include "charter/base/result.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace charter {

/// A moment in UTC, to the millisecond: what is stored, compared and shown.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where the time comes from. Use cases take the moment as an argument; only the
/// edge asks the clock, so that a decision can be replayed. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual UtcTime now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
public:
    UtcTime now() const override;
};

/// "2026-11-21T09:30:00Z"; with milliseconds only where they are not zero
/// ("2026-11-21T09:30:00.250Z"). Years 0000 to 9999.
/// Source: RFC 3339 section 5.6.
std::string format_time(UtcTime time);

/// Reads RFC 3339 in UTC with `Z`; at most three fractional digits.
/// Errors: invalid_request.
Result<UtcTime> parse_time(std::string_view text);

}  // namespace charter
