#pragma once

#include "charter/api/services.hpp"
#include "charter/http/message.hpp"
#include "charter/identity/sessions.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace charter::api {

// What is said between this server and browsers: cookies, where a change comes from, forms.

/// Which cookies a connection may carry. Over TLS (also of a proxy, by public_url) they are
/// bound to this host: `__Host-charter`. Over plain HTTP a browser would drop these; there are
/// cookies for loopback alone, and elsewhere none.
struct CookieKind {
    std::string_view prefix;      // "__Host-" or ""
    std::string_view attributes;  // of Set-Cookie
};
std::optional<CookieKind> cookie_kind(const WebAddress& address, const http::Request& request);

inline constexpr std::string_view session_cookie = "charter";
inline constexpr std::string_view transaction_cookie = "charter-sign-in";

/// The value of a cookie; nothing when it is absent, or there twice: then somebody else may
/// have set one of them. Source: RFC 6265 section 5.4.
std::optional<std::string_view> cookie(const http::Request& request, const CookieKind& kind,
                                       std::string_view name);
/// A Set-Cookie header; `max_age_s` 0 removes it, nothing: until the browser is closed.
void set_cookie(http::Response& response, const CookieKind& kind, std::string_view name,
                std::string_view value, std::optional<long> max_age_s);

/// The id of a session that the request brings along; nothing when there is none.
std::optional<std::string_view> session_id(const Services& services,
                                           const http::Request& request);

/// Whether a page of this server made the request, as far as the browser says where it comes
/// from (`Origin`, `Sec-Fetch-Site`); what says neither is no browser of this decade.
/// Errors: forbidden. Source: Fetch standard, "append a request Origin header"; W3C Fetch
/// Metadata.
Result<> check_own_page(const WebAddress& address, const http::Request& request);

/// A change by cookie comes from a page of this server and brings the token of its session
/// along. Errors: forbidden.
Result<> check_change_by_cookie(const WebAddress& address, const http::Request& request,
                                const Session& session, std::string_view csrf_token);

/// Whether a browser may be sent there: a path of this server, with a query, as it would stand
/// in a Location; never a sign-in or sign-out.
bool is_local_page(std::string_view return_to);

using Form = std::vector<std::pair<std::string, std::string>>;
/// An application/x-www-form-urlencoded body with `known` fields, each once at most.
/// Errors: invalid_request, unsupported_media_type.
Result<Form> read_form(const http::Request& request, std::vector<std::string_view> known);
/// "" where there is none.
std::string form_value(const Form& form, std::string_view name);

}  // namespace charter::api
