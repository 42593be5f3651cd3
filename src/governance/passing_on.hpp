#pragma once

#include "charter/governance/grant_standing.hpp"

#include <vector>

namespace charter {

/// What a grant that passes another on would have beyond that: a violation for each clause.
/// `on` is what its resource or tag expression names, whether the caller sees it or not.
std::vector<Violation> beyond_parent(const World& world, const GrantEntry& parent,
                                     const GrantDocument& document, const Target& on);

/// The terms of the parent that hold for what passes it on, as its state keeps them.
Json parent_terms(const GrantEntry& parent);

}  // namespace charter
