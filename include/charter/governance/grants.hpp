#pragma once

#include "charter/governance/documents.hpp"
#include "charter/identity/token.hpp"

#include <string>
#include <vector>

namespace charter {

/// Records a grant. Who may: whoever has `grant` on its resource, or on the domain that its tag
/// expression names. One that passes another on (`parent`): whoever has it on the domain that this
/// one was given to, and what it would have beyond that is refused, clause by clause.
/// Errors: invalid_request, not_found, forbidden, unavailable.
Result<Written> create_grant(Draft& draft, const Caller& caller, const Json& body);

/// A grant that is decided on: nothing of it is checked any more.
struct DecidedGrant {
    std::string document;  // JSON, as create_grant takes it
    ResourceId grantee;
    ResourceId resource;  // the domain, where it is by tags
    std::string granted_by;  // "user:ana", "policy:customer/auto"
    ResourceId request;      // that was approved; none: nobody asked
    std::vector<std::string> cells = {};  // conditions on columns and rows, in Cedar
};
/// The resource to be put into a Draft or World. Pure.
Resource grant_resource(ResourceId id, const DecidedGrant& grant);

/// Ends a grant at once and for ever, with all that pass it on; they stay readable. Answers the ids
/// that fell, its own first. A grant that was revoked before falls no second time. Who may: whoever
/// has `grant` on its resource, or, of one that is passed on, on the domain it is passed on in.
/// Errors: not_found, forbidden, unavailable.
Result<std::vector<ResourceId>> revoke_grant(Draft& draft, const Caller& caller, ResourceId id,
                                             const std::string& reason);

/// Says that a grant was looked at and stays, until the next time. Who may: as revoke_grant.
/// Errors: invalid_request, not_found, forbidden, conflict (it has ended for good), unavailable.
Result<Resource> review_grant(Draft& draft, const Caller& caller, ResourceId id, const Json& body);

/// All or nothing: revokes, then creates. Errors: those of each, with a pointer to the item.
struct GrantsChanged {
    std::vector<Resource> created;
    std::vector<ResourceId> revoked;
};
Result<GrantsChanged> change_grants(Draft& draft, const Caller& caller, const Json& body);

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
