// Who calls. The way of a token that was seen before neither waits nor reads the store.
#include "api/authentication.hpp"

#include "api/browser.hpp"
#include "api/endpoint.hpp"
#include "charter/governance/bearers.hpp"
#include "charter/identity/client_certificate.hpp"
#include "charter/identity/issuers.hpp"
#include "charter/identity/token.hpp"

#include <algorithm>

namespace charter::api {

namespace asio = boost::asio;

namespace {

Error refused(std::string cause = {}) {
    return Error(ErrorCode::unauthenticated, "a valid token is needed", std::move(cause));
}

/// The token that was sent; nothing when there is none, two, or another scheme.
std::optional<std::string_view> token_of(const http::Request& request) {
    const std::string_view key = request.header("X-Api-Key");
    const std::string_view authorization = request.header("Authorization");
    if (authorization.empty()) {
        return key.empty() ? std::nullopt : std::optional(key);
    }
    constexpr std::string_view scheme = "bearer ";
    if (!key.empty() || authorization.size() <= scheme.size() ||
        lower(authorization.substr(0, scheme.size())) != scheme) {
        return std::nullopt;
    }
    return trimmed(authorization.substr(scheme.size()));
}

Caller caller_of(const Services& services, const http::Request& request) {
    Caller caller;
    caller.now = services.writer.now();
    caller.address = request.peer;
    caller.request_id = request.id;
    return caller;
}

Result<Caller> by_charter_token(const Services& services, const http::Request& request,
                                const PresentedToken& presented) {
    const WorldPtr world = services.worlds.load();
    const auto entry = world->find<TokenEntry>(presented.id);
    const bool matches = token_matches(presented, entry ? &entry->secret_hash : nullptr);
    Caller caller = caller_of(services, request);
    if (!matches || caller.now >= entry->expires_at) {
        return refused();
    }
    caller.principal = world->find<PrincipalEntry>(entry->principal);
    if (!caller.principal || closed(*world, *caller.principal)) {
        return refused();
    }
    services.writer.note_use(*entry, caller.now);
    caller.token = presented.id;
    caller.session_ends = entry->expires_at;
    return caller;
}

/// A connection may outlast the certificate it began with.
Result<Caller> by_certificate(const Services& services, const http::Request& request,
                              const ClientCertificate& certificate) {
    Caller caller = caller_of(services, request);
    const Result<std::optional<PrincipalName>> name =
        principal_of(certificate, services.client_certificates);
    if (!name || !*name || caller.now >= certificate.not_after) {
        return refused("the client certificate " + certificate.subject +
                       (!name   ? ": " + name.error().message()
                        : *name ? " has expired"
                                : " is nobody's"));
    }
    const WorldPtr world = services.worlds.load();
    caller.principal = world->principal(**name);
    if (!caller.principal || closed(*world, *caller.principal)) {
        return refused((*name)->text() + ", whose client certificate it is, is not there, "
                                         "disabled or suspended");
    }
    caller.session_ends = certificate.not_after;
    return caller;
}

/// A token counts for its leeway after it ended; what it opens then ends a second later.
Result<Caller> by_identity(const World& world, Caller caller, const Identity& identity,
                           PrincipalPtr principal) {
    if (closed(world, *principal)) {
        return refused(principal->principal.text() + " is disabled or suspended");
    }
    caller.principal = std::move(principal);
    caller.session_ends =
        std::max(identity.expires_at, caller.now + std::chrono::seconds(1));
    return caller;
}

std::optional<Result<Caller>> by_token_at_once(const Services& services,
                                               const http::Request& request,
                                               std::string_view token) {
    if (const std::optional<PresentedToken> presented = PresentedToken::parse(token)) {
        return by_charter_token(services, request, *presented);
    }
    if (services.issuers.settings().empty()) {
        return refused();
    }
    Caller caller = caller_of(services, request);
    const auto identity = services.issuers.remembered(token, caller.now);
    const WorldPtr world = services.worlds.load();
    PrincipalPtr principal = identity ? known_bearer(*world, *identity, caller.now) : nullptr;
    if (!principal) {
        return std::nullopt;
    }
    return by_identity(*world, std::move(caller), *identity, std::move(principal));
}

asio::awaitable<Result<Caller>> by_new_token(const Services& services,
                                             const http::Request& request,
                                             std::string_view token) {
    Caller caller = caller_of(services, request);
    const auto identity = co_await services.issuers.verify(token, caller.now);
    if (!identity) {
        co_return identity.error();
    }
    co_return co_await authenticate_identity(services, request, **identity);
}

bool is_change(const http::Request& request) {
    return request.method != http::Method::get && request.method != http::Method::head &&
           request.method != http::Method::options;
}

/// What a browser sends along by itself, whatever page makes it ask.
Result<Caller> by_cookie_or_certificate(const Services& services, const http::Request& request) {
    if (std::optional<SignedIn> signed_in = session_of(services, request)) {
        const Result<> checked = !is_change(request)
                                     ? Result<>()
                                     : check_change_by_cookie(*services.address, request,
                                                              signed_in->session,
                                                              request.header("X-CSRF-Token"));
        return checked ? Result<Caller>(std::move(signed_in->caller)) : checked.error();
    }
    if (!request.client_certificate) {
        return refused();
    }
    if (is_change(request)) {
        if (const Result<> own = check_own_page(*services.address, request); !own) {
            return own.error();
        }
    }
    return by_certificate(services, request, *request.client_certificate);
}

bool no_token_sent(const http::Request& request) {
    return request.header("X-Api-Key").empty() && request.header("Authorization").empty();
}

}  // namespace

std::optional<Result<Caller>> authenticate_at_once(const Services& services,
                                                   const http::Request& request) {
    const std::optional<std::string_view> token = token_of(request);
    if (!token) {
        return no_token_sent(request) ? by_cookie_or_certificate(services, request) : refused();
    }
    return by_token_at_once(services, request, *token);
}

asio::awaitable<Result<Caller>> authenticate_identity(const Services& services,
                                                      const http::Request& request,
                                                      const Identity& identity) {
    Caller caller = caller_of(services, request);
    WorldPtr world = services.worlds.load();
    PrincipalPtr principal = known_bearer(*world, identity, caller.now);
    if (!principal) {
        Writer::Change<PrincipalPtr> admit = [&identity](Draft& draft) {
            return admit_bearer(draft, identity);
        };
        Result<PrincipalPtr> admitted =
            co_await services.writer.submit(unknown_bearer(identity), std::move(admit));
        if (!admitted) {
            co_return admitted.error();
        }
        principal = std::move(*admitted);
        world = services.worlds.load();
        caller.now = services.writer.now();
    }
    co_return by_identity(*world, std::move(caller), identity, std::move(principal));
}

std::optional<SignedIn> session_of(const Services& services, const http::Request& request) {
    const std::optional<std::string_view> id = session_id(services, request);
    Caller caller = caller_of(services, request);
    std::optional<Session> session =
        id ? services.sessions.use(*id, caller.now) : std::nullopt;
    if (!session) {
        return std::nullopt;
    }
    const WorldPtr world = services.worlds.load();
    caller.principal = world->find<PrincipalEntry>(session->principal);
    caller.token = session->token;
    caller.session_ends = session->ends_at;
    std::optional<Caller> current =
        caller.principal ? renewed(*world, caller) : std::nullopt;
    if (!current) {
        services.sessions.end(*id);
        return std::nullopt;
    }
    return SignedIn{std::move(*session), std::move(*current)};
}

std::function<bool(UtcTime)> session_watch(const Services& services,
                                           const http::Request& request) {
    const std::optional<std::string_view> id =
        no_token_sent(request) ? session_id(services, request) : std::nullopt;
    // A cookie of no session: a client certificate came along.
    if (!id || !services.sessions.lasts(*id, services.writer.now())) {
        return [](UtcTime) { return true; };
    }
    return [&services, id = std::string(*id)](UtcTime now) {
        return services.sessions.lasts(id, now);
    };
}

asio::awaitable<Result<Caller>> authenticate(const Services& services,
                                             const http::Request& request) {
    co_return co_await by_new_token(services, request, token_of(request).value_or(""));
}

asio::awaitable<Result<Caller>> authenticate_token(const Services& services,
                                                   const http::Request& request,
                                                   std::string_view token) {
    if (std::optional<Result<Caller>> known = by_token_at_once(services, request, token)) {
        co_return std::move(*known);
    }
    co_return co_await by_new_token(services, request, token);
}

}  // namespace charter::api
