#pragma once

#include "jwks.hpp"

#include "charter/base/fetch.hpp"
#include "charter/base/result.hpp"
#include "charter/identity/issuer_settings.hpp"
#include "charter/identity/issuers.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string_view>

namespace charter {

/// What an issuer said of itself.
struct IssuerFacts {
    KeySet keys;
    std::optional<SignInEndpoints> endpoints;  // where it has them
};

/// What a discovery document says.
struct Discovered {
    std::string jwks_uri;
    std::optional<SignInEndpoints> endpoints;
};

/// Source: OpenID Connect Discovery 1.0 sections 3 and 4.3. Errors: unavailable.
Result<Discovered> read_discovery(std::string_view text, std::string_view issuer);

/// Gets the keys from where the settings say. The arguments must outlive the await.
/// Errors: unavailable; the cause says what is wrong.
boost::asio::awaitable<Result<IssuerFacts>> load_facts(const IssuerSettings& settings,
                                                       const Fetch& fetch);

}  // namespace charter
