#pragma once

#include "charter/base/result.hpp"
#include "policy/schema_fragment.hpp"

#include <string>

namespace charter::policy {

/// Writes the human-readable form. What only the JSON form can say loses nothing
/// in meaning: `{"type": "Long"}` becomes `__cedar::Long`, an entity type its name.
/// Errors: invalid_request (a shape that is no record, a name that would mean a common
/// type instead of an entity type, which the official writer gives another meaning),
/// too_large.
Result<std::string> write_schema_text(const SchemaFragment& fragment);

}  // namespace charter::policy
