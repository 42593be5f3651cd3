#pragma once

#include "charter/policy/predicate.hpp"

namespace charter::cells {

/// True when `whole` holds for every row that `part` holds for, as far as that shows in how the
/// two are built; it may say no where the answer is yes.
bool implies(const policy::Predicate& part, const policy::Predicate& whole);

}  // namespace charter::cells
