#pragma once

#include "charter/governance/world.hpp"

#include <string_view>
#include <vector>

namespace charter {

/// Makes a PolicyEntry of one policy; the caller sets its id.
/// Errors: invalid_request (is a template, an action that does not exist).
Result<std::shared_ptr<PolicyEntry>> compile_rule(const policy::Policy& policy, std::string label,
                                                  PolicyEntry::Origin origin,
                                                  const policy::Schema& schema);

/// The policies of schemas/cedar/builtin.cedar, labelled "builtin:<@id>".
/// Errors: internal (the text that was built in is broken, or not strictly valid).
Result<std::vector<PolicyPtr>> compile_builtin(std::string_view text, const policy::Schema& schema);

/// The Cedar policies that a grant is equivalent to as things are now, as shown to people.
std::vector<std::string> grant_as_cedar(const World& world, const GrantEntry& grant);

}  // namespace charter
