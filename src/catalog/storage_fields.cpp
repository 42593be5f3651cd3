// What the fields of a storage may be. All of them end up in requests to the provider.
#include "catalog/storage_fields.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/catalog/names.hpp"
#include "charter/catalog/storage_uri.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace charter {
namespace {

constexpr std::size_t host_bytes_max = 253;  // RFC 1035 section 2.3.4
constexpr std::size_t region_bytes_max = 63;
constexpr std::size_t access_key_bytes_max = 128;  // AWS STS API, "Credentials"
constexpr std::size_t secret_key_bytes_max = 512;
constexpr std::size_t role_bytes_max = 2'048;  // AWS STS API, "AssumeRole"

Error invalid(std::string message) {
    return Error(ErrorCode::invalid_request, std::move(message));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool all_of(std::string_view text, std::string_view others) {
    return std::ranges::all_of(text, [&](char c) {
        return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
    });
}

bool is_host(std::string_view host) {
    if (host.starts_with('[')) {
        const auto of_address = [](char c) {
            return is_digit(c) || c == ':' || c == '.' || (c >= 'a' && c <= 'f') ||
                   (c >= 'A' && c <= 'F');
        };
        return host.size() > 4 && host.ends_with(']') &&
               std::ranges::all_of(host.substr(1, host.size() - 2), of_address);
    }
    return !host.empty() && host.size() <= host_bytes_max && all_of(host, "-.") &&
           is_alphanumeric(host.front()) && is_alphanumeric(host.back()) &&
           host.find("..") == std::string_view::npos;
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failed == std::errc() && stop == text.data() + text.size() && port > 0;
}

}  // namespace

Result<std::string> parse_root(std::string_view text) {
    const Error refused(ErrorCode::invalid_request,
                        "a root is a folder such as lake or lake/raw, without empty parts, . and "
                        "..");
    if (text.empty() || text.size() > limits::object_path_bytes_max || !is_utf8(text) ||
        has_control_character(text)) {
        return refused;
    }
    std::string_view rest = text.starts_with('/') ? text.substr(1) : text;
    if (rest.ends_with('/')) {
        rest.remove_suffix(1);
    }
    while (true) {
        const std::size_t slash = rest.find('/');
        const std::string_view part = rest.substr(0, slash);
        if (part.empty() || part == "." || part == ".." ||
            part.find('\\') != std::string_view::npos) {
            return refused;
        }
        if (slash == std::string_view::npos) {
            return std::string(text);
        }
        rest = rest.substr(slash + 1);
    }
}

Result<std::string> parse_storage_endpoint(std::string_view text) {
    const Error refused = invalid("an endpoint is https://HOST or https://HOST:PORT (or http), without a path");
    std::string_view rest = text;
    if (rest.starts_with("https://")) {
        rest.remove_prefix(8);
    } else if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
    } else {
        return refused;
    }
    const std::size_t bracket = rest.rfind(']');
    const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        if (!is_port(rest.substr(colon + 1))) {
            return refused;
        }
        rest = rest.substr(0, colon);
    }
    return is_host(rest) ? Result<std::string>(std::string(text)) : Result<std::string>(refused);
}

Result<std::string> parse_region(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= region_bytes_max &&
                      std::ranges::all_of(text, [](char c) {
                          return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z');
                      });
    if (!fits) {
        return invalid("a region has 1 to 63 of a-z 0-9 -, such as us-east-1");
    }
    return std::string(text);
}

Result<std::string> parse_bucket(std::string_view text) {
    const Result<> checked = check_bucket(text);
    return checked ? Result<std::string>(std::string(text)) : Result<std::string>(checked.error());
}

Result<std::string> parse_access_key_id(std::string_view text) {
    if (text.empty() || text.size() > access_key_bytes_max || !all_of(text, "-_.+@")) {
        return invalid("an access key id has 1 to 128 of A-Z a-z 0-9 - _ . + @");
    }
    return std::string(text);
}

Result<Secret> parse_secret_access_key(std::string_view text) {
    const bool visible = std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
    if (text.empty() || text.size() > secret_key_bytes_max || !visible) {
        return invalid("a secret access key has 1 to 512 visible ASCII characters");
    }
    return Secret(text);
}

Result<std::string> parse_role_arn(std::string_view text) {
    const Error refused =
        invalid("a role is written arn:aws:iam::ACCOUNT:role/NAME");
    constexpr std::string_view service = ":iam::";
    constexpr std::string_view role = ":role/";
    const std::size_t end = text.find(':', 4);
    if (text.size() > role_bytes_max || !text.starts_with("arn:") ||
        end == std::string_view::npos) {
        return refused;
    }
    const std::string_view partition = text.substr(4, end - 4);
    std::string_view rest = text.substr(end);
    const bool partitioned = !partition.empty() && std::ranges::all_of(partition, [](char c) {
        return is_digit(c) || c == '-' || (c >= 'a' && c <= 'z');
    });
    if (!partitioned || !rest.starts_with(service)) {
        return refused;
    }
    rest.remove_prefix(service.size());
    const std::size_t named = rest.find(role);
    if (named == std::string_view::npos) {
        return refused;
    }
    const std::string_view account = rest.substr(0, named);
    const std::string_view name = rest.substr(named + role.size());
    const bool fits = (account.empty() || account.size() == 12) &&
                      std::ranges::all_of(account, is_digit) && !name.empty() &&
                      name.front() != '/' && name.back() != '/' && all_of(name, "_+=,.@-/");
    return fits ? Result<std::string>(std::string(text)) : Result<std::string>(refused);
}

}  // namespace charter
