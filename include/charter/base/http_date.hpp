#pragma once

#include "charter/base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace charter {

/// "Sat, 21 Nov 2026 09:30:00 GMT"; parts of a second are cut off.
/// Source: RFC 9110 section 5.6.7, IMF-fixdate.
std::string format_http_date(UtcTime time);

/// Reads the three forms that a recipient must know: IMF-fixdate, RFC 850 (its years
/// are 1970 to 2069) and asctime. Nothing for anything else; the name of the day is
/// not compared with the date.
std::optional<UtcTime> parse_http_date(std::string_view text);

}  // namespace charter
