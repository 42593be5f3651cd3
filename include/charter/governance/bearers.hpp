#pragma once

#include "charter/governance/decide.hpp"
#include "charter/governance/draft.hpp"
#include "charter/identity/identity.hpp"

namespace charter {

/// From a verified token of an issuer to the principal it speaks for. A principal is
/// (issuer, subject): the name that the token proposes is taken when it is free and is a label
/// from then on, whatever later tokens propose.

/// The principal, when the World knows it and all that the token says; null: admit_bearer()
/// has something to write. A token older than the newest one seen says nothing.
PrincipalPtr known_bearer(const World& world, const Identity& identity, UtcTime now);

/// Who is named in the log while a bearer is not known yet. It is in no World and may nothing.
Caller unknown_bearer(const Identity& identity);

/// Writes the principal at first sight, else what the token says of its groups and tags.
/// Claimed tags that the vocabulary does not have are kept but do not count.
/// Errors: conflict (no name is free), internal, unavailable.
Result<PrincipalPtr> admit_bearer(Draft& draft, const Identity& identity);

}  // namespace charter
