#pragma once

#include "charter/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>

namespace charter::http {

/// Where an outgoing call goes: the parts of a checked URL.
struct Target {
    bool tls = true;
    std::string host;                                 // lower case, without brackets
    std::optional<boost::asio::ip::address> literal;  // when the host is an address
    std::uint16_t port = 443;
    std::string authority;  // for Host, as the URL has it
    std::string resource;   // path and query

    /// "https://host:port": names the connections that may be shared, and the call in logs.
    std::string origin() const;
};

/// Splits an http or https URL. Strict, so that no two readers see two hosts in it: no user
/// part, no fragment, only the characters of RFC 3986, whole escapes; a host is a
/// name of letters, digits, - and _, or an address in the usual form.
/// Errors: invalid_request (says what is wrong, without the URL).
Result<Target> parse_target(std::string_view url);

}  // namespace charter::http
