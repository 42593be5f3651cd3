// Web sign-in: GET and POST /sign-in, GET /sign-in/{issuer} and its callback, POST /sign-out;
// GET /api/v1/session -> who is signed in by cookie.
#include "api/authentication.hpp"
#include "api/browser.hpp"
#include "api/endpoint.hpp"
#include "api/sign_in_page.hpp"

#include "charter/api/caller_limits.hpp"
#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace charter::api {

namespace asio = boost::asio;

namespace {

SignInPage page_of(const Services& services) {
    SignInPage page;
    page.prefix = services.address->prefix();
    for (const IssuerSettings& issuer : services.issuers.settings()) {
        if (issuer.sign_in) {
            page.issuers.push_back(issuer.name);
        }
    }
    return page;
}

http::Response failed(const Services& services, const http::Request& request, const Error& error,
                      const std::string& return_to = {}) {
    if (error.code() == ErrorCode::unauthenticated && error.cause().empty()) {
        spdlog::warn("request id={} sign-in refused", request.id);
    }
    if (error.code() == ErrorCode::unauthenticated) {
        services.caller_limits.sign_in_failed(request, CallerLimits::Clock::now());
    }
    log_cause(request, error);
    SignInPage page = page_of(services);
    page.status = page_status(error);
    page.problem = error.message();
    page.return_to = return_to;
    return show_page(page);
}

Error no_cookies() {
    return Error(ErrorCode::forbidden,
                 "Signing in needs a connection with TLS: the cookie of a session never passes in "
                 "clear.");
}

/// Whether this browser may sign in at all, and how its cookies are.
/// Errors: forbidden, too_many_requests.
Result<CookieKind> may_sign_in(const Services& services, const http::Request& request) {
    const std::optional<CookieKind> kind = cookie_kind(*services.address, request);
    if (!kind) {
        return no_cookies();
    }
    if (!services.caller_limits.may_try_to_sign_in(request, CallerLimits::Clock::now())) {
        return Error(ErrorCode::too_many_requests,
                     "Too many sign-ins from here failed. Try again in a minute.");
    }
    return *kind;
}

Error not_a_page() {
    return Error(ErrorCode::invalid_request, "return_to is not a page of this server.");
}

/// What was asked for, of `known` query parameters. Errors: invalid_request.
Result<std::string> read_return_to(const http::Request& request) {
    for (const auto& [name, value] : request.query) {
        if (name != "return_to" || request.query.size() > 1) {
            return Error(ErrorCode::invalid_request, "Only return_to may be asked for, once.");
        }
    }
    const std::string return_to(request.query_value("return_to").value_or(""));
    return return_to.empty() || is_local_page(return_to) ? Result<std::string>(return_to)
                                                         : not_a_page();
}

std::string callback_of(const Services& services, std::string_view issuer) {
    return services.address->base() + "/sign-in/" + std::string(issuer) + "/callback";
}

/// Begins a session under a new id and ends the one that the browser had: nobody's id from
/// before counts afterwards.
Result<http::Response> signed_in(const Services& services, const http::Request& request,
                                 const CookieKind& kind, Sessions::Beginning beginning,
                                 const std::string& return_to, UtcTime now) {
    if (const auto before = session_id(services, request)) {
        services.sessions.end(*before);
    }
    const Result<Secret> id = services.sessions.begin(std::move(beginning), now);
    if (!id) {
        return id.error();
    }
    http::Response response =
        see_other(std::string(services.address->prefix()) + (return_to.empty() ? "/" : return_to));
    set_cookie(response, kind, session_cookie, id->reveal(), std::nullopt);
    set_cookie(response, kind, transaction_cookie, "", 0);
    return response;
}

http::Response show_sign_in(const Services& services, const http::Request& request) {
    const Result<std::string> return_to = read_return_to(request);
    if (!return_to) {
        return failed(services, request, return_to.error());
    }
    SignInPage page = page_of(services);
    page.return_to = *return_to;
    if (!cookie_kind(*services.address, request)) {
        return failed(services, request, no_cookies());
    }
    if (const auto session = session_of(services, request)) {
        page.signed_in.emplace();
        page.signed_in->principal = session->caller.principal->principal.text();
        page.signed_in->csrf_token = session->session.csrf_token;
        page.signed_in->end_session_origin =
            origin_of(services.sign_in.sign_out_url(session->session.issuer, ""));
    }
    return show_page(page);
}

asio::awaitable<http::Response> sign_in_with_token(const Services& services,
                                                   const http::Request& request) {
    const Result<CookieKind> kind = may_sign_in(services, request);
    if (!kind) {
        co_return failed(services, request, kind.error());
    }
    if (const Result<> own = check_own_page(*services.address, request); !own) {
        co_return failed(services, request, own.error());
    }
    std::vector<std::string_view> known = {"token", "return_to"};
    const Result<Form> form = read_form(request, std::move(known));
    if (!form) {
        co_return failed(services, request, form.error());
    }
    const std::string return_to = form_value(*form, "return_to");
    if (!return_to.empty() && !is_local_page(return_to)) {
        co_return failed(services, request, not_a_page());
    }
    const std::string token(trimmed(form_value(*form, "token")));
    const Result<Caller> caller = co_await authenticate_token(services, request, token);
    if (!caller) {
        const Error shown(caller.error().code(),
                          caller.error().code() == ErrorCode::unauthenticated
                              ? "This token is not valid here."
                              : caller.error().message(),
                          caller.error().cause());
        co_return failed(services, request, shown, return_to);
    }
    Sessions::Beginning beginning;
    beginning.principal = caller->principal->id;
    beginning.token = caller->token;
    beginning.credential_ends = caller->session_ends;
    Result<http::Response> response =
        signed_in(services, request, *kind, std::move(beginning), return_to, caller->now);
    if (!response) {
        co_return failed(services, request, response.error());
    }
    co_return std::move(*response);
}

http::Response go_to_issuer(const Services& services, const http::Request& request) {
    const Result<CookieKind> kind = may_sign_in(services, request);
    const Result<std::string> return_to = read_return_to(request);
    if (!kind || !return_to) {
        return failed(services, request, kind ? return_to.error() : kind.error());
    }
    const std::string_view issuer = request.parameter("issuer");
    const Result<SignIn::Begun> begun =
        services.sign_in.begin(issuer, callback_of(services, issuer), *return_to,
                               services.writer.now());
    if (!begun) {
        return failed(services, request, begun.error());
    }
    http::Response response = see_other(begun->location);
    set_cookie(response, *kind, transaction_cookie, begun->transaction,
               limits::sign_in_deadline.count());
    return response;
}

asio::awaitable<Result<http::Response>> come_back(const Services& services,
                                                  const http::Request& request,
                                                  const CookieKind& kind) {
    SignIn::Return came_back;
    came_back.issuer = request.parameter("issuer");
    came_back.redirect_uri = callback_of(services, came_back.issuer);
    came_back.transaction = cookie(request, kind, transaction_cookie).value_or("");
    came_back.query = request.query;
    const std::string issuer = came_back.issuer;
    const Result<SignIn::SignedIn> result =
        co_await services.sign_in.finish(std::move(came_back), services.writer.now());
    if (!result) {
        co_return result.error();
    }
    const Result<Caller> caller =
        co_await authenticate_identity(services, request, *result->identity);
    if (!caller) {
        co_return caller.error();
    }
    // The ID token only says who it is; it ends minutes later and the session does not.
    Sessions::Beginning beginning;
    beginning.principal = caller->principal->id;
    beginning.issuer = issuer;
    co_return signed_in(services, request, kind, std::move(beginning), result->return_to,
                        caller->now);
}

asio::awaitable<http::Response> come_back_or_fail(const Services& services,
                                                  const http::Request& request) {
    const Result<CookieKind> kind = may_sign_in(services, request);
    if (!kind) {
        co_return failed(services, request, kind.error());
    }
    Result<http::Response> response = co_await come_back(services, request, *kind);
    if (response) {
        co_return std::move(*response);
    }
    http::Response page = failed(services, request, response.error());
    set_cookie(page, *kind, transaction_cookie, "", 0);
    co_return page;
}

http::Response sign_out(const Services& services, const http::Request& request) {
    if (const Result<> own = check_own_page(*services.address, request); !own) {
        return failed(services, request, own.error());
    }
    const Result<Form> form = read_form(request, {"csrf_token", "everywhere"});
    if (!form) {
        return failed(services, request, form.error());
    }
    std::string location = std::string(services.address->prefix()) + "/sign-in";
    if (const auto session = session_of(services, request)) {
        const Result<> checked = check_change_by_cookie(*services.address, request, session->session,
                                                        form_value(*form, "csrf_token"));
        if (!checked) {
            return failed(services, request, checked.error());
        }
        services.sessions.end(*session_id(services, request));
        const std::string at_issuer =
            services.sign_in.sign_out_url(session->session.issuer, services.address->base() + "/sign-in");
        if (form_value(*form, "everywhere") == "true" && !at_issuer.empty()) {
            location = at_issuer;
        }
    }
    http::Response response = see_other(std::move(location));
    if (const std::optional<CookieKind> kind = cookie_kind(*services.address, request)) {
        set_cookie(response, *kind, session_cookie, "", 0);
    }
    return response;
}

Result<http::Response> show_session(const Services& services, const http::Request& request,
                                    const Caller& caller) {
    const bool by_token = !request.header("Authorization").empty() ||
                          !request.header("X-Api-Key").empty();
    const auto current = by_token ? std::nullopt : session_of(services, request);
    if (!current) {
        return Error(ErrorCode::not_found, "this request came without the cookie of a session");
    }
    const Session& session = current->session;
    Json shown = Json::object();
    shown["principal"] = caller.principal->principal.text();
    shown["csrf_token"] = session.csrf_token;
    shown["began_at"] = format_time(session.began_at);
    shown["idle_ends_at"] =
        format_time(std::min(services.sessions.idle_end(session), session.ends_at));
    shown["ends_at"] = format_time(session.ends_at);
    http::Response response = http::json_response(200, shown.dump());
    response.headers.emplace_back("Cache-Control", "no-store");
    response.headers.emplace_back("Vary", vary);
    return response;
}

}  // namespace

void add_sign_in_routes(Routes& routes) {
    const Services& services = routes.services();
    http::RouteOptions form;
    form.body_bytes_max = limits::sign_in_form_bytes_max;
    routes.add_open(http::Method::get, "/sign-in",
                    [&services](http::Request& request) -> asio::awaitable<http::Response> {
                        co_return show_sign_in(services, request);
                    });
    routes.add_open(http::Method::post, "/sign-in",
                    [&services](http::Request& request) {
                        return sign_in_with_token(services, request);
                    },
                    form);
    routes.add_open(http::Method::get, "/sign-in/style.css",
                    [](http::Request&) -> asio::awaitable<http::Response> {
                        co_return sign_in_style();
                    });
    routes.add_open(http::Method::get, "/sign-in/{issuer}",
                    [&services](http::Request& request) -> asio::awaitable<http::Response> {
                        co_return go_to_issuer(services, request);
                    });
    routes.add_open(http::Method::get, "/sign-in/{issuer}/callback",
                    [&services](http::Request& request) {
                        return come_back_or_fail(services, request);
                    });
    routes.add_open(http::Method::post, "/sign-out",
                    [&services](http::Request& request) -> asio::awaitable<http::Response> {
                        co_return sign_out(services, request);
                    },
                    form);
    routes.add(http::Method::get, "/api/v1/session", "describe on Mesh",
               [&services](http::Request& request,
                           Caller caller) -> asio::awaitable<Result<http::Response>> {
                   co_return show_session(services, request, caller);
               });
}

}  // namespace charter::api
