#include "sign_in_messages.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>

namespace charter {

namespace {

constexpr std::size_t quoted_bytes_max = 200;

std::string_view plain_words(std::string_view error) {
    if (error == "access_denied") {
        return "The provider did not let you in, or you said no.";
    }
    if (error == "login_required" || error == "interaction_required" ||
        error == "consent_required" || error == "account_selection_required") {
        return "The provider wants you to sign in there first.";
    }
    if (error == "temporarily_unavailable" || error == "server_error") {
        return "The provider has a problem of its own. Try again later.";
    }
    return "The provider refused the sign-in: ask who runs this server.";
}

}  // namespace

std::string quotable(std::string_view text) {
    std::string quoted(is_utf8(text) ? cut_utf8(text, quoted_bytes_max) : "");
    std::ranges::replace_if(
        quoted, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '"'; }, ' ');
    return quoted;
}

Error no_such_provider() {
    return Error(ErrorCode::not_found, "There is no such way to sign in.");
}

Error provider_unavailable(std::string cause) {
    return Error(ErrorCode::unavailable,
                 "The provider does not answer at the moment. Try again later.", std::move(cause));
}

Error provider_failed(std::string cause) {
    return Error(ErrorCode::unauthenticated,
                 "The provider's answer could not be used. Begin again.", std::move(cause));
}

Error token_refused(const Error& error) {
    if (error.code() == ErrorCode::unavailable) {
        return provider_unavailable(error.cause());
    }
    return provider_failed("its ID token: " + error.cause());
}

Error provider_refused(std::string_view error, std::string_view description) {
    std::string words(plain_words(error));
    // '+' is how some providers write a space here.
    std::string quoted = quotable(description);
    std::ranges::replace(quoted, '+', ' ');
    if (!quoted.empty()) {
        words += " It says: " + quoted;
    }
    return Error(ErrorCode::unauthenticated, words,
                 "the provider answered " + quotable(error) + ": " + quoted);
}

}  // namespace charter
