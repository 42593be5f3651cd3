#pragma once

#include "charter/api/services.hpp"
#include "charter/governance/decide.hpp"
#include "charter/http/message.hpp"
#include "charter/identity/identity.hpp"
#include "charter/identity/sessions.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string_view>

namespace charter::api {

/// Who calls: the principal of the token in Authorization or X-Api-Key, which is one of
/// Charter's or of a configured issuer; where no token was sent, of the session whose cookie
/// was, and else of the client certificate.
/// Nothing when that cannot be said without waiting: a
/// token that is seen for the first time, or one that says something new.
/// Errors: unauthenticated, the same for every reason; the cause is for the log. forbidden: a
/// page of another site, or one without the session's CSRF token, asks for a change.
std::optional<Result<Caller>> authenticate_at_once(const Services& services,
                                                   const http::Request& request);

/// The same of a token that was sent in a body. Errors: unauthenticated, unavailable.
boost::asio::awaitable<Result<Caller>> authenticate_token(const Services& services,
                                                          const http::Request& request,
                                                          std::string_view token);

/// The principal of a verified token, written when it is new.
/// Errors: unauthenticated, conflict, unavailable.
boost::asio::awaitable<Result<Caller>> authenticate_identity(const Services& services,
                                                             const http::Request& request,
                                                             const Identity& identity);

/// The session whose cookie a request brings along, and who calls by it. Nothing when there
/// is none, or its principal or token does not count any more: then it ends here.
struct SignedIn {
    Session session;
    Caller caller;
};
std::optional<SignedIn> session_of(const Services& services, const http::Request& request);

/// For answers that go on: whether the session by which the request came still lasts, which
/// does not count as a use of it. Always true for a request that came by something else,
/// whose end `renewed` tells.
std::function<bool(UtcTime)> session_watch(const Services& services, const http::Request& request);

/// The same as authenticate_at_once, for what has to wait: verifies the token, and writes what is new about its bearer.
/// Errors: also unavailable.
boost::asio::awaitable<Result<Caller>> authenticate(const Services& services,
                                                    const http::Request& request);

}  // namespace charter::api
