#include "claims.hpp"

#include "refused.hpp"

#include "charter/base/limits.hpp"
#include "charter/catalog/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace charter {

namespace {

constexpr std::int64_t year_9999_end_s = 253'402'300'799;  // what format_time can show

/// NumericDate of RFC 7519 section 2: seconds since 1970, with or without a fraction.
Result<UtcTime> read_moment(const Json& value, const std::string& claim) {
    if (!value.is_number()) {
        return refused("`" + claim + "` is not a number");
    }
    const auto seconds = value.get<double>();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > double(year_9999_end_s)) {
        return refused("`" + claim + "` is no moment of the years 1970 to 9999");
    }
    return UtcTime(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000)));
}

/// Nothing for a claim that is not there.
Result<std::optional<UtcTime>> optional_moment(const Json& claims, const std::string& claim) {
    const auto found = claims.find(claim);
    if (found == claims.end()) {
        return std::optional<UtcTime>();
    }
    const Result<UtcTime> moment = read_moment(*found, claim);
    return moment ? Result<std::optional<UtcTime>>(std::optional(*moment)) : moment.error();
}

Result<> check_times(const Json& claims, std::chrono::seconds leeway, UtcTime now) {
    const auto expires = claims.find("exp");
    if (expires == claims.end()) {
        return refused("`exp` is missing");
    }
    const Result<UtcTime> expires_at = read_moment(*expires, "exp");
    const Result<std::optional<UtcTime>> not_before = optional_moment(claims, "nbf");
    const Result<std::optional<UtcTime>> issued_at = optional_moment(claims, "iat");
    if (!expires_at) {
        return expires_at.error();
    }
    if (!not_before || !issued_at) {
        return (not_before ? issued_at : not_before).error();
    }
    if (now >= *expires_at + leeway) {
        return refused("expired at " + format_time(*expires_at));
    }
    if (*not_before && now + leeway < **not_before) {
        return refused("not valid before " + format_time(**not_before));
    }
    return {};
}

Result<> check_audience(const Json& claims, std::span<const std::string> audience) {
    const auto found = claims.find("aud");
    if (found == claims.end()) {
        return refused("`aud` is missing");
    }
    const std::span<const Json> list = members_of(*found);
    if (!std::ranges::all_of(list, [](const Json& each) { return each.is_string(); })) {
        return refused("`aud` is neither a string nor a list of strings");
    }
    const bool ours = std::ranges::any_of(list, [&](const Json& each) {
        return std::ranges::find(audience, each.get_ref<const std::string&>()) != audience.end();
    });
    return ours ? Result<>() : Result<>(refused("`aud` names others only"));
}

Result<> check_subject(const Json& claims) {
    const auto found = claims.find("sub");
    if (found == claims.end() || !found->is_string()) {
        return refused("`sub` is missing or not a string");
    }
    const auto& subject = found->get_ref<const std::string&>();
    if (subject.empty() || subject.size() > limits::subject_bytes_max ||
        has_control_character(subject)) {
        return refused("`sub` has 1 to 255 bytes without control characters");
    }
    return {};
}

}  // namespace

Result<> check_claims(const Json& claims, std::span<const std::string> audience,
                      std::chrono::seconds leeway, UtcTime now) {
    if (const Result<> checked = check_audience(claims, audience); !checked) {
        return checked;
    }
    if (const Result<> checked = check_times(claims, leeway, now); !checked) {
        return checked;
    }
    return check_subject(claims);
}

std::span<const Json> members_of(const Json& value) {
    return value.is_array() ? std::span<const Json>(value.get_ref<const Json::array_t&>())
                            : std::span<const Json>(&value, 1);
}

std::optional<UtcTime> moment_of(const Json& claims, const std::string& claim) {
    const Result<std::optional<UtcTime>> moment = optional_moment(claims, claim);
    return moment ? *moment : std::nullopt;
}

const Json* find_claim(const Json& claims, std::string_view name) {
    if (const auto whole = claims.find(name); whole != claims.end()) {
        return &*whole;
    }
    const Json* at = &claims;
    while (true) {
        const std::size_t dot = name.find('.');
        if (!at->is_object()) {
            return nullptr;
        }
        const auto next = at->find(name.substr(0, dot));
        if (next == at->end()) {
            return nullptr;
        }
        at = &*next;
        if (dot == std::string_view::npos) {
            return at;
        }
        name.remove_prefix(dot + 1);
    }
}

}  // namespace charter
