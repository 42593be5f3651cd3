#pragma once

#include "charter/governance/decide.hpp"

#include <string_view>
#include <vector>

namespace charter {

/// What a domain's policy must keep to: it parses, everything it names exists,
/// its scope names a resource of the domain and its actions, and these are data
/// or metadata actions, `enforce` or `request`. Adds what is wrong; what the
/// caller may not discover is said not to exist.
void check_domain_policy(const World& world, const Caller& caller, std::string_view cedar,
                         std::string_view domain, std::vector<Violation>& violations);

/// What a guardrail must keep to: it may forbid anything, and permit `discover`
/// and `describe` only.
void check_guardrail_policy(const World& world, const Caller& caller, std::string_view cedar,
                            std::vector<Violation>& violations);

}  // namespace charter
