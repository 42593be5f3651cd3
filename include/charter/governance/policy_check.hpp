#pragma once

#include "charter/governance/decide.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// One thing that is wrong with a rule, and where in its text.
struct RuleFault {
    policy::Position position;
    std::string detail;
};

/// What a domain's policy must keep to: it parses, is strictly valid for the mesh's
/// schema and can match at all, everything it names exists, its scope names a resource of
/// the domain and its actions, and these are data or metadata actions, `enforce` or
/// `request`. What the caller may not discover is said not to exist.
std::vector<RuleFault> check_domain_policy(const World& world, const Caller& caller,
                                           std::string_view cedar, std::string_view domain);

/// What a guardrail must keep to: the same of any resource; it may forbid anything, and
/// permit `discover` and `describe` only.
std::vector<RuleFault> check_guardrail_policy(const World& world, const Caller& caller,
                                              std::string_view cedar);

/// Whether the resource scope of a rule takes in a node.
bool reaches(const policy::ScopeConstraint& scope, const Node& node);

/// The schema of decisions with the rows of a port, as far as the caller may discover its columns.
/// Errors: not_found.
Result<std::string> schema_of_port(const World& world, const Caller& caller, std::string_view path);

}  // namespace charter
