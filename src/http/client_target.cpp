#include "client_target.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace charter::http {

namespace {

namespace ip = boost::asio::ip;

// Longer than any signed URL we make; servers take 8 KiB of request line.
constexpr std::size_t url_bytes_max = 8'000;
constexpr std::size_t host_bytes_max = 253;  // RFC 1035 section 2.3.4, as text
constexpr std::size_t label_bytes_max = 63;

Error invalid(std::string_view what) {
    return Error(ErrorCode::invalid_request, "the URL to call " + std::string(what));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_letter_or_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// RFC 3986: pchar, "/" and "?".
bool is_resource(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
                return false;
            }
        } else if (!is_letter_or_digit(text[i]) &&
                   std::string_view("-._~!$&'()*+,;=:@/?").find(text[i]) ==
                       std::string_view::npos) {
            return false;
        }
    }
    return true;
}

/// A name ending in a number would be read as an address by some (0x7f.1, 2130706433).
bool is_name(std::string_view host) {
    if (host.empty() || host.size() > host_bytes_max) {
        return false;
    }
    for (std::string_view rest = host; true;) {
        const std::string_view label = rest.substr(0, rest.find('.'));
        const bool good = !label.empty() && label.size() <= label_bytes_max &&
                          std::ranges::all_of(label, [](char c) {
                              return is_letter_or_digit(c) || c == '-' || c == '_';
                          });
        if (!good) {
            return false;
        }
        if (label.size() == rest.size()) {
            const bool number = std::ranges::all_of(label, is_digit);
            return !number && !label.starts_with("0x") && !label.starts_with("0X");
        }
        rest.remove_prefix(label.size() + 1);
    }
}

Result<> read_host(Target& target, std::string_view host, bool bracketed) {
    target.host = host;
    std::ranges::transform(target.host, target.host.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!bracketed && is_name(host)) {
        return {};
    }
    boost::system::error_code failed;
    const ip::address address = ip::make_address(target.host, failed);
    if (failed || address.is_v6() != bracketed || host.find('%') != host.npos) {
        return invalid("has no host that may be called");
    }
    target.literal = address;
    return {};
}

Result<> read_authority(Target& target, std::string_view authority) {
    if (authority.find('@') != authority.npos) {
        return invalid("has a user part");
    }
    target.authority = authority;
    const bool bracketed = authority.starts_with('[');
    const std::size_t host_end = bracketed ? authority.find(']') : authority.find(':');
    if (bracketed && host_end == authority.npos) {
        return invalid("has no host that may be called");
    }
    const std::string_view host =
        bracketed ? authority.substr(1, host_end - 1) : authority.substr(0, host_end);
    std::string_view rest =
        authority.substr(std::min(bracketed ? host_end + 1 : host_end, authority.size()));
    if (!rest.empty()) {
        const std::string_view digits = rest.substr(1);
        const char* end = digits.data() + digits.size();
        const auto parsed = std::from_chars(digits.data(), end, target.port);
        if (!rest.starts_with(':') || digits.empty() || parsed.ec != std::errc() ||
            parsed.ptr != end || target.port == 0) {
            return invalid("has no port of 1 to 65535");
        }
    }
    return read_host(target, host, bracketed);
}

}  // namespace

std::string Target::origin() const {
    const bool bracketed = literal && literal->is_v6();
    return (tls ? "https://" : "http://") + (bracketed ? "[" + host + "]" : host) + ":" +
           std::to_string(port);
}

Result<Target> parse_target(std::string_view url) {
    if (url.size() > url_bytes_max) {
        return invalid("is longer than " + std::to_string(url_bytes_max) + " bytes");
    }
    const std::size_t scheme_end = std::min(url.find("://"), url.size());
    std::string scheme(url.substr(0, scheme_end));
    std::ranges::transform(scheme, scheme.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (scheme_end == url.size() || (scheme != "https" && scheme != "http")) {
        return invalid("does not begin with https:// or http://");
    }
    Target target;
    target.tls = scheme == "https";
    target.port = target.tls ? 443 : 80;
    url.remove_prefix(scheme_end + 3);
    if (url.find('#') != url.npos) {
        return invalid("has a fragment");
    }
    const std::size_t authority_end = std::min(url.find_first_of("/?"), url.size());
    if (const Result<> read = read_authority(target, url.substr(0, authority_end)); !read) {
        return read.error();
    }
    const std::string_view resource = url.substr(authority_end);
    if (!is_resource(resource)) {
        return invalid("has characters that must be escaped");
    }
    target.resource = (resource.starts_with('/') ? "" : "/") + std::string(resource);
    return target;
}

}  // namespace charter::http
