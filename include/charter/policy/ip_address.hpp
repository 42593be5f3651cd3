#pragma once

#include "charter/base/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace charter::policy {

/// An address or a range of addresses (CIDR), version 4 or 6: Cedar's ipaddr.
/// The address is kept as written, so `10.0.0.1/8` and `10.0.0.0/8` differ.
/// Source: Cedar language, "ipaddr", https://docs.cedarpolicy.com/policies/syntax-operators.html
struct IpAddress {
    bool is_v6 = false;
    std::uint8_t prefix = 32;              // bits, at most 32 or 128
    std::array<std::uint8_t, 16> bytes{};  // version 4 uses the first four

    /// Strict: no leading zeros, no zone, no version 4 inside version 6.
    /// Errors: invalid_request.
    static Result<IpAddress> parse(std::string_view text);

    /// Version 4 in 127.0.0.0/8, version 6 `::1`; of a range, all of it.
    bool is_loopback() const;
    /// Version 4 in 224.0.0.0/4, version 6 in ff00::/8; of a range, all of it.
    bool is_multicast() const;
    /// True when every address of this range lies in `other`. Versions never mix.
    bool is_in_range(const IpAddress& other) const;

    /// The prefix is left out when it covers one address.
    std::string text() const;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

}  // namespace charter::policy
