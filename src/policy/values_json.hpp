#pragma once

#include "charter/base/json.hpp"
#include "charter/policy/schema.hpp"

namespace charter::policy {

/// The members of an object, which is a record whatever it looks like.
Result<Value> members_from_json(const Json& object);

/// The same, each read by its type. Errors: invalid_request (a member that the type does
/// not have, one that it requires and the object has not, a value that cannot be read).
Result<Value> record_from_json(const Json& object, const Type& type);

}  // namespace charter::policy
