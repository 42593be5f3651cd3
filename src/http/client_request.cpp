#include "client_request.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace charter::http {

namespace {

// As our own server takes; more is a mistake of ours.
constexpr std::size_t head_bytes_max = 32 * 1024;

constexpr std::array<std::string_view, 10> own_fields = {
    "host", "content-length", "connection", "transfer-encoding", "keep-alive", "upgrade",
    "te",   "trailer",        "expect",     "proxy-connection"};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
        return (c < 0x80 && std::isalnum(c) != 0) ||
               std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) !=
                   std::string_view::npos;
    });
}

/// RFC 9110 section 5.5: no control character but the tab; no space at the ends, where
/// a reader would drop it and a signature not.
bool is_field_value(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    return (text.empty() || (!is_space(text.front()) && !is_space(text.back()))) &&
           std::ranges::all_of(
               text, [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7f); });
}

/// RFC 9110 section 8.6: a method that has a body says so even when it is empty.
bool expects_body(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

Error invalid(std::string_view what) {
    return Error(ErrorCode::invalid_request, "the call cannot be made: " + std::string(what));
}

}  // namespace

Result<std::string> request_head(const FetchRequest& request, const Target& target) {
    if (!is_token(request.method) || request.method == "CONNECT" || request.method == "TRACE") {
        return invalid("its method is none that is sent");
    }
    std::string head =
        request.method + " " + target.resource + " HTTP/1.1\r\nHost: " + target.authority + "\r\n";
    bool accept_encoding = false;
    for (const auto& [name, value] : request.headers) {
        const std::string lower_name = lower(name);
        if (!is_token(name)) {
            return invalid("the name of a header is no token");
        }
        if (std::ranges::find(own_fields, lower_name) != own_fields.end()) {
            return invalid("the header " + lower_name + " is the client's own");
        }
        if (!is_field_value(value)) {
            return invalid("the header " + lower_name + " has a value that cannot be sent");
        }
        accept_encoding = accept_encoding || lower_name == "accept-encoding";
        head += name + ": " + value + "\r\n";
    }
    if (!accept_encoding) {
        head += "Accept-Encoding: identity\r\n";  // no header at all would mean "any"
    }
    if (!request.body.empty() || expects_body(request.method)) {
        head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    }
    head += "\r\n";
    if (head.size() > head_bytes_max) {
        return invalid("its headers have more than " + std::to_string(head_bytes_max) + " bytes");
    }
    return head;
}

bool is_idempotent(std::string_view method) {
    static constexpr std::array<std::string_view, 5> methods = {"GET", "HEAD", "OPTIONS", "PUT",
                                                                "DELETE"};
    return std::ranges::find(methods, method) != methods.end();
}

}  // namespace charter::http
