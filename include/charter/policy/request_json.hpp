#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/entities.hpp"
#include "charter/policy/schema.hpp"
#include "charter/policy/value.hpp"

#include <string_view>

// What a question to the policies is about, in JSON, text in. With a schema, values are
// read as their types say; entities are checked against it as well, a request by
// check_request (schema.hpp).
// Source: Cedar, "Entities and context", https://docs.cedarpolicy.com/auth/entities-syntax.html

namespace charter::policy {

/// An array of {"uid", "attrs", "parents", "tags"?}. With a schema its actions are
/// among the entities. Errors: invalid_request.
Result<EntityMap> parse_entities(std::string_view json, const Schema* schema = nullptr);

/// A record. Errors: invalid_request.
Result<Value> parse_context(std::string_view json, const EntityUid& action,
                            const Schema* schema = nullptr);

/// {"principal": "User::\"a\"", "action": …, "resource": …, "context": {…}}, the
/// file of `--request-json`. The context may be left out. Errors: invalid_request.
Result<Request> parse_request(std::string_view json, const Schema* schema = nullptr);

}  // namespace charter::policy
