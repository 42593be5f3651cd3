#include "charter/http/problem.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/json_writer.hpp"

#include <algorithm>
#include <utility>

namespace charter::http {
namespace {

struct Kind {
    unsigned status;
    std::string_view name;
    std::string_view title;
};

// The one place that knows both error codes and HTTP. No default: a new code
// must be placed here to compile.
Kind kind_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_request:
            return {400, "invalid-request", "Invalid request"};
        case ErrorCode::unauthenticated:
            return {401, "unauthenticated", "Not authenticated"};
        case ErrorCode::forbidden:
            return {403, "forbidden", "Forbidden"};
        case ErrorCode::enforcement_required:
            return {403, "enforcement-required", "An enforcing engine is required"};
        case ErrorCode::not_found:
            return {404, "not-found", "Not found"};
        case ErrorCode::method_not_allowed:
            return {405, "method-not-allowed", "Method not allowed"};
        case ErrorCode::not_acceptable:
            return {406, "not-acceptable", "Not acceptable"};
        case ErrorCode::timeout:
            return {408, "timeout", "The request took too long to arrive"};
        case ErrorCode::conflict:
            return {409, "conflict", "Conflict"};
        case ErrorCode::precondition_failed:
            return {412, "precondition-failed", "Precondition failed"};
        case ErrorCode::too_large:
            return {413, "too-large", "Too large"};
        case ErrorCode::unsupported_media_type:
            return {415, "unsupported-media-type", "Unsupported media type"};
        case ErrorCode::range:
            return {416, "range", "Range not satisfiable"};
        case ErrorCode::unprocessable:
            return {422, "unprocessable", "Cannot be processed"};
        case ErrorCode::too_many_requests:
            return {429, "too-many-requests", "Too many requests"};
        case ErrorCode::headers_too_large:
            return {431, "headers-too-large", "Headers too large"};
        case ErrorCode::internal:
            return {500, "internal", "Internal error"};
        case ErrorCode::unavailable:
            return {503, "unavailable", "Unavailable"};
    }
    return {500, "internal", "Internal error"};
}

// A message may quote what a caller sent. Bytes that are not UTF-8 would make
// the document invalid, so all that is not ASCII is replaced then.
std::string printable(std::string_view text) {
    std::string result(text);
    if (!is_utf8(text)) {
        std::ranges::replace_if(
            result, [](char c) { return (c & 0x80) != 0; }, '?');
    }
    return result;
}

}  // namespace

unsigned status_of(ErrorCode code) {
    return kind_of(code).status;
}

std::string_view problem_name(ErrorCode code) {
    return kind_of(code).name;
}

std::string problem_json(const Error& error, std::string_view request_id,
                         std::string_view extra_members_json) {
    const Kind kind = kind_of(error.code());
    std::string json;
    JsonWriter writer(json);
    writer.begin_object()
        .member("type", "urn:charter:problem:" + std::string(kind.name))
        .member("title", kind.title)
        .key("status")
        .number(kind.status)
        .member("detail", printable(error.message()))
        .member("instance", request_id);
    if (!error.violations().empty()) {
        writer.key("errors").begin_array();
        for (const Violation& violation : error.violations()) {
            writer.begin_object()
                .member("pointer", printable(violation.pointer))
                .member("detail", printable(violation.detail))
                .end_object();
        }
        writer.end_array();
    }
    if (!extra_members_json.empty()) {
        json += ',';
        json += extra_members_json;
    }
    writer.end_object();
    return json;
}

Response problem(const Error& error, std::string_view request_id,
                 std::string_view extra_members_json) {
    Response response;
    response.status = status_of(error.code());
    response.content_type = "application/problem+json";
    if (response.status == 401) {
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
    }
    if (response.status == 429) {
        response.headers.emplace_back("Retry-After", "1");
    }
    response.body = problem_json(error, request_id, extra_members_json);
    return response;
}

}  // namespace charter::http
