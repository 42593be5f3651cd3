#include "response_head.hpp"

#include "head_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace charter::http {
namespace {

// The statuses this server answers with. RFC 9112 section 4 lets the phrase be
// empty, which is what an unlisted one gets.
std::string_view reason(unsigned status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 302:
            return "Found";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return {};
    }
}

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

// What an answer is, is what its Content-Type says; no other site embeds it; its address, which
// may be a signed one, goes nowhere.
constexpr std::string_view browser_lines =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

// Opened in a browser, data and documents load nothing, run nothing and stand in no frame.
constexpr std::string_view policy_line =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n";

// RFC 6797: one year. Section 7.2 forbids it on plain HTTP.
constexpr std::string_view transport_line =
    "Strict-Transport-Security: max-age=31536000\r\n";

bool has_own_policy(const Response& response) {
    return response.content_type.starts_with("text/html") &&
           std::ranges::any_of(response.headers, [](const auto& field) {
               return field.first == "Content-Security-Policy";
           });
}

bool has_control(std::string_view value) {
    return std::ranges::any_of(value, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && byte != '\t') || byte == 0x7f;
    });
}

}  // namespace

bool sendable(const Response& response) {
    return response.status >= 200 && response.status <= 599 &&
           !has_control(response.content_type) &&
           std::ranges::all_of(response.headers, [](const auto& field) {
               return is_token(field.first) && !has_control(field.second);
           });
}

void write_head(std::string& out, const Response& response, Framing framing, std::uint64_t length,
                std::string_view request_id, std::string_view date_line, bool keep_alive,
                bool secure) {
    out.assign("HTTP/1.1 ");
    append_number(out, response.status);
    out += ' ';
    out += reason(response.status);
    out += "\r\n";
    out += date_line;
    if (!response.content_type.empty()) {
        out += "Content-Type: ";
        out += response.content_type;
        out += "\r\n";
    }
    switch (framing) {
        case Framing::length:
            out += "Content-Length: ";
            append_number(out, length);
            out += "\r\n";
            break;
        case Framing::chunked:
            out += "Transfer-Encoding: chunked\r\n";
            break;
        case Framing::none:
        case Framing::close:
            break;
    }
    if (!request_id.empty()) {
        out += "X-Request-Id: ";
        out += request_id;
        out += "\r\n";
    }
    out += browser_lines;
    if (!has_own_policy(response)) {
        out += policy_line;
    }
    if (secure) {
        out += transport_line;
    }
    for (const auto& [name, value] : response.headers) {
        out += name;
        out += ": ";
        out += value;
        out += "\r\n";
    }
    out += keep_alive ? "\r\n" : "Connection: close\r\n\r\n";
}

std::string make_date_line() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    // Not strftime's %a and %b: those follow the locale.
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 32> rest;
    std::strftime(rest.data(), rest.size(), " %Y %H:%M:%S GMT\r\n", &parts);
    std::string line = "Date: ";
    line += days[static_cast<std::size_t>(parts.tm_wday)];
    line += parts.tm_mday < 10 ? ", 0" : ", ";
    append_number(line, static_cast<std::uint64_t>(parts.tm_mday));
    line += ' ';
    line += months[static_cast<std::size_t>(parts.tm_mon)];
    line += rest.data();
    return line;
}

}  // namespace charter::http
