#pragma once

#include "charter/base/json.hpp"
#include "charter/policy/entities.hpp"
#include "charter/policy/schema.hpp"

namespace charter::policy {

/// A Cedar value in JSON, read without a schema: bool, integer, string, array
/// (set), object (record), and the escapes {"__entity": {"type", "id"}} and
/// {"__extn": {"fn", "arg"}} or {"__extn": {"fn", "args"}}.
/// Errors: invalid_request. The depth of `json` is the caller's to limit.
/// Source: https://docs.cedarpolicy.com/auth/entities-syntax.html
Result<Value> value_from_json(const Json& json);

/// A value whose type is known: an entity may leave out `__entity`, an extension value
/// `__extn`, or be the plain text that its constructor takes ("10.0.0.1"). What a
/// record holds is what its type declares. That the result has the type is left to
/// check_entities and check_request where reading does not show it.
/// Errors: invalid_request.
Result<Value> value_from_json(const Json& json, const Type& type);

/// {"type", "id"}, with or without the __entity escape around it.
/// Errors: invalid_request.
Result<EntityUid> entity_uid_from_json(const Json& json);

/// The array of {"uid", "attrs", "parents", "tags"?}. Members that are none of these are
/// refused, here and in names of entities; the official reader overlooks them.
/// Errors: invalid_request.
Result<EntityMap> entities_from_json(const Json& json);

/// The same, values read by their declared types, everything checked as check_entities
/// does, and the actions of the schema added.
Result<EntityMap> entities_from_json(const Json& json, const Schema& schema);

/// The context of a request for this action, read by its type.
/// Errors: invalid_request, also for an action that the schema does not know.
Result<Value> context_from_json(const Json& json, const Schema& schema, const EntityUid& action);

}  // namespace charter::policy
