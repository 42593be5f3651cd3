#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/identity/identity.hpp"
#include "charter/identity/issuer_settings.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace charter {

/// Whether the claims are for us and for now: `aud`, `exp`, `nbf`, `iat`, `sub`.
/// Source: RFC 7519 section 4.1. Errors: unauthenticated.
Result<> check_claims(const Json& claims, std::span<const std::string> audience,
                      std::chrono::seconds leeway, UtcTime now);

/// What the claims say, as far as the issuer may say it. The claims must have been checked.
/// A claim that is there in another form than it may have refuses the token: a
/// group or tag that is lost could be one that a policy forbids.
/// Errors: unauthenticated.
Result<Identity> identity_of(const Json& claims, const IssuerSettings& issuer);

/// The moment that a checked claim says; nothing when it is not there.
std::optional<UtcTime> moment_of(const Json& claims, const std::string& claim);

/// The claim of this name, or else the way by dots into objects; null when there is none.
const Json* find_claim(const Json& claims, std::string_view name);

/// The members of a list, or the one value that stands for it. Refers into `value`.
std::span<const Json> members_of(const Json& value);

/// A Charter name made of any UTF-8 text; "" when nothing of it is left.
std::string name_from(std::string_view text);

/// `*` stands for any characters. Takes at most pattern x text steps.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace charter
