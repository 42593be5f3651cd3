#include "charter/storage/s3_place.hpp"

#include "s3_address.hpp"

#include "charter/catalog/storage_uri.hpp"

#include <algorithm>
#include <charconv>

namespace charter {
namespace {

constexpr std::size_t host_length_max = 253;  // RFC 1035 section 2.3.4
constexpr std::size_t region_length_max = 64;

Error invalid(std::string message) {
    return Error(ErrorCode::invalid_request, std::move(message));
}

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// A name, an IPv4 address, or an IPv6 address in brackets.
bool is_host(std::string_view host) {
    if (host.starts_with('[')) {
        const auto of_address = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
        };
        return host.size() > 3 && host.ends_with(']') &&
               std::ranges::all_of(host.substr(1, host.size() - 2), of_address);
    }
    return !host.empty() && host.size() <= host_length_max && is_letter_or_digit(host.front()) &&
           is_letter_or_digit(host.back()) && host.find("..") == std::string_view::npos &&
           std::ranges::all_of(
               host, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

Result<std::string> read_port(std::string_view text, std::string_view scheme) {
    unsigned port = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || port == 0 ||
        port > 65'535) {
        return invalid("the port of an endpoint is a number from 1 to 65535");
    }
    const bool usual = port == (scheme == "https" ? 443u : 80u);
    return usual ? std::string() : ":" + std::to_string(port);
}

Result<> check_region(std::string_view region) {
    if (region.empty() || region.size() > region_length_max ||
        !std::ranges::all_of(region, [](char c) { return is_letter_or_digit(c) || c == '-'; })) {
        return invalid("a region has 1 to 64 of a-z 0-9 -");
    }
    return {};
}

// An address has no names below it, so no bucket.host.
bool is_address(std::string_view endpoint) {
    const std::string_view authority = endpoint.substr(endpoint.find("://") + 3);
    return authority.starts_with('[') ||
           std::ranges::all_of(authority.substr(0, authority.find(':')),
                               [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// The domain of a region's services, with the dot before it.
std::string_view aws_domain(std::string_view region) {
    return region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
}

}  // namespace

Result<std::string> parse_s3_endpoint(std::string_view text) {
    const std::size_t colon = text.find("://");
    std::string scheme(text.substr(0, colon));
    std::ranges::transform(scheme, scheme.begin(), to_lower);
    if (colon == std::string_view::npos || (scheme != "https" && scheme != "http")) {
        return invalid("an endpoint is written https://HOST or https://HOST:PORT");
    }
    std::string_view authority = text.substr(colon + 3);
    if (authority.ends_with('/')) {
        authority.remove_suffix(1);
    }
    if (authority.find_first_of("/@?#\\%") != std::string_view::npos) {
        return invalid("an endpoint has no user, path, query or fragment");
    }
    const std::size_t bracket = authority.rfind(']');
    const std::size_t port_colon =
        authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    std::string host(authority.substr(0, port_colon));
    std::ranges::transform(host, host.begin(), to_lower);
    if (!is_host(host)) {
        return invalid("the host of an endpoint is a name or an address");
    }
    std::string port;
    if (port_colon != std::string_view::npos) {
        Result<std::string> read = read_port(authority.substr(port_colon + 1), scheme);
        if (!read) {
            return read.error();
        }
        port = std::move(read).value();
    }
    return scheme + "://" + host + port;
}

Result<S3Place> make_s3_place(std::optional<std::string_view> endpoint, std::string_view region,
                              std::string_view bucket, bool path_style) {
    if (const Result<> checked = check_region(region); !checked) {
        return checked.error();
    }
    const std::string of_aws = "https://s3." + std::string(region).append(aws_domain(region));
    Result<std::string> parsed = parse_s3_endpoint(endpoint.value_or(of_aws));
    if (!parsed) {
        return parsed.error();
    }
    // The rules for the names of buckets are those of locations.
    const Result<StorageUri> location = StorageUri::parse("s3://" + std::string(bucket) + "/");
    if (!location) {
        return location.error();
    }
    if (!location->segments().empty()) {
        return invalid("a bucket has no / in its name");
    }
    S3Place place;
    place.endpoint = std::move(parsed).value();
    place.region = region;
    place.bucket = bucket;
    const bool dotted = place.bucket.find('.') != std::string::npos;
    place.path_style = path_style || (dotted && place.endpoint.starts_with("https:")) ||
                       is_address(place.endpoint);
    return place;
}

S3Address address_of(const S3Place& place) {
    const std::size_t host_begin = place.endpoint.find("://") + 3;
    const std::string scheme = place.endpoint.substr(0, host_begin);
    S3Address address;
    address.host = (place.path_style ? "" : place.bucket + ".") + place.endpoint.substr(host_begin);
    address.origin = scheme + address.host;
    address.path = place.path_style ? "/" + place.bucket : "/";
    return address;
}

bool is_aws(const S3Place& place) {
    // aws_domain begins with a dot, so no other domain ends like it.
    return place.endpoint.ends_with(".amazonaws.com") ||
           place.endpoint.ends_with(".amazonaws.com.cn");
}

std::string_view partition_of(const S3Place& place) {
    if (!is_aws(place)) {
        return "aws";
    }
    return place.region.starts_with("cn-")       ? "aws-cn"
           : place.region.starts_with("us-gov-") ? "aws-us-gov"
                                                 : "aws";
}

std::string sts_endpoint(const S3Place& place) {
    return is_aws(place) ? "https://sts." + place.region + std::string(aws_domain(place.region))
                         : place.endpoint;
}

}  // namespace charter
