#pragma once

#include "charter/base/result.hpp"
#include "policy/schema_fragment.hpp"

#include <string>
#include <string_view>

namespace charter::policy {

/// Reads the JSON form. Names are not resolved. The size of the text is the caller's to limit.
/// Errors: invalid_request, with the place as a JSON pointer.
/// Source: https://docs.cedarpolicy.com/schema/json-schema.html
Result<SchemaFragment> parse_schema_json(std::string_view text);

/// Writes what the text form can say. Errors: too_large (names that share a declaration each get a
/// copy).
Result<std::string> write_schema_json(const SchemaFragment& fragment);

}  // namespace charter::policy
