#pragma once

#include "policy/ast.hpp"
#include "policy/finding_list.hpp"
#include "policy/schema_view.hpp"

#include <optional>

namespace charter::policy {

/// Tells every entity type, action and enumerated id that the schema does not
/// have, in the scope and anywhere in the conditions, reached or not.
void check_names(const PolicyContents& contents, const SchemaView& schema, FindingList& errors);

/// Tells when no action of the scope applies to a principal and a resource of it.
void check_application(const PolicyContents& contents, const SchemaView& schema,
                       FindingList& errors);

/// False when a request of this environment can never match the scope.
bool scope_admits(const PolicyContents& contents, const SchemaView& schema,
                  const Environment& environment);

/// Tells what is wrong with the list of `action in […]` in itself.
void check_action_list(const PolicyContents& contents, FindingList& errors);

}  // namespace charter::policy
