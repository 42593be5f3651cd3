#pragma once

#include "charter/governance/world.hpp"

#include <string_view>
#include <vector>

namespace charter {

/// What policies see of a product and of all below it.
std::vector<policy::Value::Member> resource_attributes(std::string_view domain,
                                                       const ProductEntry& product);

/// A port with its nodes and columns, below its product's. `draft` gives the tags, which count
/// at once.
PortPtr make_port(policy::PolicyIndex& rules, const ProtectedKeys& protected_keys,
                  const ProductEntry& product, std::string_view domain, const PortDocument& port,
                  const PortDocument* draft, ResourceId id, bool published);

}  // namespace charter
