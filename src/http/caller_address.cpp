#include "caller_address.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace charter::http {
namespace {

namespace ip = boost::asio::ip;

// A longer list than any chain of proxies: who adds to it without end gets no answer.
constexpr std::size_t forwarded_addresses_max = 32;

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711".
std::optional<ip::address> parse_address(std::string_view text) {
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == text.npos || (close + 1 < text.size() && text[close + 1] != ':')) {
            return std::nullopt;
        }
        text = text.substr(1, close - 1);
    } else if (std::ranges::count(text, ':') == 1) {
        text = text.substr(0, text.find(':'));
    }
    if (text.find('%') != text.npos) {
        return std::nullopt;  // a zone, which means nothing here
    }
    boost::system::error_code failed;
    const ip::address address = ip::make_address(text, failed);
    if (failed) {
        return std::nullopt;
    }
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

// Several fields are one list (RFC 9110 section 5.3). From the last to the first, because
// each proxy appends and only what ours wrote is known to be true.
std::optional<Refusal> read_addresses(Request& request, std::span<const Network> proxies) {
    std::size_t read = 0;
    for (auto field = request.headers.rbegin(); field != request.headers.rend(); ++field) {
        if (!equal_ignoring_case(field->first, "x-forwarded-for")) {
            continue;
        }
        std::string_view rest = field->second;
        for (bool more = true; more;) {
            const std::size_t comma = rest.rfind(',');
            more = comma != rest.npos;
            const std::optional<ip::address> address =
                parse_address(trimmed(more ? rest.substr(comma + 1) : rest));
            rest = more ? rest.substr(0, comma) : std::string_view();
            if (!address || ++read > forwarded_addresses_max) {
                return Refusal{ErrorCode::invalid_request,
                               "the proxy's X-Forwarded-For is no list of addresses"};
            }
            request.peer = address->to_string();
            request.peer_key = address_key(*address);
            if (!is_in(*address, proxies)) {
                return std::nullopt;
            }
        }
    }
    return std::nullopt;
}

std::optional<Refusal> read_scheme(Request& request) {
    std::size_t fields = 0;
    for (const auto& [name, value] : request.headers) {
        if (!equal_ignoring_case(name, "x-forwarded-proto")) {
            continue;
        }
        request.secure = value == "https";
        if (++fields > 1 || (value != "https" && value != "http")) {
            return Refusal{ErrorCode::invalid_request,
                           "the proxy's X-Forwarded-Proto is neither http nor https"};
        }
    }
    return std::nullopt;
}

}  // namespace

// No global IPv6 network begins with 32 zero bits, so the two kinds do not meet.
std::uint64_t address_key(const ip::address& address) {
    if (address.is_v4()) {
        return address.to_v4().to_uint();
    }
    const ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, v6).to_uint();
    }
    const auto bytes = v6.to_bytes();
    std::uint64_t key = 0;
    std::memcpy(&key, bytes.data(), sizeof(key));
    return key;
}

bool is_in(const ip::address& address, std::span<const Network> networks) {
    return std::ranges::any_of(
        networks, [&address](const Network& network) { return network.contains(address); });
}

std::optional<Refusal> read_forwarded(Request& request, std::span<const Network> proxies) {
    if (const auto refusal = read_addresses(request, proxies)) {
        return refusal;
    }
    return read_scheme(request);
}

}  // namespace charter::http
