// The second half of the authorization code flow: the token of a code.
#include "sign_in_messages.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/json.hpp"
#include "charter/base/limits.hpp"
#include "charter/base/secret.hpp"
#include "charter/identity/sign_in.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>

namespace charter {

namespace asio = boost::asio;

namespace {

/// Read each time, so that a new one counts at once. A line end behind it is no part of it.
Result<std::optional<Secret>> client_secret(const std::filesystem::path& file) {
    if (file.empty()) {
        return std::optional<Secret>();
    }
    std::error_code failed;
    std::string text;
    if (std::filesystem::is_regular_file(file, failed)) {  // a pipe would block
        std::ifstream in(file, std::ios::binary);
        text.resize(limits::client_secret_bytes_max + 1);
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(in.gcount()));
    }
    std::string_view secret = text;
    while (secret.ends_with('\n') || secret.ends_with('\r')) {
        secret.remove_suffix(1);
    }
    const bool usable = !secret.empty() && secret.size() <= limits::client_secret_bytes_max;
    std::optional<Secret> read = usable ? std::optional(Secret(secret)) : std::nullopt;
    OPENSSL_cleanse(text.data(), text.size());
    if (!usable) {
        return provider_unavailable("client_secret_file " + file.string() + " has no secret");
    }
    return read;
}

/// RFC 4648 section 4, of the alphabet that RFC 7617 asks for.
std::string to_base64(std::string_view bytes) {
    std::string text = to_base64url(bytes);
    for (char& c : text) {
        c = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

/// `error` and `error_description` of a refusal, for the log. RFC 6749 section 5.2.
std::string refusal_of(const FetchResponse& response) {
    const Result<Json> answer = parse_json(response.body);
    std::string text = "the token endpoint answered " + std::to_string(response.status);
    for (const char* member : {"error", "error_description"}) {
        if (answer && answer->is_object() && answer->contains(member) &&
            answer->at(member).is_string()) {
            text += ": " + quotable(answer->at(member).get_ref<const std::string&>());
        }
    }
    return text;
}

Result<std::string> id_token_in(const FetchResponse& response) {
    if (response.status >= 500) {
        return provider_unavailable(refusal_of(response));
    }
    if (response.status != 200) {
        return provider_failed(refusal_of(response));
    }
    const Result<Json> answer = parse_json(response.body);
    if (!answer || !answer->is_object() || !answer->contains("id_token") ||
        !answer->at("id_token").is_string()) {
        return provider_failed("the token endpoint's answer is no JSON object with an id_token");
    }
    return answer->at("id_token").get<std::string>();
}

}  // namespace

asio::awaitable<Result<std::string>> SignIn::id_token_of(const IssuerSettings& settings,
                                                         std::string code,
                                                         std::string redirect_uri,
                                                         std::string verifier) const {
    const std::optional<SignInEndpoints> endpoints = issuers_.endpoints(settings.name);
    if (!endpoints) {
        co_return provider_unavailable("no token_endpoint is known");
    }
    const Result<std::optional<Secret>> secret = client_secret(settings.sign_in->client_secret_file);
    if (!secret) {
        co_return secret.error();
    }
    FetchRequest request;
    request.method = "POST";
    request.url = endpoints->token_endpoint;
    request.deadline = limits::sign_in_call_deadline;
    request.answer_bytes_max = limits::sign_in_answer_bytes_max;
    request.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    request.headers.emplace_back("accept", "application/json");
    request.body = "grant_type=authorization_code&code=" + percent_encode(code) +
                   "&redirect_uri=" + percent_encode(redirect_uri) + "&code_verifier=" + verifier;
    const std::string client = percent_encode(settings.sign_in->client_id);
    if (*secret) {  // RFC 6749 section 2.3.1
        request.headers.emplace_back(
            "authorization",
            "Basic " + to_base64(client + ":" + percent_encode((*secret)->reveal())));
    } else {
        request.body += "&client_id=" + client;
    }
    const Result<FetchResponse> response = co_await fetch_(std::move(request));
    if (!response) {
        const Error& error = response.error();
        co_return provider_unavailable("the token endpoint: " + (error.cause().empty() ? error.message() : error.cause()));
    }
    co_return id_token_in(*response);
}

}  // namespace charter
