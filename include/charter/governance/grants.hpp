#pragma once

#include "charter/governance/documents.hpp"
#include "charter/identity/token.hpp"

#include <string>
#include <vector>

namespace charter {

/// Records a grant. Who may: whoever has `grant` on its resource.
/// Errors: invalid_request, not_found, forbidden, unavailable.
Result<Written> create_grant(Draft& draft, const Caller& caller, const Json& body);

/// Ends a grant at once and for ever; it stays readable. Answers the ids that
/// fell. A grant that was revoked before falls no second time.
/// Errors: not_found, forbidden, unavailable.
Result<std::vector<ResourceId>> revoke_grant(Draft& draft, const Caller& caller, ResourceId id,
                                             const std::string& reason);

/// A token and its secret, which is shown this once.
struct CreatedToken {
    Resource resource;
    Secret text;
};

/// For whom an administrator makes tokens. Where people sign in with an issuer, nobody makes
/// what would pass for another one of them.
enum class TokensFor { everybody, services_and_engines };

/// For oneself, or by an administrator for others.
/// Errors: invalid_request, forbidden, unavailable.
Result<CreatedToken> create_token(Draft& draft, const Caller& caller, TokensFor others,
                                  const Json& body);

/// Refused from the acknowledgement on. Errors: not_found, unavailable.
Result<> delete_token(Draft& draft, const Caller& caller, ResourceId id);

/// Ends a lease of local storage at once. `lease` is the id of its decision,
/// `holder` and `port` are those of its ledger record.
/// Errors: not_found, unavailable.
Result<> end_lease(Draft& draft, const Caller& caller, const std::string& lease, ResourceId holder,
                   ResourceId port);

}  // namespace charter
