#pragma once

#include "policy/ast.hpp"
#include "policy/finding_list.hpp"
#include "policy/schema_view.hpp"

#include <optional>

namespace charter::policy {

/// The scope of a policy. That of a link is its own, with the slots filled, or
/// as its template has it.
struct Scope {
    explicit Scope(const Policy& policy)
        : principal(policy.principal()), action(policy.action()), resource(policy.resource()) {}
    explicit Scope(const PolicyContents& contents)
        : principal(contents.principal), action(contents.action), resource(contents.resource) {}

    const ScopeConstraint& principal;
    const ActionConstraint& action;
    const ScopeConstraint& resource;
};

/// Tells every entity type, action and enumerated id that the schema does not
/// have, in the scope and anywhere in the conditions, reached or not.
void check_names(const Policy& policy, const SchemaView& schema, FindingList& errors);

/// Tells when no action of the scope applies to a principal and a resource of it.
void check_application(const Scope& scope, const SchemaView& schema, FindingList& errors);

/// False when a request of this environment can never match the scope.
bool scope_admits(const Scope& scope, const SchemaView& schema, const Environment& environment);

/// Tells what is wrong with the list of `action in […]` in itself.
void check_action_list(const PolicyContents& contents, FindingList& errors);

}  // namespace charter::policy
