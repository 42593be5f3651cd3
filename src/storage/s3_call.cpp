#include "s3_call.hpp"

#include "s3_xml.hpp"
#include "sigv4.hpp"

#include <algorithm>

namespace charter {
namespace {

constexpr std::size_t word_length_max = 64;

// What a storage says goes into the log only as a word.
std::string word(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.' || c == '_';
    };
    return text.size() <= word_length_max && std::ranges::all_of(text, allowed) ? std::string(text)
                                                                                : std::string();
}

Result<std::string_view> code_below(pugi::xml_document& document) {
    const pugi::xml_node root = document.document_element();
    // S3 answers Error, STS ErrorResponse with an Error in it.
    const pugi::xml_node error =
        root.name() == std::string_view("ErrorResponse") ? root.child("Error") : root;
    return only_text(error, "Code");
}

}  // namespace

FetchRequest sign_call(S3Call call, const S3Credentials& credentials, const Digest& day_key,
                       UtcTime now) {
    const std::string time = sigv4::amazon_time(now);
    const std::string payload_hash = to_hex(sha256(call.body));

    sigv4::Canonical canonical;
    canonical.method = call.method;
    canonical.path = call.path;
    canonical.query = call.query;
    canonical.payload_hash = payload_hash;
    if (!call.content_type.empty()) {
        canonical.headers.emplace_back("content-type", call.content_type);
    }
    canonical.headers.emplace_back("host", call.host);
    canonical.headers.emplace_back("x-amz-content-sha256", payload_hash);
    canonical.headers.emplace_back("x-amz-date", time);
    if (credentials.session_token) {
        canonical.headers.emplace_back("x-amz-security-token", credentials.session_token->reveal());
    }
    std::string authorization = sigv4::authorization(
        canonical, credentials.access_key_id, day_key, time,
        sigv4::scope(std::string_view(time).substr(0, 8), call.region, call.service));

    FetchRequest request;
    request.method = call.method;
    request.url = call.origin + call.path + (call.query.empty() ? "" : "?") + call.query;
    for (auto& header : canonical.headers) {
        if (header.first != "host") {  // the client's own
            request.headers.push_back(std::move(header));
        }
    }
    request.headers.emplace_back("authorization", std::move(authorization));
    request.body = std::move(call.body);
    return request;
}

boost::asio::awaitable<Result<FetchResponse>> call_storage(const Fetch& fetch,
                                                           FetchRequest request) {
    Result<FetchResponse> response = co_await fetch(std::move(request));
    if (!response) {
        const Error& error = response.error();
        co_return storage_error(error.cause().empty() ? error.message() : error.cause());
    }
    co_return response;
}

Error storage_error(std::string cause) {
    return Error(ErrorCode::unavailable, "the storage cannot be reached now", std::move(cause));
}

std::string answer_code(const std::string& body) {
    pugi::xml_document document;
    for (const char* root : {"Error", "ErrorResponse"}) {
        std::string copy = body;  // parsed in place
        if (!read_xml(document, copy, root)) {
            continue;
        }
        const Result<std::string_view> code = code_below(document);
        return code ? word(*code) : std::string();
    }
    return {};
}

Error refused_answer(const FetchResponse& response) {
    const std::string code = answer_code(response.body);
    std::string cause = "the storage answered " + std::to_string(response.status) +
                        (code.empty() ? " without a code of S3" : " " + code);
    if (response.status >= 300 && response.status < 400) {
        cause += ", a redirect: the region or the endpoint is not the bucket's";
    }
    const auto region = std::ranges::find(response.headers, "x-amz-bucket-region",
                                          &std::pair<std::string, std::string>::first);
    if (region != response.headers.end() && !word(region->second).empty()) {
        cause += ", the bucket is in " + word(region->second);
    }
    return storage_error(std::move(cause));
}

}  // namespace charter
