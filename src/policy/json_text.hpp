#pragma once

#include "charter/base/json.hpp"
#include "charter/base/limits.hpp"

namespace charter::policy {

/// Reads one document of Cedar's JSON forms. Unlike charter::parse_json it takes
/// any string that JSON can hold, NUL too: Cedar gives them all a meaning. Names
/// given twice are refused. The size of the text is the caller's to limit.
/// Errors: invalid_request.
Result<Json> parse_cedar_json(std::string_view text,
                              std::size_t depth_max = limits::cedar_json_depth_max);

}  // namespace charter::policy
