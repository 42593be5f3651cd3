#pragma once

#include "charter/governance/storage_secrets.hpp"
#include "governance/kind_rules.hpp"

#include <string>

namespace charter {

/// Takes the secret out of a storage's document and into `state`, sealed, before
/// anything is compared or kept. A secret that is not sent stays what it was, as long
/// as the access key id does; the same secret sent again changes nothing.
/// Errors: invalid_request, unavailable (no key to seal with).
Result<> take_secret(Draft& draft, ResourceId id, const Entry* before, Json& document, Json& state);

}  // namespace charter
