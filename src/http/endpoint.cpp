#include "charter/http/server.hpp"

#include <charconv>

#include <boost/asio/ip/address.hpp>

namespace charter::http {

std::string Endpoint::text() const {
    const bool v6 = address.find(':') != address.npos;
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
    const Error invalid(ErrorCode::invalid_request,
                        "an address to listen on is written 127.0.0.1:8080, [::1]:8080 or "
                        "localhost:8080");
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) {
        return invalid;
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);

    Endpoint endpoint;
    const auto parsed =
        std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
    if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
        return invalid;
    }
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    boost::system::error_code failed;
    const auto address = boost::asio::ip::make_address(
        host == "localhost" ? std::string("127.0.0.1") : std::string(host), failed);
    if (failed || address.is_v6() != bracketed) {
        return invalid;
    }
    endpoint.address = address.to_string();
    return endpoint;
}

}  // namespace charter::http
