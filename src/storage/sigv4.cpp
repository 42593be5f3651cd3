#include "sigv4.hpp"

#include <array>

namespace charter::sigv4 {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

constexpr std::array<bool, 256> unreserved = [] {
    std::array<bool, 256> table{};
    for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789-._~")) {
        table[static_cast<unsigned char>(c)] = true;
    }
    return table;
}();

void append_encoded_except(std::string& out, std::string_view text, char kept) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (unreserved[byte] || c == kept) {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
}

std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string amazon_time(UtcTime time) {
    std::string text = format_time(std::chrono::floor<std::chrono::seconds>(time));
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

void append_encoded(std::string& out, std::string_view text) {
    append_encoded_except(out, text, '-');
}

void append_encoded_path(std::string& out, std::string_view key) {
    append_encoded_except(out, key, '/');
}

std::string scope(std::string_view date, std::string_view region, std::string_view service) {
    std::string text(date);
    text.append("/").append(region).append("/").append(service).append("/aws4_request");
    return text;
}

Digest day_key(const Secret& secret, std::string_view date, std::string_view region,
               std::string_view service) {
    const Secret prefixed("AWS4" + std::string(secret.reveal()));
    const Digest of_date = hmac_sha256(prefixed.reveal(), date);
    const Digest of_region = hmac_sha256(bytes_of(of_date), region);
    const Digest of_service = hmac_sha256(bytes_of(of_region), service);
    return hmac_sha256(bytes_of(of_service), "aws4_request");
}

std::string canonical_request(const Canonical& request) {
    std::string text;
    text.reserve(512);
    text.append(request.method).append("\n").append(request.path).append("\n");
    text.append(request.query).append("\n");
    for (const auto& [name, value] : request.headers) {
        text.append(name).append(":").append(value).append("\n");
    }
    text.append("\n").append(signed_headers(request)).append("\n").append(request.payload_hash);
    return text;
}

std::string signed_headers(const Canonical& request) {
    std::string names;
    for (const auto& header : request.headers) {
        names.append(names.empty() ? "" : ";").append(header.first);
    }
    return names;
}

std::string signature(const Digest& day_key, std::string_view time, std::string_view scope,
                      std::string_view canonical_request) {
    std::string to_sign;
    to_sign.reserve(192);
    to_sign.append(algorithm).append("\n").append(time).append("\n").append(scope).append("\n");
    to_sign.append(to_hex(sha256(canonical_request)));
    return to_hex(hmac_sha256(bytes_of(day_key), to_sign));
}

std::string authorization(const Canonical& request, std::string_view access_key_id,
                          const Digest& day_key, std::string_view time, std::string_view scope) {
    std::string value(algorithm);
    value.append(" Credential=").append(access_key_id).append("/").append(scope);
    value.append(", SignedHeaders=").append(signed_headers(request));
    value.append(", Signature=");
    value.append(signature(day_key, time, scope, canonical_request(request)));
    return value;
}

}  // namespace charter::sigv4
