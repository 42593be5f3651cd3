#include "charter/identity/sign_in.hpp"

#include "sign_in_messages.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <algorithm>
#include <charconv>

namespace charter {

namespace asio = boost::asio;

/// A sign-in under way. What its steps need is made from one secret.
struct SignIn::Transaction {
    std::string issuer;
    std::string return_to;
    UtcTime ends_at{};
    std::string secret;  // 32 bytes

    std::string part(std::string_view purpose) const {
        const Digest digest = hmac_sha256(secret, purpose);
        return to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
    }
    std::string state() const { return part("state"); }
    std::string nonce() const { return part("nonce"); }
    std::string verifier() const { return part("verifier"); }  // 43 characters: RFC 7636, 4.1
};

namespace {

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Error began_elsewhere(std::string cause) {
    return Error(ErrorCode::invalid_request,
                 "This sign-in was not begun in this browser, or it took too long. Begin again.",
                 std::move(cause));
}

/// RFC 6749, 3.1: a parameter comes once.
Result<std::string> only(const std::vector<std::pair<std::string, std::string>>& query,
                         std::string_view name) {
    std::string value;
    bool found = false;
    for (const auto& [each, text] : query) {
        if (each == name) {
            if (found) {
                return Error(ErrorCode::invalid_request, "The provider's answer is not valid.",
                             "`" + std::string(name) + "` came twice");
            }
            found = true;
            value = text;
        }
    }
    return value;
}

/// Into a header goes nothing but what a URL may hold.
bool is_url(std::string_view text) {
    return (text.starts_with("https://") || text.starts_with("http://")) &&
           text.find('#') == std::string_view::npos &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

void add_parameter(std::string& url, std::string_view name, std::string_view value) {
    url += url.find('?') == std::string::npos ? '?' : '&';
    url += std::string(name) + "=" + percent_encode(value);
}

}  // namespace

SignIn::SignIn(Issuers& issuers, Fetch fetch)
    : issuers_(issuers), fetch_(std::move(fetch)), key_(random_bytes(32)) {}

const IssuerSettings* SignIn::settings_of(std::string_view issuer) const {
    const auto& all = issuers_.settings();
    const auto found = std::ranges::find_if(all, [&](const IssuerSettings& each) {
        return each.name == issuer && each.sign_in.has_value();
    });
    return found == all.end() ? nullptr : &*found;
}

std::string SignIn::sealed(const Transaction& transaction) const {
    const std::string payload = std::to_string(transaction.ends_at.time_since_epoch().count()) +
                                "\n" + transaction.issuer + "\n" + to_base64url(transaction.secret) +
                                "\n" + transaction.return_to;
    return to_base64url(payload) + "." + to_base64url(bytes_of(hmac_sha256(key_, payload)));
}

Result<SignIn::Transaction> SignIn::opened(std::string_view text, std::string_view issuer,
                                           UtcTime now) const {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) {
        return began_elsewhere(text.empty() ? "no cookie" : "not a cookie of ours");
    }
    const Result<std::string> payload = from_base64url(text.substr(0, dot));
    const Result<std::string> seal = from_base64url(text.substr(dot + 1));
    if (!payload || !seal || !equal_constant_time(*seal, bytes_of(hmac_sha256(key_, *payload)))) {
        return began_elsewhere("the cookie is not one that this server made since it started");
    }
    Transaction transaction;
    std::string_view rest = *payload;
    const auto next_line = [&rest] {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return line;
    };
    const std::string_view ends = next_line();
    std::int64_t ends_ms = 0;
    std::from_chars(ends.data(), ends.data() + ends.size(), ends_ms);
    transaction.ends_at = UtcTime(std::chrono::milliseconds(ends_ms));
    transaction.issuer = next_line();
    transaction.secret = from_base64url(next_line()).value();
    transaction.return_to = rest;
    if (now >= transaction.ends_at) {
        return began_elsewhere("it took longer than sign_in_deadline");
    }
    if (transaction.issuer != issuer) {
        return began_elsewhere("it began for the issuer " + transaction.issuer +
                               " and came back for " + std::string(issuer));
    }
    return transaction;
}

Result<SignIn::Begun> SignIn::begin(std::string_view issuer, std::string_view redirect_uri,
                                    std::string_view return_to, UtcTime now) const {
    const IssuerSettings* settings = settings_of(issuer);
    if (settings == nullptr) {
        return no_such_provider();
    }
    const std::optional<SignInEndpoints> endpoints = issuers_.endpoints(issuer);
    if (!endpoints || !is_url(endpoints->authorization_endpoint)) {
        return provider_unavailable("no usable authorization_endpoint is known");
    }
    Transaction transaction;
    transaction.issuer = issuer;
    transaction.return_to = return_to;
    transaction.ends_at = now + limits::sign_in_deadline;
    transaction.secret = random_bytes(32);

    std::string scope;
    for (const std::string& each : settings->sign_in->scopes) {
        scope += (scope.empty() ? "" : " ") + each;
    }
    Begun begun;
    begun.location = endpoints->authorization_endpoint;
    add_parameter(begun.location, "response_type", "code");
    add_parameter(begun.location, "client_id", settings->sign_in->client_id);
    add_parameter(begun.location, "redirect_uri", redirect_uri);
    add_parameter(begun.location, "scope", scope);
    add_parameter(begun.location, "state", transaction.state());
    add_parameter(begun.location, "nonce", transaction.nonce());
    add_parameter(begun.location, "code_challenge",
                  to_base64url(bytes_of(sha256(transaction.verifier()))));
    add_parameter(begun.location, "code_challenge_method", "S256");
    begun.transaction = sealed(transaction);
    return begun;
}

asio::awaitable<Result<SignIn::SignedIn>> SignIn::finish(Return came_back, UtcTime now) const {
    const IssuerSettings* settings = settings_of(came_back.issuer);
    if (settings == nullptr) {
        co_return no_such_provider();
    }
    const Result<Transaction> transaction =
        opened(came_back.transaction, came_back.issuer, now);
    if (!transaction) {
        co_return transaction.error();
    }
    const Result<std::string> state = only(came_back.query, "state");
    const Result<std::string> iss = only(came_back.query, "iss");
    const Result<std::string> error = only(came_back.query, "error");
    const Result<std::string> description = only(came_back.query, "error_description");
    const Result<std::string> code = only(came_back.query, "code");
    for (const Result<std::string>* each : {&state, &iss, &error, &description, &code}) {
        if (!*each) {
            co_return each->error();
        }
    }
    // Nothing that the link says is shown or believed before this.
    if (!equal_constant_time(*state, transaction->state())) {
        co_return began_elsewhere("the state is another");
    }
    if (!iss->empty() && *iss != settings->issuer) {
        co_return began_elsewhere("`iss` is another issuer");  // RFC 9207, 2.4
    }
    if (!error->empty()) {
        co_return provider_refused(*error, *description);
    }
    if (code->empty() || code->size() > limits::sign_in_code_bytes_max) {
        co_return provider_failed("it sent no code, or a longer one than sign_in_code_bytes_max");
    }
    const Result<std::string> id_token = co_await id_token_of(
        *settings, *code, std::move(came_back.redirect_uri), transaction->verifier());
    if (!id_token) {
        co_return id_token.error();
    }
    const std::string nonce = transaction->nonce();
    const Result<std::shared_ptr<const Identity>> identity =
        co_await issuers_.verify_id_token(settings->name, *id_token, nonce, now);
    if (!identity) {
        co_return token_refused(identity.error());
    }
    SignedIn signed_in;
    signed_in.identity = *identity;
    signed_in.return_to = transaction->return_to;
    co_return signed_in;
}

std::string SignIn::sign_out_url(std::string_view issuer, std::string_view return_url) const {
    const IssuerSettings* settings = settings_of(issuer);
    const std::optional<SignInEndpoints> endpoints =
        settings == nullptr ? std::nullopt : issuers_.endpoints(issuer);
    if (!endpoints || !is_url(endpoints->end_session_endpoint)) {
        return {};
    }
    std::string url = endpoints->end_session_endpoint;
    add_parameter(url, "client_id", settings->sign_in->client_id);
    add_parameter(url, "post_logout_redirect_uri", return_url);
    return url;
}

}  // namespace charter
