#include "charter/http/cors.hpp"

#include <algorithm>
#include <charconv>

namespace charter::http {
namespace {

// Of the API and of signed uploads.
constexpr std::string_view methods = "DELETE, GET, HEAD, PATCH, POST, PUT";
constexpr std::string_view request_headers =
    "Accept, Authorization, Content-Encoding, Content-Type, Idempotency-Key, If-Match, "
    "If-None-Match, Range, X-Api-Key";
constexpr std::string_view exposed_headers =
    "Accept-Ranges, Content-Range, ETag, Location, Retry-After, X-Request-Id";
constexpr std::string_view preflight_kept_s = "600";

bool is_host(std::string_view host) {
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    return !host.empty() && std::ranges::all_of(host, [bracketed](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               (bracketed && (c == ':' || c == '[' || c == ']'));
    });
}

}  // namespace

Result<> check_origin(std::string_view text) {
    const Error refused(ErrorCode::invalid_request,
                        "an origin is written https://catalog.example or http://localhost:3000");
    const bool secure = text.starts_with("https://");
    if (!secure && !text.starts_with("http://")) {
        return refused;
    }
    std::string_view host = text.substr(secure ? 8 : 7);
    const std::size_t colon = host.rfind(':');
    if (colon != host.npos && !host.ends_with(']')) {
        const std::string_view digits = host.substr(colon + 1);
        unsigned port = 0;
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
        const bool own = port == (secure ? 443U : 80U);  // which browsers leave out
        if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || port == 0 ||
            port > 65535 || digits.starts_with('0') || own) {
            return refused;
        }
        host = host.substr(0, colon);
    }
    return is_host(host) ? Result<>() : Result<>(refused);
}

void Cors::finish(const Request& request, Response& response) const {
    if (origins_.empty()) {
        return;
    }
    response.headers.emplace_back("Vary", "Origin");
    const std::string_view origin = request.header("Origin");
    if (std::ranges::find(origins_, origin) == origins_.end()) {
        return;
    }
    response.headers.emplace_back("Access-Control-Allow-Origin", origin);
    if (request.method == Method::options &&
        !request.header("Access-Control-Request-Method").empty()) {
        response.headers.emplace_back("Access-Control-Allow-Methods", methods);
        response.headers.emplace_back("Access-Control-Allow-Headers", request_headers);
        response.headers.emplace_back("Access-Control-Max-Age", preflight_kept_s);
    } else {
        response.headers.emplace_back("Access-Control-Expose-Headers", exposed_headers);
    }
}

}  // namespace charter::http
