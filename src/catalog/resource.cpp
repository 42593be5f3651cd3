#include "charter/catalog/resource.hpp"

#include <array>
#include <utility>

namespace charter {

namespace {

constexpr std::array<std::pair<Kind, std::string_view>, 19> kinds{{
    {Kind::user, "user"},
    {Kind::service, "service"},
    {Kind::engine, "engine"},
    {Kind::group, "group"},
    {Kind::domain, "domain"},
    {Kind::storage, "storage"},
    {Kind::tag, "tag"},
    {Kind::purpose, "purpose"},
    {Kind::location, "location"},
    {Kind::product, "product"},
    {Kind::version, "version"},
    {Kind::policy, "policy"},
    {Kind::guardrail, "guardrail"},
    {Kind::grant, "grant"},
    {Kind::token, "token"},
    {Kind::lease, "lease"},
    {Kind::approval, "approval"},
    {Kind::request, "request"},
    {Kind::suspension, "suspension"},
}};

constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace

std::string_view kind_name(Kind kind) {
    for (const auto& [each, name] : kinds) {
        if (each == kind) {
            return name;
        }
    }
    return "unknown";  // a number from the store that this version does not know
}

std::optional<Kind> parse_kind(std::string_view name) {
    for (const auto& [kind, each] : kinds) {
        if (each == name) {
            return kind;
        }
    }
    return std::nullopt;
}

std::string ResourceId::text() const {
    std::string digits(16, '0');
    std::uint64_t rest = value;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, rest >>= 4) {
        *digit = hex_digits[rest & 0xF];
    }
    return digits;
}

std::optional<ResourceId> ResourceId::parse(std::string_view text) {
    if (text.size() != 16) {
        return std::nullopt;
    }
    ResourceId id;
    for (const char c : text) {
        const std::size_t digit = hex_digits.find(c);
        if (digit == std::string_view::npos) {
            return std::nullopt;
        }
        id.value = (id.value << 4) | digit;
    }
    return id;
}

}  // namespace charter
