#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/policy.hpp"
#include "charter/policy/policy_set.hpp"

#include <string>
#include <string_view>

// The JSON form of policies, both ways, and without loss: integers are exact,
// the order of conditions and the nesting of operators stay.
// Source: Cedar, "JSON policy format", https://docs.cedarpolicy.com/policies/json-format.html

namespace charter::policy {

/// One policy or template: effect, principal, action, resource, conditions and
/// annotations. A link is written as the policy it stands for. Two things are
/// written as the official tools write them, otherwise than the text has them:
/// `action in [A]` as `action in A`, and `x has a.b` as `x has a && x.a has b`,
/// unless that is large; then it is one `has` with an array of names.
std::string policy_to_json(const Policy& policy);

/// Reads a policy or template. What it says in text becomes its source().
/// Members and operators that are not known are refused, and what the text could
/// not say either. Depth is limited by limits::policy_depth_max, except for
/// chains of && and || to the left; the size is the caller's to limit.
/// Errors: invalid_request; the message begins with the path of the place in the
/// document, such as `/conditions/0/body/==/left`.
Result<Policy> policy_from_json(std::string id, std::string_view json);

/// {"staticPolicies": {id: policy}, "templates": {id: policy}, "templateLinks":
/// [{"templateId", "newId", "values": {"?principal": {"type", "id"}}}]}.
std::string policy_set_to_json(const PolicySet& policies);

/// Any of the three members may be left out. One policy or template alone is a set
/// too; it is called by its @id, without one policy0.
/// Errors: as policy_from_json and PolicySet.
Result<PolicySet> policy_set_from_json(std::string_view json);

}  // namespace charter::policy
