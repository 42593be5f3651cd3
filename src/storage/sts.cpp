// STS: AssumeRole and AssumeRoleWithWebIdentity.
// Source: AWS Security Token Service API Reference, version 2011-06-15.
#include "charter/storage/s3_storage.hpp"

#include "s3_call.hpp"
#include "s3_xml.hpp"
#include "signing_keys.hpp"
#include "sigv4.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace charter {
namespace asio = boost::asio;

namespace {

constexpr std::size_t key_length_max = 256;
constexpr std::size_t token_length_max = 16 * 1024;
constexpr std::size_t web_token_length_max = 20'000;  // AssumeRoleWithWebIdentity
constexpr std::size_t role_length_max = 2'048;
// What a signature may be old; the clocks of both sides differ by no more.
constexpr std::chrono::minutes clock_drift_max{15};

Error invalid(std::string message) {
    return Error(ErrorCode::invalid_request, std::move(message));
}

bool is_visible(std::string_view text, std::size_t length_max) {
    return !text.empty() && text.size() <= length_max &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_session_name(std::string_view name) {
    return name.size() >= 2 && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("+=,.@_-").find(c) != std::string_view::npos;
           });
}

Result<> check(const RoleSession& session) {
    if (!is_session_name(session.session_name)) {
        return invalid("a session name has 2 to 64 of A-Z a-z 0-9 + = , . @ _ -");
    }
    if (!session.role_arn.empty() && !is_visible(session.role_arn, role_length_max)) {
        return invalid("not the name of a role");
    }
    if (session.duration < limits::credentials_life_min ||
        session.duration > limits::credentials_life_max) {
        return invalid("credentials live from 900 to 43200 s");
    }
    return {};
}

void append_field(std::string& form, std::string_view name, std::string_view value) {
    form.append(form.empty() ? "" : "&").append(name).append("=");
    sigv4::append_encoded(form, value);
}

std::string form_of(const RoleSession& session, std::string_view action) {
    std::string form;
    append_field(form, "Action", action);
    append_field(form, "Version", "2011-06-15");
    append_field(form, "DurationSeconds", std::to_string(session.duration.count()));
    append_field(form, "RoleSessionName", session.session_name);
    if (!session.role_arn.empty()) {
        append_field(form, "RoleArn", session.role_arn);
    }
    if (session.policy) {
        append_field(form, "Policy", session.policy->text());
    }
    return form;
}

S3Call sts_call(const S3Place& place, std::string form) {
    S3Call call;
    call.method = "POST";
    call.origin = sts_endpoint(place);
    call.host = call.origin.substr(call.origin.find("://") + 3);
    call.path = "/";
    call.body = std::move(form);
    call.content_type = "application/x-www-form-urlencoded";
    call.region = place.region;
    call.service = "sts";
    return call;
}

Result<TemporaryCredentials> read_credentials(std::string& body, const std::string& action) {
    pugi::xml_document document;
    const Result<pugi::xml_node> root = read_xml(document, body, action + "Response");
    if (!root) {
        return root.error();
    }
    const Result<pugi::xml_node> result = only_child(*root, (action + "Result").c_str());
    if (!result) {
        return result.error();
    }
    const Result<pugi::xml_node> given = only_child(*result, "Credentials");
    if (!given) {
        return given.error();
    }
    const Result<std::string_view> id = only_text(*given, "AccessKeyId");
    const Result<std::string_view> secret = only_text(*given, "SecretAccessKey");
    const Result<std::string_view> token = only_text(*given, "SessionToken");
    const Result<std::string_view> expiration = only_text(*given, "Expiration");
    for (const Result<std::string_view>* read : {&id, &secret, &token, &expiration}) {
        if (!*read) {
            return read->error();
        }
    }
    const Result<UtcTime> expires_at = parse_time(*expiration);
    if (!is_visible(*id, key_length_max) || !is_visible(*secret, key_length_max) ||
        !is_visible(*token, token_length_max) || !expires_at) {
        return storage_error("the answer of STS has no usable credentials");
    }
    return TemporaryCredentials{S3Credentials{std::string(*id), Secret(*secret), Secret(*token)},
                                *expires_at};
}

Error sts_refusal(const FetchResponse& response) {
    if (answer_code(response.body) == "PackedPolicyTooLarge") {
        return Error(ErrorCode::unprocessable,
                     "the location's name is too long for a policy of credentials",
                     "STS answered PackedPolicyTooLarge");
    }
    return refused_answer(response);
}

asio::awaitable<Result<TemporaryCredentials>> ask(const Fetch& fetch, FetchRequest request,
                                                  std::string action, UtcTime now,
                                                  const RoleSession& session) {
    request.deadline = limits::storage_call_deadline;
    request.answer_bytes_max = limits::sts_answer_bytes_max;
    Result<FetchResponse> response = co_await call_storage(fetch, std::move(request));
    if (!response) {
        co_return response.error();
    }
    if (response->status != 200) {
        co_return sts_refusal(*response);
    }
    Result<TemporaryCredentials> made = read_credentials(response->body, action);
    OPENSSL_cleanse(response->body.data(), response->body.size());
    if (made &&
        (made->expires_at <= now || made->expires_at > now + session.duration + clock_drift_max)) {
        co_return storage_error("STS gave credentials of another life than asked for");
    }
    if (made) {
        made->credentials.narrowed = session.policy.has_value();
    }
    co_return made;
}

}  // namespace

asio::awaitable<Result<TemporaryCredentials>> S3Storage::assume_role(S3Place place,
                                                                     S3Credentials credentials,
                                                                     RoleSession session) {
    const std::string action = "AssumeRole";
    if (const Result<> checked = check(session); !checked) {
        co_return checked.error();
    }
    const UtcTime now = clock_.now();
    const Digest key =
        keys_->find(credentials, sigv4::amazon_time(now).substr(0, 8), place.region, "sts");
    FetchRequest request =
        sign_call(sts_call(place, form_of(session, action)), credentials, key, now);
    co_return co_await ask(fetch_, std::move(request), action, now, session);
}

asio::awaitable<Result<TemporaryCredentials>> S3Storage::assume_role_with_web_identity(
    S3Place place, Secret token, RoleSession session) {
    const std::string action = "AssumeRoleWithWebIdentity";
    if (const Result<> checked = check(session); !checked) {
        co_return checked.error();
    }
    if (!is_visible(token.reveal(), web_token_length_max)) {
        co_return invalid("not a token of an identity provider");
    }
    std::string form = form_of(session, action);
    append_field(form, "WebIdentityToken", token.reveal());
    const S3Call call = sts_call(place, std::move(form));
    FetchRequest request;
    request.method = call.method;
    request.url = call.origin + call.path;
    request.headers.emplace_back("content-type", call.content_type);
    request.body = call.body;
    co_return co_await ask(fetch_, std::move(request), action, clock_.now(), session);
}

}  // namespace charter
