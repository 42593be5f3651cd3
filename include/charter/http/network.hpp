#pragma once

#include "charter/base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace boost::asio::ip {
class address;
}

namespace charter::http {

/// A range of addresses (CIDR), version 4 or 6; one address is a range of one.
class Network {
public:
    /// Reads `10.0.0.0/8`, `fd00::/8`, `192.0.2.1`, `::1`. Strict: the bits after the prefix
    /// must be 0, no zone, no version 4 inside version 6 (write the version 4).
    /// Errors: invalid_request.
    static Result<Network> parse(std::string_view text);

    /// Versions never mix: `::/0` holds no version 4 address.
    bool contains(const boost::asio::ip::address& address) const;

    std::string text() const;

    friend bool operator==(const Network&, const Network&) = default;

private:
    bool is_v6_ = false;
    std::size_t prefix_bits_ = 0;
    std::array<std::uint8_t, 16> bytes_{};  // version 4 uses the first four
};

/// True when the address may be called: it is an address of the public internet, or in
/// one of `allowed`. All else is refused: private, loopback, link-local (cloud
/// metadata), shared (CGNAT), multicast, documentation, reserved, unspecified, and
/// the forms of these inside version 6 (mapped, NAT64 64:ff9b::/96, 6to4).
/// Source: IANA special-purpose address registries (RFC 6890), RFC 6052, RFC 3056.
bool may_call(const boost::asio::ip::address& address, std::span<const Network> allowed);

}  // namespace charter::http
