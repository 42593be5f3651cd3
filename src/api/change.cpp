// What every change goes through: the writer's turn, and the answer that is kept under an
// Idempotency-Key.
#include "api/endpoint.hpp"

#include "charter/base/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter::api {

namespace asio = boost::asio;

namespace {

http::Response from_answer(const Answer& answer) {
    http::Response response;
    response.status = static_cast<unsigned>(answer.status);
    if (!answer.body.empty()) {
        response.content_type = "application/json";
        response.body = answer.body;
    }
    response.headers.emplace_back("Vary", vary);
    response.headers.emplace_back("Cache-Control", "no-store");
    if (!answer.etag.empty()) {
        response.headers.emplace_back("ETag", answer.etag);
    }
    if (!answer.location.empty()) {
        response.headers.emplace_back("Location", answer.location);
    }
    return response;
}

/// Kept in place of an answer that holds a secret.
constexpr int repeated_status = 409;

Answer from_kept(const KeptAnswer& kept) {
    Answer answer;
    answer.status = kept.status;
    answer.body = kept.body;
    answer.etag = kept.etag;
    answer.location = kept.location;
    return answer;
}

Result<std::string> idempotency_key(const http::Request& request) {
    const std::string_view key = request.header("Idempotency-Key");
    if (key.empty() || request.method != http::Method::post) {
        return std::string();
    }
    const bool printable =
        std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (key.size() > 255 || !printable) {
        return Error(ErrorCode::invalid_request, "an Idempotency-Key has 1 to 255 visible characters");
    }
    return std::string(key);
}

}  // namespace

Answer answer_with(const Draft& draft, const Resource& resource, std::string_view made_at) {
    Answer answer;
    answer.body = represent(draft.world(), resource, draft.now()).dump();
    answer.etag = "\"" + std::to_string(resource.revision) + "\"";
    if (!made_at.empty()) {
        answer.status = 201;
        answer.location = "/api/v1/" + std::string(made_at) + "/" + resource.id.text();
    }
    return answer;
}

Result<std::string> read_reason(const http::Request& request) {
    std::string reason(request.query_value("reason").value_or(""));
    if (reason.size() > limits::title_bytes_max) {
        return Error(ErrorCode::invalid_request, "a reason has at most " +
                                                     std::to_string(limits::title_bytes_max) +
                                                     " bytes");
    }
    return reason;
}

asio::awaitable<Result<http::Response>> change(
    const Services& services, const http::Request& request, Caller caller,
    UseCase use_case) {
    const Result<bool> rehearsed = is_dry_run(request);
    if (!rehearsed) {
        co_return rehearsed.error();
    }
    if (*rehearsed) {
        co_return co_await dry_run(services, std::move(caller), std::move(use_case));
    }
    const Result<std::string> key = idempotency_key(request);
    if (!key) {
        co_return key.error();
    }
    const std::string by = caller.principal->principal.text() + "#" + caller.principal->id.text();
    // With a key of the server's: a body may hold a secret, and what is kept of it must not
    // tell whoever guesses that the guess was right.
    const Digest digest =
        hmac_sha256(services.cursor_key, std::string(http::method_name(request.method)) + " " +
                                             std::string(request.target) + "\n" + request.body);
    Writer::Change<Answer> turn = [use_case = std::move(use_case), caller, by, digest,
                                   key = *key](Draft& draft) -> Result<Answer> {
        Caller asking = caller;
        asking.now = draft.now();
        const std::optional<Caller> now = renewed(draft.world(), asking);
        if (!now) {
            return Error(ErrorCode::unauthenticated, "a valid token is needed");
        }
        if (!key.empty()) {
            Result<std::optional<KeptAnswer>> kept = draft.find_answer(by, key);
            if (!kept) {
                return kept.error();
            }
            if (*kept && draft.now() - (*kept)->at < limits::idempotency_kept) {
                if ((*kept)->request != digest) {
                    return Error(ErrorCode::unprocessable,
                                 "the Idempotency-Key was used for another request");
                }
                if ((*kept)->status == repeated_status) {
                    return Error(ErrorCode::conflict, (*kept)->body);
                }
                return from_kept(**kept);
            }
        }
        Result<Answer> answer = use_case(draft, *now);
        if (answer && !key.empty()) {
            KeptAnswer kept;
            kept.principal = by;
            kept.key = key;
            kept.request = digest;
            kept.at = draft.now();
            kept.status = answer->repeated ? repeated_status : answer->status;
            kept.body = answer->repeated ? *answer->repeated : answer->body;
            kept.etag = answer->etag;
            kept.location = answer->location;
            draft.keep_answer(std::move(kept));
        }
        return answer;
    };
    const Result<Answer> answer =
        co_await services.writer.submit<Answer>(std::move(caller), std::move(turn));
    if (!answer) {
        co_return answer.error();
    }
    co_return from_answer(*answer);
}

}  // namespace charter::api
