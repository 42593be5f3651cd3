#include "charter/http/network.hpp"

#include <algorithm>
#include <charconv>

#include <boost/asio/ip/address.hpp>

namespace charter::http {

namespace {

namespace ip = boost::asio::ip;

using Bytes = std::array<std::uint8_t, 16>;

bool same_prefix(const Bytes& left, const Bytes& right, std::size_t bits) {
    const std::size_t whole = bits / 8;
    if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(whole),
                    right.begin())) {
        return false;
    }
    const std::size_t rest = bits % 8;
    return rest == 0 || (left[whole] >> (8 - rest)) == (right[whole] >> (8 - rest));
}

Bytes bytes_of(const ip::address& address) {
    Bytes bytes{};
    if (address.is_v4()) {
        const ip::address_v4::bytes_type four = address.to_v4().to_bytes();
        std::copy(four.begin(), four.end(), bytes.begin());
    } else {
        const ip::address_v6::bytes_type sixteen = address.to_v6().to_bytes();
        std::copy(sixteen.begin(), sixteen.end(), bytes.begin());
    }
    return bytes;
}

/// A socket of version 6 reaches version 4 through ::ffff:a.b.c.d.
ip::address unmapped(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

ip::address embedded_v4(const Bytes& bytes, std::size_t at) {
    return ip::make_address_v4(
        ip::address_v4::bytes_type{bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

struct Range {
    std::array<std::uint8_t, 6> bytes;  // the longest prefix below has 48 bits
    std::size_t prefix_bits;
};

template <std::size_t count>
bool in_any(const Bytes& address, const std::array<Range, count>& ranges) {
    return std::ranges::any_of(ranges, [&](const Range& range) {
        Bytes start{};
        std::ranges::copy(range.bytes, start.begin());
        return same_prefix(address, start, range.prefix_bits);
    });
}

bool is_public_v4(const Bytes& address) {
    static constexpr std::array<Range, 16> refused = {{
        {{0}, 8},                  // this network, unspecified
        {{10}, 8},                 // private
        {{100, 64}, 10},           // shared (CGNAT)
        {{127}, 8},                // loopback
        {{168, 63, 129, 16}, 32},  // not reserved: Azure's platform, from inside only
        {{169, 254}, 16},          // link-local, cloud metadata
        {{172, 16}, 12},           // private
        {{192, 0, 0}, 24},         // IETF protocols
        {{192, 0, 2}, 24},         // documentation
        {{192, 88, 99}, 24},       // 6to4 relays
        {{192, 168}, 16},          // private
        {{198, 18}, 15},           // benchmarks
        {{198, 51, 100}, 24},      // documentation
        {{203, 0, 113}, 24},       // documentation
        {{224}, 4},                // multicast
        {{240}, 4},                // reserved, broadcast
    }};
    return !in_any(address, refused);
}

bool is_public_v6(const Bytes& address) {
    static constexpr std::array<Range, 1> nat64 = {{{{0x00, 0x64, 0xff, 0x9b}, 96}}};
    static constexpr std::array<Range, 1> six_to_four = {{{{0x20, 0x02}, 16}}};
    static constexpr std::array<Range, 1> global = {{{{0x20}, 3}}};
    static constexpr std::array<Range, 3> refused = {{
        {{0x20, 0x01, 0x00}, 23},        // IETF protocols, Teredo, ORCHID
        {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
        {{0x3f, 0xff, 0x00}, 20},        // documentation
    }};
    if (in_any(address, nat64)) {
        return is_public_v4(bytes_of(embedded_v4(address, 12)));
    }
    if (in_any(address, six_to_four)) {
        return is_public_v4(bytes_of(embedded_v4(address, 2)));
    }
    // Nothing outside 2000::/3 is global unicast: loopback, fc00::/7, fe80::/10 and ff00::/8
    // neither.
    return in_any(address, global) && !in_any(address, refused);
}

}  // namespace

Result<Network> Network::parse(std::string_view text) {
    const auto invalid = [](std::string message) {
        return Error(ErrorCode::invalid_request, std::move(message));
    };
    const std::size_t slash = text.find('/');
    const std::string host(text.substr(0, slash));
    boost::system::error_code failed;
    const ip::address address = ip::make_address(host, failed);
    if (failed || host.find('%') != std::string::npos) {
        return invalid("an address or network such as 10.0.0.0/8 or fd00::/8 is expected");
    }
    if (unmapped(address) != address) {
        return invalid("write " + unmapped(address).to_string() + " instead of the mapped form");
    }
    Network network;
    network.is_v6_ = address.is_v6();
    network.bytes_ = bytes_of(address);
    const std::size_t bits_max = address.is_v6() ? 128 : 32;
    network.prefix_bits_ = bits_max;
    if (slash != text.npos) {
        const std::string_view digits = text.substr(slash + 1);
        const char* end = digits.data() + digits.size();
        const auto parsed = std::from_chars(digits.data(), end, network.prefix_bits_);
        const bool leading_zero = digits.size() > 1 && digits.front() == '0';
        if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != end || leading_zero ||
            network.prefix_bits_ > bits_max) {
            return invalid("a prefix of 0 to " + std::to_string(bits_max) + " bits is expected");
        }
    }
    Network start = network;
    for (std::size_t bit = network.prefix_bits_; bit < 128; ++bit) {
        start.bytes_[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> (bit % 8)));
    }
    if (start != network) {
        return invalid("address bits are set after the prefix; the network is " + start.text());
    }
    return network;
}

bool Network::contains(const ip::address& address) const {
    const ip::address plain = unmapped(address);
    return plain.is_v6() == is_v6_ && same_prefix(bytes_of(plain), bytes_, prefix_bits_);
}

std::string Network::text() const {
    ip::address_v6::bytes_type sixteen{};
    std::copy(bytes_.begin(), bytes_.end(), sixteen.begin());
    const std::string address =
        is_v6_ ? ip::make_address_v6(sixteen).to_string() : embedded_v4(bytes_, 0).to_string();
    return prefix_bits_ == (is_v6_ ? 128u : 32u) ? address
                                                 : address + "/" + std::to_string(prefix_bits_);
}

bool may_call(const ip::address& address, std::span<const Network> allowed) {
    const ip::address plain = unmapped(address);
    const bool is_public =
        plain.is_v4() ? is_public_v4(bytes_of(plain)) : is_public_v6(bytes_of(plain));
    return is_public || std::ranges::any_of(allowed, [&](const Network& network) {
               return network.contains(plain);
           });
}

}  // namespace charter::http
