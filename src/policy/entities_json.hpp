#pragma once

#include "charter/base/json.hpp"
#include "charter/policy/entities.hpp"

namespace charter::policy {

/// How {"type": "…", "id": "…"} without an escape is read inside a value. Cedar
/// asks the schema; a reader that has none is told what to expect.
enum class Unescaped { records, entities };

/// A Cedar value in JSON, read without a schema: bool, integer, string, array
/// (set), object (record), and the escapes {"__entity": {"type", "id"}} and
/// {"__extn": {"fn", "arg"}} or {"__extn": {"fn", "args"}}.
/// Errors: invalid_request. The depth of `json` is the caller's to limit.
/// Source: https://docs.cedarpolicy.com/auth/entities-syntax.html
Result<Value> value_from_json(const Json& json, Unescaped unescaped = Unescaped::records);

/// {"type", "id"}, with or without the __entity escape around it.
/// Errors: invalid_request.
Result<EntityUid> entity_uid_from_json(const Json& json);

/// The array of {"uid", "attrs", "parents", "tags"?}.
/// Errors: invalid_request.
Result<EntityMap> entities_from_json(const Json& json, Unescaped unescaped = Unescaped::records);

}  // namespace charter::policy
