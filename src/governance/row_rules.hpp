#pragma once

#include "charter/governance/draft.hpp"
#include "charter/governance/policy_check.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// What is wrong with the conditions of a policy that looks at rows, of the text that begins at
/// `start`: it says more than can be kept as a predicate, is not valid for the rows of one of
/// `ports`, or names a column that none of them has. A port that the caller may not know of is
/// not named.
std::vector<RuleFault> check_rows(const World& world, const Caller& caller,
                                  const policy::Policy& policy, const std::vector<PortPtr>& ports);

/// The ports that the scope of a policy reaches: those of its domain and, where it forbids, of
/// the domains below; of a guardrail (null) all.
std::vector<PortPtr> ports_reached(const World& world, const policy::Policy& policy,
                                   const DomainEntry* domain);

/// That every rule and grant that looks at rows is valid for the ports of a product as they are
/// now, as far as `before` had other columns. Errors: conflict, with those that are not.
Result<> check_rows_kept(const Draft& draft, const Caller& caller, const ProductEntry& product,
                         const ProductEntry& before);

/// A grant's `columns` and `rows` as conditions on its use of data, in Cedar, or what is wrong
/// with them. `on`: the ports that it is for.
struct GrantCells {
    std::vector<std::string> conditions;
    std::vector<Violation> violations;
};
GrantCells grant_cells(const World& world, const Caller& caller, const GrantDocument& grant,
                       const std::vector<PortPtr>& on);

}  // namespace charter
