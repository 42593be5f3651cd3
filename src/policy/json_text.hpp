#pragma once

#include "charter/base/json.hpp"

namespace charter::policy {

/// Reads one document of Cedar's JSON forms. Unlike charter::parse_json it takes
/// any string that JSON can hold, NUL too: Cedar gives them all a meaning. Names
/// given twice are refused; depth is at most limits::cedar_json_depth_max. The size of
/// the text is the caller's to limit.
/// Errors: invalid_request.
Result<Json> parse_cedar_json(std::string_view text);

}  // namespace charter::policy
