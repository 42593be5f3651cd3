#pragma once

#include "charter/base/result.hpp"
#include "charter/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter::api {

/// The one page of web sign-in. Its texts are plain; the page escapes them.
struct SignInPage {
    unsigned status = 200;
    std::string prefix;  // of all links
    std::string return_to;
    std::string problem;               // what went wrong; empty: nothing
    std::vector<std::string> issuers;  // names of those with web sign-in
    /// Who is signed in already.
    struct SignedIn {
        std::string principal;
        std::string csrf_token;
        std::string end_session_origin;  // where sign-out may lead; empty: nowhere
    };
    std::optional<SignedIn> signed_in;
};

/// text/html without scripts, kept nowhere, framed nowhere.
http::Response show_page(const SignInPage& page);

/// Its style sheet.
http::Response sign_in_style();

/// 303: a browser goes on with GET, also after a form.
http::Response see_other(std::string location);

/// The status of a page that shows an error.
unsigned page_status(const Error& error);

}  // namespace charter::api
