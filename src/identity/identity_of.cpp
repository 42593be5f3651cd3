// What the claims of a token say about its subject.
#include "claims.hpp"
#include "refused.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/catalog/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

using Strings = std::vector<std::string>;

Strings sorted_unique(Strings values) {
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    return values;
}

bool matches_any(const Strings& patterns, std::string_view text) {
    return std::ranges::any_of(
        patterns, [&](const std::string& pattern) { return matches_pattern(pattern, text); });
}

std::string scalar_text(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

bool speaks_for_service(const Json& claims, const IssuerSettings& issuer) {
    if (!issuer.service_when) {
        return issuer.kind == Kind::service;
    }
    const Json* claim = find_claim(claims, issuer.service_when->claim);
    if (claim == nullptr || claim->is_null()) {
        return false;
    }
    const std::optional<std::string>& equals = issuer.service_when->equals;
    return !equals || (claim->is_primitive() && scalar_text(*claim) == *equals);
}

/// Not what the issuer says, so no pattern is asked.
std::string made_up_name(const Identity& identity) {
    constexpr std::size_t digits = 12;
    const Digest hash = sha256(identity.issuer + "|" + identity.subject);
    return std::string(kind_name(identity.kind)) + "-" + to_hex(hash).substr(0, digits);
}

Result<std::string> read_name(const Json& claims, const IssuerSettings& issuer,
                              const Identity& identity) {
    for (const std::string& claim : issuer.name_claims) {
        const Json* value = find_claim(claims, claim);
        if (value == nullptr || !value->is_string()) {
            continue;
        }
        const std::string name = name_from(value->get_ref<const std::string&>());
        if (name.empty()) {
            continue;
        }
        if (issuer.may_assert.names && !matches_any(*issuer.may_assert.names, name)) {
            return refused("the issuer may not assert the name " + shown(name));
        }
        return name;
    }
    return made_up_name(identity);
}

/// OpenID Connect Core 1.0 section 5.6.2: the claim is to be fetched from elsewhere.
bool is_elsewhere(const Json& claims, const std::string& claim) {
    const auto names = claims.find("_claim_names");
    return names != claims.end() && names->is_object() && names->contains(claim);
}

Result<Strings> read_groups(const Json& claims, const IssuerSettings& issuer) {
    if (issuer.may_assert.groups.empty()) {
        return Strings();
    }
    if (is_elsewhere(claims, issuer.groups_claim)) {
        return refused("the token has too many groups and does not list them");
    }
    const Json* claim = find_claim(claims, issuer.groups_claim);
    if (claim == nullptr || claim->is_null()) {
        return Strings();
    }
    Strings groups;
    for (const Json& each : members_of(*claim)) {
        if (!each.is_string()) {
            return refused("the groups are neither a string nor a list of strings");
        }
        const auto& group = each.get_ref<const std::string&>();
        if (group.empty() || group.size() > limits::claimed_group_bytes_max ||
            has_control_character(group)) {
            return refused("a group has 1 to 255 bytes without control characters");
        }
        if (matches_any(issuer.may_assert.groups, group)) {
            groups.push_back(group);
        }
    }
    groups = sorted_unique(std::move(groups));
    if (groups.size() > limits::claimed_groups_max) {
        return refused("more groups than claimed_groups_max, " +
                       std::to_string(limits::claimed_groups_max));
    }
    return groups;
}

Result<Strings> read_tag(const Json& claim) {
    Strings values;
    for (const Json& each : members_of(claim)) {
        if (!each.is_string() && !each.is_boolean() && !each.is_number_integer()) {
            return refused("a claim for a tag is neither a value nor a list of values");
        }
        values.push_back(scalar_text(each));
        if (const Result<> checked = check_tag_value(values.back()); !checked) {
            return refused("a claim for a tag: " + checked.error().message());
        }
    }
    values = sorted_unique(std::move(values));
    if (values.size() > limits::tag_values_per_key_max) {
        return refused("a claim for a tag has more values than tag_values_per_key_max, " +
                       std::to_string(limits::tag_values_per_key_max));
    }
    return values;
}

Result<Tags> read_tags(const Json& claims, const IssuerSettings& issuer) {
    Tags tags;
    for (const auto& [key, claim] : issuer.tags) {
        const Json* value = find_claim(claims, claim);
        if (is_elsewhere(claims, claim)) {
            return refused("the token does not have the claim of tag " + key + " itself");
        }
        if (value == nullptr || value->is_null()) {
            continue;
        }
        Result<Strings> values = read_tag(*value);
        if (!values) {
            return values.error();
        }
        if (!values->empty()) {
            tags.emplace(key, std::move(*values));
        }
    }
    return tags;
}

}  // namespace

std::string name_from(std::string_view text) {
    std::string name;
    for (const char c : text.substr(0, text.find('@'))) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper || (c >= 'a' && c <= 'z')) {
            name += upper ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (name.empty()) {
            continue;  // a name begins with a letter
        } else if (c >= '0' && c <= '9') {
            name += c;
        } else if (name.back() != '-') {
            name += '-';
        }
    }
    name = name.substr(0, limits::name_length_max);
    while (!name.empty() && name.back() == '-') {
        name.pop_back();
    }
    return name;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
    std::size_t at = 0;  // in the pattern
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;  // where the text goes on if the last star takes one more
    for (std::size_t i = 0; i < text.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            resume = i;
        } else if (at < pattern.size() && pattern[at] == text[i]) {
            ++at;
            ++i;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            i = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

Result<Identity> identity_of(const Json& claims, const IssuerSettings& issuer) {
    Identity identity;
    identity.issuer = issuer.name;
    identity.subject = claims.at("sub").get<std::string>();
    identity.kind = speaks_for_service(claims, issuer) ? Kind::service : Kind::user;
    identity.expires_at = *moment_of(claims, "exp");
    identity.issued_at = moment_of(claims, "iat");
    Result<std::string> name = read_name(claims, issuer, identity);
    Result<Strings> groups = read_groups(claims, issuer);
    Result<Tags> tags = read_tags(claims, issuer);
    if (!name) {
        return name.error();
    }
    if (!groups || !tags) {
        return groups ? tags.error() : groups.error();
    }
    identity.name = std::move(*name);
    identity.groups = std::move(*groups);
    identity.tags = std::move(*tags);
    return identity;
}

}  // namespace charter
