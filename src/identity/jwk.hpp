#pragma once

#include "signature.hpp"

#include "charter/base/json.hpp"
#include "charter/base/result.hpp"

namespace charter {

/// One public key as RFC 7517 writes it. Errors: invalid_request, with the reason for which it
/// is not used.
Result<VerificationKeyPtr> parse_jwk(const Json& key);

}  // namespace charter
