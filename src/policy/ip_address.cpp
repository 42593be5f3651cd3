#include "charter/policy/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace charter::policy {
namespace {

// "ABCD:EF01:2345:6789:ABCD:EF01:2345:6789/128"
constexpr std::size_t text_bytes_max = 43;

Error refused(std::string_view text) {
    return {ErrorCode::invalid_request,
            "not an IP address or range: \"" + std::string(text.substr(0, text_bytes_max)) + "\""};
}

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool parse_prefix(std::string_view text, unsigned most, std::uint8_t& prefix) {
    if (!is_digits(text) || text.size() > 3 || (text.size() > 1 && text.front() == '0')) {
        return false;
    }
    unsigned bits = 0;
    std::from_chars(text.data(), text.data() + text.size(), bits);
    prefix = static_cast<std::uint8_t>(bits);
    return bits <= most;
}

/// True when the first `bits` bits are the same.
bool same_network(const IpAddress& a, const IpAddress& b, unsigned bits) {
    const std::size_t whole = bits / 8;
    if (!std::equal(a.bytes.begin(), a.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                    b.bytes.begin())) {
        return false;
    }
    if (bits % 8 == 0) {
        return true;
    }
    const unsigned mask = 0xff00U >> (bits % 8);
    return ((static_cast<unsigned>(a.bytes[whole]) ^ b.bytes[whole]) & mask & 0xffU) == 0;
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.size() > text_bytes_max || text.find('\0') != std::string_view::npos) {
        return refused(text);
    }
    const std::size_t slash = text.find('/');
    const std::string address(text.substr(0, slash));

    IpAddress parsed;
    parsed.is_v6 = address.find(':') != std::string::npos;
    if (parsed.is_v6) {
        // inet_pton would take a version 4 tail; Cedar does not.
        if (address.find('.') != std::string::npos ||
            inet_pton(AF_INET6, address.c_str(), parsed.bytes.data()) != 1) {
            return refused(text);
        }
        parsed.prefix = 128;
    } else if (inet_pton(AF_INET, address.c_str(), parsed.bytes.data()) != 1) {
        return refused(text);
    }
    if (slash != std::string_view::npos &&
        !parse_prefix(text.substr(slash + 1), parsed.prefix, parsed.prefix)) {
        return refused(text);
    }
    return parsed;
}

bool IpAddress::is_loopback() const {
    if (!is_v6) {
        return bytes[0] == 127 && prefix >= 8;
    }
    constexpr std::array<std::uint8_t, 16> loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return bytes == loopback && prefix == 128;
}

bool IpAddress::is_multicast() const {
    return is_v6 ? bytes[0] == 0xff && prefix >= 8 : (bytes[0] & 0xf0U) == 0xe0U && prefix >= 4;
}

bool IpAddress::is_in_range(const IpAddress& other) const {
    return is_v6 == other.is_v6 && prefix >= other.prefix &&
           same_network(*this, other, other.prefix);
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    std::string written;
    if (!is_v6) {
        written = inet_ntop(AF_INET, bytes.data(), buffer.data(), buffer.size());
    } else {
        // Groups one by one: inet_ntop would write some addresses with a version 4
        // tail, which parse refuses.
        for (std::size_t i = 0; i < bytes.size(); i += 2) {
            const unsigned group = static_cast<unsigned>(bytes[i]) << 8U | bytes[i + 1];
            const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), group, 16);
            written += i == 0 ? "" : ":";
            written.append(buffer.data(), end.ptr);
        }
    }
    return prefix == (is_v6 ? 128 : 32) ? written : written + "/" + std::to_string(prefix);
}

}  // namespace charter::policy
