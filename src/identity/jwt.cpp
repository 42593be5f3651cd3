#include "jwt.hpp"

#include "refused.hpp"
#include "signature.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/json.hpp"
#include "charter/base/limits.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace charter {

namespace {

/// Header parameters that would let the token choose its key or its meaning: RFC 7515
/// sections 4.1.2 to 4.1.6 and 4.1.11, RFC 7516 sections 4.1.2 and 4.1.3, RFC 7797 section 3.
constexpr std::array<std::string_view, 8> refused_parameters = {"crit", "jku", "jwk", "x5u",
                                                                "x5c",  "b64", "enc", "zip"};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// `what` begins a cause: "the header is".
Result<Json> decode_object(std::string_view part, const std::string& what) {
    const Result<std::string> bytes = from_base64url(part);
    if (!bytes) {
        return refused(what + " not canonical base64url");
    }
    Result<Json> object = parse_json(*bytes);
    if (!object) {
        const auto& violations = object.error().violations();
        return refused(what + " not strict JSON: " +
                       (violations.empty() ? object.error().message() : violations[0].detail));
    }
    if (!object->is_object()) {
        return refused(what + " not an object");
    }
    return object;
}

Result<> check_type(const Json& header) {
    const auto found = header.find("typ");
    if (found == header.end()) {
        return {};
    }
    if (!found->is_string()) {
        return refused("`typ` is not a string");
    }
    // RFC 7515 section 4.1.9: a type without '/' stands for application/...
    std::string type = lower(found->get<std::string>());
    if (type.starts_with("application/")) {
        type.erase(0, std::string_view("application/").size());
    }
    return type == "jwt" || type == "at+jwt"
               ? Result<>()
               : Result<>(refused("`typ` is " + shown(type) + ", which is no access token"));
}

Result<SignatureAlgorithm> read_algorithm(const Json& header) {
    const auto found = header.find("alg");
    if (found == header.end() || !found->is_string()) {
        return refused("`alg` is missing or not a string");
    }
    const auto& name = found->get_ref<const std::string&>();
    if (const auto algorithm = algorithm_named(name)) {
        return *algorithm;
    }
    return refused("`alg` is " + shown(name) + ", which is never accepted");
}

Result<> read_header(const Json& header, ParsedToken& token) {
    for (const std::string_view parameter : refused_parameters) {
        if (header.contains(parameter)) {
            return refused("the header has `" + std::string(parameter) + "`");
        }
    }
    if (const Result<> checked = check_type(header); !checked) {
        return checked;
    }
    const Result<SignatureAlgorithm> algorithm = read_algorithm(header);
    if (!algorithm) {
        return algorithm.error();
    }
    token.algorithm = *algorithm;
    if (const auto kid = header.find("kid"); kid != header.end()) {
        if (!kid->is_string()) {
            return refused("`kid` is not a string");
        }
        token.kid = kid->get<std::string>();
    }
    return {};
}

}  // namespace

Result<ParsedToken> parse_token(std::string_view token) {
    if (token.size() > limits::token_bytes_max) {
        return refused("longer than token_bytes_max, " + std::to_string(limits::token_bytes_max));
    }
    const std::size_t first = token.find('.');
    const std::size_t second = token.rfind('.');
    if (first == second || token.find('.', first + 1) != second) {
        return refused("not three parts with dots between them");
    }
    const Result<Json> header = decode_object(token.substr(0, first), "the header is");
    if (!header) {
        return header.error();
    }
    ParsedToken parsed{};
    if (const Result<> read = read_header(*header, parsed); !read) {
        return read.error();
    }
    Result<Json> claims = decode_object(token.substr(first + 1, second - first - 1), "the claims are");
    if (!claims) {
        return claims.error();
    }
    Result<std::string> signature = from_base64url(token.substr(second + 1));
    if (!signature || signature->empty()) {
        return refused(signature ? "the signature is empty"
                                 : "the signature is not canonical base64url");
    }
    parsed.claims = std::move(*claims);
    parsed.signed_text = token.substr(0, second);
    parsed.signature = std::move(*signature);
    return parsed;
}

}  // namespace charter
