#include "api/browser.hpp"

#include "api/endpoint.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <algorithm>

namespace charter::api {

namespace {

bool is_loopback_peer(std::string_view peer) {
    return peer.starts_with("127.") || peer == "::1" || peer.starts_with("::ffff:127.");
}

/// What stands before the first separator, and what behind it.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char separator) {
    const std::size_t at = text.find(separator);
    return at == std::string_view::npos
               ? std::pair(text, std::string_view())
               : std::pair(text.substr(0, at), text.substr(at + 1));
}

/// Nothing when it is there twice: then it says nothing.
std::optional<std::string_view> single_header(const http::Request& request,
                                              std::string_view name) {
    const auto same = [&](const auto& field) { return lower(field.first) == lower(name); };
    return std::ranges::count_if(request.headers, same) > 1
               ? std::nullopt
               : std::optional(trimmed(request.header(name)));
}

Error not_from_here(std::string cause) {
    return Error(ErrorCode::forbidden, "a page of another site asked for this", std::move(cause));
}

Result<std::string> form_text(std::string_view text) {
    std::string spaced(text);
    std::ranges::replace(spaced, '+', ' ');
    Result<std::string> decoded = percent_decode(spaced);
    return decoded && is_utf8(*decoded)
               ? std::move(decoded)
               : Error(ErrorCode::invalid_request, "the form is not valid");
}

}  // namespace

std::optional<CookieKind> cookie_kind(const WebAddress& address, const http::Request& request) {
    if (request.secure || address.https()) {
        return CookieKind{"__Host-", "; Path=/; Secure; HttpOnly; SameSite=Lax"};
    }
    if (address.loopback() && is_loopback_peer(request.peer)) {
        return CookieKind{"", "; Path=/; HttpOnly; SameSite=Lax"};
    }
    return std::nullopt;
}

std::optional<std::string_view> cookie(const http::Request& request, const CookieKind& kind,
                                       std::string_view name) {
    const std::string full = std::string(kind.prefix) + std::string(name);
    const std::optional<std::string_view> header = single_header(request, "Cookie");
    std::optional<std::string_view> value;
    for (std::string_view rest = header.value_or(""); !rest.empty();) {
        const auto [pair, others] = cut(rest, ';');
        const auto [cookie_name, cookie_value] = cut(pair, '=');
        if (trimmed(cookie_name) == full) {
            if (value) {
                return std::nullopt;
            }
            value = trimmed(cookie_value);
        }
        rest = others;
    }
    return value;
}

void set_cookie(http::Response& response, const CookieKind& kind, std::string_view name,
                std::string_view value, std::optional<long> max_age_s) {
    std::string text = std::string(kind.prefix) + std::string(name) + "=" + std::string(value) +
                       std::string(kind.attributes);
    if (max_age_s) {
        text += "; Max-Age=" + std::to_string(*max_age_s);
    }
    response.headers.emplace_back("Set-Cookie", std::move(text));
}

std::optional<std::string_view> session_id(const Services& services,
                                           const http::Request& request) {
    if (request.header("Cookie").empty()) {
        return std::nullopt;
    }
    const std::optional<CookieKind> kind = cookie_kind(*services.address, request);
    return kind ? cookie(request, *kind, session_cookie) : std::nullopt;
}

Result<> check_own_page(const WebAddress& address, const http::Request& request) {
    const std::optional<std::string_view> site = single_header(request, "Sec-Fetch-Site");
    const std::optional<std::string_view> origin = single_header(request, "Origin");
    if (!site || !origin) {
        return not_from_here("Origin or Sec-Fetch-Site is there twice");
    }
    if (!site->empty() && *site != "same-origin" && *site != "none") {
        return not_from_here("Sec-Fetch-Site");
    }
    // A form on a page with `Referrer-Policy: no-referrer` says `null`; so does a page without
    // an origin, but then the browser calls it cross-site.
    const bool own = origin->empty() || address.is_own(*origin) ||
                     (*origin == "null" && *site == "same-origin");
    return own ? Result<>() : not_from_here("Origin");
}

Result<> check_change_by_cookie(const WebAddress& address, const http::Request& request,
                                const Session& session, std::string_view csrf_token) {
    if (const Result<> own = check_own_page(address, request); !own) {
        return own;
    }
    return equal_constant_time(csrf_token, session.csrf_token)
               ? Result<>()
               : Error(ErrorCode::forbidden,
                       "a change by cookie needs the CSRF token of the session in X-CSRF-Token",
                       csrf_token.empty() ? "no CSRF token" : "another CSRF token");
}

bool is_local_page(std::string_view return_to) {
    const bool characters = std::ranges::all_of(return_to, [](char c) {
        return c > 0x20 && c < 0x7f && std::string_view("\\\"<>#`{}|^").find(c) == std::string_view::npos;
    });
    if (!characters || return_to.size() > limits::return_to_bytes_max ||
        !return_to.starts_with('/')) {
        return false;
    }
    const std::string_view path = return_to.substr(0, return_to.find('?'));
    std::string_view rest = path.substr(1);
    for (bool first = true;; first = false) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const Result<std::string> segment = percent_decode(rest.substr(0, end));
        const bool last = end == rest.size();
        if (!segment || *segment == "." || *segment == ".." || (segment->empty() && !last) ||
            segment->find_first_of("/\\") != std::string::npos ||
            (first && (*segment == "sign-in" || *segment == "sign-out"))) {
            return false;
        }
        if (last) {
            return true;
        }
        rest.remove_prefix(end + 1);
    }
}

Result<Form> read_form(const http::Request& request, std::vector<std::string_view> known) {
    const std::string_view type = request.header("Content-Type");
    if (lower(trimmed(type.substr(0, type.find(';')))) != "application/x-www-form-urlencoded") {
        return Error(ErrorCode::unsupported_media_type,
                     "send application/x-www-form-urlencoded");
    }
    Form form;
    for (std::string_view rest = request.body; !rest.empty();) {
        const auto [pair, others] = cut(rest, '&');
        const auto [encoded_name, encoded_value] = cut(pair, '=');
        const Result<std::string> name = form_text(encoded_name);
        Result<std::string> value = form_text(encoded_value);
        if (!name || !value) {
            return Error(ErrorCode::invalid_request, "the form is not valid");
        }
        const auto field = std::ranges::find(known, *name);
        if (field == known.end()) {
            return Error(ErrorCode::invalid_request, "the form has an unknown field, or one twice");
        }
        known.erase(field);
        form.emplace_back(*name, std::move(*value));
        rest = others;
    }
    return form;
}

std::string form_value(const Form& form, std::string_view name) {
    const auto found = std::ranges::find(form, name, &Form::value_type::first);
    return found == form.end() ? std::string() : found->second;
}

}  // namespace charter::api
