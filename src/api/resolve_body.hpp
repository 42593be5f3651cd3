#pragma once

#include "charter/base/json.hpp"
#include "charter/governance/resolver.hpp"

#include <optional>
#include <string_view>

namespace charter::api {

/// Reads the plain form of a resolve body, `{"port": "…", "action": "read", …}` with strings
/// without escapes and a whole duration, without building a document. Nothing
/// for everything else, right or wrong: that is for read_resolve_document.
std::optional<ResolveRequest> read_plain_resolve(std::string_view body);

/// Reads one resolve request of any form. Errors: invalid_request with every
/// place that is wrong; unprocessable for what this version does not do.
Result<ResolveRequest> read_resolve_document(const Json& document);

}  // namespace charter::api
