#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace charter::policy {

inline constexpr std::int64_t milliseconds_per_day = 86'400'000;

/// Reads `YYYY-MM-DD`, or that with `Thh:mm:ss`, optional `.SSS`, and `Z` or
/// `±hhmm`. Milliseconds since the epoch, or nothing.
/// Source: Cedar RFC 80,
/// https://github.com/cedar-policy/rfcs/blob/main/text/0080-datetime-extension.md
std::optional<std::int64_t> parse_datetime_text(std::string_view text);

/// Reads `-1d2h3m4s5ms`: units in this order, each at most once, at least one.
/// Milliseconds, or nothing (also when they do not fit).
std::optional<std::int64_t> parse_duration_text(std::string_view text);

/// `YYYY-MM-DDThh:mm:ss.SSSZ` for the years 0 to 9999, otherwise nothing.
std::optional<std::string> datetime_text(std::int64_t milliseconds);

/// Reads `-12.34`: at least one digit before and one to four after the point.
/// Units of 0.0001, or nothing (also when they do not fit).
std::optional<std::int64_t> parse_decimal_text(std::string_view text);

/// With all four digits after the point.
std::string decimal_text(std::int64_t ten_thousandths);

}  // namespace charter::policy
