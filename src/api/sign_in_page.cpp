#include "api/sign_in_page.hpp"

#include "charter/base/encoding.hpp"
#include "charter/http/problem.hpp"

#include <algorithm>

namespace charter::api {

namespace {

constexpr std::string_view style = R"(body { font: 1rem/1.5 system-ui, sans-serif; color: #1c2430; background: #f4f5f7; margin: 0; }
main { max-width: 24rem; margin: 10vh auto 2rem; padding: 2rem; background: #fff; border: 1px solid #d5d9e0; border-radius: 8px; }
h1 { font-size: 1.25rem; margin: 0 0 1.25rem; }
label { display: block; margin-bottom: .25rem; }
input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; border: 1px solid #767f8c; border-radius: 4px; }
.act { box-sizing: border-box; display: block; width: 100%; margin: .75rem 0 0; padding: .55rem; font: inherit; text-align: center; text-decoration: none; color: #fff; background: #1f4e8c; border: 1px solid #1f4e8c; border-radius: 4px; cursor: pointer; }
.act.second { color: #1f4e8c; background: #fff; }
.or { margin: 1.25rem 0 .5rem; color: #5a6472; text-align: center; }
.problem { margin: 0 0 1.25rem; padding: .6rem .75rem; color: #7a1420; background: #fdecee; border-left: 4px solid #b3202f; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid #f2a900; outline-offset: 2px; }
)";

std::string escaped(std::string_view text) {
    std::string html;
    for (const char c : text) {
        switch (c) {
            case '&': html += "&amp;"; break;
            case '<': html += "&lt;"; break;
            case '>': html += "&gt;"; break;
            case '"': html += "&quot;"; break;
            case '\'': html += "&#39;"; break;
            default: html += c;
        }
    }
    return html;
}

std::string hidden(std::string_view name, std::string_view value) {
    return "<input type=\"hidden\" name=\"" + std::string(name) + "\" value=\"" + escaped(value) +
           "\">\n";
}

std::string sign_out_form(const SignInPage& page) {
    const SignInPage::SignedIn& who = *page.signed_in;
    std::string html = "<p>You are signed in as <strong>" + escaped(who.principal) +
                       "</strong>.</p>\n<form method=\"post\" action=\"" + escaped(page.prefix) +
                       "/sign-out\">\n" + hidden("csrf_token", who.csrf_token) +
                       "<button class=\"act\">Sign out</button>\n";
    if (!who.end_session_origin.empty()) {
        html += "<button class=\"act second\" name=\"everywhere\" value=\"true\">Sign out at the "
                "provider too</button>\n";
    }
    return html + "</form>\n";
}

std::string ways_to_sign_in(const SignInPage& page) {
    const std::string query =
        page.return_to.empty() ? "" : "?return_to=" + percent_encode(page.return_to);
    std::string html;
    for (const std::string& issuer : page.issuers) {
        html += "<a class=\"act\" href=\"" + escaped(page.prefix + "/sign-in/" + issuer + query) +
                "\">Sign in with " + escaped(issuer) + "</a>\n";
    }
    if (!page.issuers.empty()) {
        html += "<p class=\"or\">or</p>\n";
    }
    html += "<form method=\"post\" action=\"" + escaped(page.prefix) + "/sign-in\">\n";
    if (!page.return_to.empty()) {
        html += hidden("return_to", page.return_to);
    }
    return html +
           "<label for=\"token\">A token</label>\n"
           "<input id=\"token\" name=\"token\" type=\"password\" autocomplete=\"off\" required>\n"
           "<button class=\"act second\">Sign in with the token</button>\n</form>\n";
}

/// Into a policy goes nothing but what an origin is made of.
bool is_policy_source(std::string_view origin) {
    return std::ranges::all_of(origin, [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view(":/.-_[]").find(static_cast<char>(c)) !=
                                           std::string_view::npos;
    });
}

}  // namespace

http::Response show_page(const SignInPage& page) {
    std::string html =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>Sign in - Charter</title>\n<link rel=\"stylesheet\" href=\"" +
        escaped(page.prefix) + "/sign-in/style.css\"></head>\n<body><main>\n<h1>Charter</h1>\n";
    if (!page.problem.empty()) {
        html += "<p class=\"problem\" role=\"alert\">" + escaped(page.problem) + "</p>\n";
    }
    html += page.signed_in ? sign_out_form(page) : ways_to_sign_in(page);
    html += "</main></body></html>\n";

    http::Response response;
    response.status = page.status;
    response.content_type = "text/html; charset=utf-8";
    response.body = std::move(html);
    std::string form_action = "'self'";
    if (page.signed_in && is_policy_source(page.signed_in->end_session_origin)) {
        // A browser holds the redirect that answers a form to this as well.
        form_action += " " + page.signed_in->end_session_origin;
    }
    response.headers.emplace_back(
        "Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action " +
                                       form_action + "; frame-ancestors 'none'; base-uri 'none'");
    response.headers.emplace_back("Cache-Control", "no-store");
    if (page.status == 401) {
        response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"charter\"");
    }
    return response;
}

http::Response sign_in_style() {
    http::Response response;
    response.content_type = "text/css; charset=utf-8";
    response.headers.emplace_back("Cache-Control", "public, max-age=3600");
    response.body = style;
    return response;
}

http::Response see_other(std::string location) {
    http::Response response;
    response.status = 303;
    response.headers.emplace_back("Location", std::move(location));
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

unsigned page_status(const Error& error) {
    return http::status_of(error.code());
}

}  // namespace charter::api
