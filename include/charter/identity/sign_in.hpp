#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/fetch.hpp"
#include "charter/base/result.hpp"
#include "charter/identity/issuers.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace charter {

/// Web sign-in at an issuer: the authorization code flow with PKCE (S256), state and nonce.
/// What is known of a sign-in under way travels in a cookie of the browser that began it,
/// authenticated with a key that lives as long as this object; nothing is kept here, so
/// nobody can fill it. Thread-safe. Both arguments must outlive it.
/// Source: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207, RFC 9700 section 2.1.
class SignIn {
public:
    SignIn(Issuers& issuers, Fetch fetch);

    /// Where the browser goes, and what its cookie holds meanwhile: base64url and dots, for
    /// limits::sign_in_deadline.
    struct Begun {
        std::string location;
        std::string transaction;
    };

    /// `return_to` comes back from finish() as it is; at most limits::return_to_bytes_max.
    /// Errors: not_found (no such issuer, or one without `sign_in`), unavailable (its
    /// discovery document was not there yet).
    Result<Begun> begin(std::string_view issuer, std::string_view redirect_uri,
                        std::string_view return_to, UtcTime now) const;

    /// What the browser came back with.
    struct Return {
        std::string issuer;        // by the path it came back to
        std::string redirect_uri;  // the same as for begin()
        std::string transaction;   // of its cookie; empty: it has none
        std::vector<std::pair<std::string, std::string>> query;
    };
    struct SignedIn {
        std::shared_ptr<const Identity> identity;
        std::string return_to;
    };

    /// Checks that this browser began this sign-in, and gets the identity from the issuer.
    /// The messages are for the user: plain text, maybe with words of the issuer in it.
    /// Errors: not_found, invalid_request (it did not begin here, or too long ago, or is not of
    /// this issuer), unauthenticated (the issuer or its token says no), unavailable; causes.
    boost::asio::awaitable<Result<SignedIn>> finish(Return came_back, UtcTime now) const;

    /// Where a browser ends its session at the issuer: "" when it has no such place.
    /// Source: OpenID Connect RP-Initiated Logout 1.0 section 2.
    std::string sign_out_url(std::string_view issuer, std::string_view return_url) const;

private:
    struct Transaction;

    const IssuerSettings* settings_of(std::string_view issuer) const;
    std::string sealed(const Transaction& transaction) const;
    Result<Transaction> opened(std::string_view text, std::string_view issuer, UtcTime now) const;
    boost::asio::awaitable<Result<std::string>> id_token_of(const IssuerSettings& settings,
                                                            std::string code,
                                                            std::string redirect_uri,
                                                            std::string verifier) const;

    Issuers& issuers_;
    Fetch fetch_;
    std::string key_;
};

}  // namespace charter
