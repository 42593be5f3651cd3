#pragma once

#include "charter/governance/suspensions.hpp"

namespace charter {

// Who may not open what is suspended does not get it out another way: by another port at the
// same place, another product of the same name, another domain above.

/// After a product's change, or before it goes (`after` is null): the places of what is suspended
/// in it stay its own, or the caller may open it. Errors: forbidden.
Result<> check_places_kept(Draft& draft, const Caller& caller, const ProductEntry& before,
                           const ProductEntry* after);
/// After a domain's change: it lies below what suspended it, or the caller may open that.
/// Errors: forbidden.
Result<> check_domain_kept(Draft& draft, const Caller& caller, const DomainEntry& before);
/// Before it goes. Errors: forbidden.
Result<> check_may_go(Draft& draft, const Caller& caller, ResourceId id);

}  // namespace charter
