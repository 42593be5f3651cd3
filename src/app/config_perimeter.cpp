// What the configuration says of callers: how many, how much, through which proxies, from
// pages of which origins.
#include "config.hpp"

#include "charter/http/cors.hpp"

#include <charconv>
#include <sstream>

namespace charter::app {

namespace {

// More says that the unit was mistaken.
constexpr std::size_t number_max = 1'000'000;

Result<> set_number(std::size_t& setting, const std::string& value, std::size_t least) {
    const auto [stop, failed] =
        std::from_chars(value.data(), value.data() + value.size(), setting);
    const bool good = failed == std::errc() && stop == value.data() + value.size() &&
                      setting >= least && setting <= number_max;
    return good ? Result<>()
                : Result<>(Error(ErrorCode::invalid_request, std::to_string(least) + " to " +
                                                                 std::to_string(number_max) +
                                                                 " is expected"));
}

}  // namespace

Result<> set_words(const std::string& value,
                   const std::function<Result<>(const std::string&)>& take) {
    std::stringstream parts(value);
    for (std::string part; std::getline(parts, part, ',');) {
        const std::size_t begin = std::min(part.find_first_not_of(' '), part.size());
        const std::size_t end = part.find_last_not_of(' ') + 1;
        part = part.substr(begin, end - begin);
        if (const Result<> taken = take(part); !taken) {
            return Error(ErrorCode::invalid_request, "`" + part + "`: " + taken.error().message());
        }
    }
    return {};
}

Result<> set_networks(std::vector<http::Network>& networks, const std::string& value) {
    networks.clear();
    return set_words(value, [&networks](const std::string& word) -> Result<> {
        const Result<http::Network> network = http::Network::parse(word);
        if (!network) {
            return network.error();
        }
        networks.push_back(*network);
        return {};
    });
}

std::optional<Result<>> set_perimeter(Config& config, const std::string& key,
                                      const std::string& value) {
    if (key == "proxies") {
        return set_networks(config.perimeter.proxies, value);
    }
    if (key == "cors_origins") {
        config.perimeter.cors_origins.clear();
        return set_words(value, [&config](const std::string& word) -> Result<> {
            config.perimeter.cors_origins.push_back(word);
            return http::check_origin(word);
        });
    }
    if (key == "rate_limit_per_address") {
        return set_number(config.perimeter.requests_per_address_per_s_max, value, 0);
    }
    if (key == "rate_limit_per_principal") {
        return set_number(config.requests_per_principal_per_s, value, 0);
    }
    if (key == "failed_sign_ins_per_minute") {
        return set_number(config.failed_sign_ins_per_minute, value, 0);
    }
    if (key == "connections_max") {
        return set_number(config.connections_max, value, 1);
    }
    if (key == "connections_per_address_max") {
        return set_number(config.connections_per_address_max, value, 1);
    }
    return std::nullopt;
}

}  // namespace charter::app
