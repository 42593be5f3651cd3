#pragma once

#include <string>
#include <string_view>

namespace charter::http {

/// A value for a log line, quoted and escaped where needed and cut where too
/// long, so that it can forge neither a second field nor a second line. "-" for
/// the empty one.
std::string log_value(std::string_view value);

}  // namespace charter::http
