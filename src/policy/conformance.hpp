#pragma once

#include "charter/policy/schema.hpp"

#include <string>

namespace charter::policy {

/// "User::"a": the schema has no entity type `User`; did you mean …".
Error unknown_entity_type(const Schema& schema, const EntityUid& uid);
Error unknown_action(const Schema& schema, const EntityUid& uid);

/// The type as a message names it: written out unless that is very long.
std::string shown(const Type& type);

}  // namespace charter::policy
