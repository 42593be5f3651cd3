#pragma once

#include "charter/http/message.hpp"
#include "charter/http/network.hpp"
#include "head_parser.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <boost/asio/ip/address.hpp>

namespace charter::http {

/// By what limits count an address: an IPv4 address (mapped ones too), or the first half of
/// an IPv6 address, which is what one subscriber gets.
std::uint64_t address_key(const boost::asio::ip::address& address);

bool is_in(const boost::asio::ip::address& address, std::span<const Network> networks);

/// Takes from the headers of a request that a proxy passed on who asked and how: the last
/// address of X-Forwarded-For that is none of `proxies`, and X-Forwarded-Proto. A header
/// that is missing says nothing: then the proxy itself asks. `Forwarded` is not read, since
/// a proxy that writes the one passes on a caller's own of the other.
/// A header that cannot be understood is refused rather than passed over: what it says
/// decides (context.ip).
std::optional<Refusal> read_forwarded(Request& request, std::span<const Network> proxies);

}  // namespace charter::http
