#pragma once

#include "governance/kind_rules.hpp"

namespace charter {

/// A violation for each port that lies in none of its domain's locations.
void check_port_places(const World& world, const DomainEntry& domain, const ProductDocument& document,
                       std::vector<Violation>& violations);

/// No two ports overlap, here or anywhere. `ids` are the ports' ids by name.
/// Errors: conflict; it does not say whose the other is.
Result<> check_ports_apart(const World& world, const ProductDocument& document, const Json& ids);

/// Tells search what the product says: the published revision when there is one,
/// so that an unpublished text is found by nobody.
void index_product(Draft& draft, const Resource& resource);

}  // namespace charter
