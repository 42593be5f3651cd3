#pragma once

#include "charter/base/json_writer.hpp"
#include "policy/ast.hpp"

namespace charter::policy {

/// {"type": "User", "id": "ana"}.
void write_entity(JsonWriter& json, const EntityUid& uid);

/// The body of a condition.
void write_expression(JsonWriter& json, const PolicyContents& contents, Index expression);

}  // namespace charter::policy
