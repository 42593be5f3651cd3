#pragma once

#include "charter/governance/documents.hpp"

namespace charter {

/// Freezes the working copy of a product as a version. A breaking change needs a
/// new major version; versions only grow.
/// Errors: invalid_request, not_found, forbidden, conflict, unavailable.
Result<Written> publish_product(Draft& draft, const Caller& caller, const Address& product,
                                const Json& body);

/// Errors: as publish_product; conflict when the product was never published.
Result<Written> deprecate_product(Draft& draft, const Caller& caller, const Address& product,
                                  const Json& body);
/// A retired product is not resolved any more.
Result<Written> retire_product(Draft& draft, const Caller& caller, const Address& product,
                               const Json& body);

}  // namespace charter
