#include "charter/policy/value.hpp"

#include "policy/extension_text.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

Error refused(std::string_view what, std::string_view text) {
    // A message is not the place for a megabyte.
    constexpr std::size_t shown_bytes_max = 64;
    return {ErrorCode::invalid_request,
            "not a " + std::string(what) + ": " + quoted(text.substr(0, shown_bytes_max))};
}

}  // namespace

std::string_view kind_name(ValueKind kind) {
    switch (kind) {
        case ValueKind::boolean:
            return "bool";
        case ValueKind::integer:
            return "long";
        case ValueKind::string:
            return "string";
        case ValueKind::entity:
            return "entity";
        case ValueKind::set:
            return "set";
        case ValueKind::record:
            return "record";
        case ValueKind::decimal:
            return "decimal";
        case ValueKind::ip_address:
            return "ipaddr";
        case ValueKind::datetime:
            return "datetime";
        case ValueKind::duration:
            return "duration";
    }
    return "value";
}

Value Value::string(std::string value) {
    return Value(Contents(std::make_shared<const std::string>(std::move(value))));
}

Value Value::set(std::vector<Value> elements) {
    std::ranges::sort(elements, [](const Value& a, const Value& b) { return (a <=> b) < 0; });
    const auto repeated = std::ranges::unique(elements);
    elements.erase(repeated.begin(), repeated.end());
    return Value(Contents(std::make_shared<const SetContents>(SetContents{std::move(elements)})));
}

Value Value::record(std::vector<Member> members) {
    if (members.empty()) {
        // Most entities have no tags and many calls no context: share one.
        static const Value empty(
            Contents(std::make_shared<const RecordContents>(RecordContents{})));
        return empty;
    }
    // Last first among equal names, so that unique keeps the last one given.
    std::ranges::reverse(members);
    std::ranges::stable_sort(members, {}, &Member::first);
    const auto repeated = std::ranges::unique(members, {}, &Member::first);
    members.erase(repeated.begin(), repeated.end());
    return Value(
        Contents(std::make_shared<const RecordContents>(RecordContents{std::move(members)})));
}

Value Value::ip_address(const IpAddress& address) {
    return Value(Contents(std::make_shared<const IpAddress>(address)));
}

Result<Value> Value::parse_ip_address(std::string_view text) {
    const Result<IpAddress> address = IpAddress::parse(text);
    if (!address) {
        return address.error();
    }
    return ip_address(*address);
}

Result<Value> Value::parse_decimal(std::string_view text) {
    const auto parsed = parse_decimal_text(text);
    return parsed ? Result<Value>(decimal(*parsed)) : refused("decimal", text);
}

Result<Value> Value::parse_datetime(std::string_view text) {
    const auto parsed = parse_datetime_text(text);
    return parsed ? Result<Value>(datetime(*parsed)) : refused("datetime", text);
}

Result<Value> Value::parse_duration(std::string_view text) {
    const auto parsed = parse_duration_text(text);
    return parsed ? Result<Value>(duration(*parsed)) : refused("duration", text);
}

const Value* Value::find(std::string_view name) const {
    const std::span<const Member> members = as_record();
    // Comparing lengths first settles most members of a small record; searching
    // by order has to look at the characters each time.
    constexpr std::size_t small = 16;
    if (members.size() <= small) {
        for (const Member& member : members) {
            if (member.first == name) {
                return &member.second;
            }
        }
        return nullptr;
    }
    const auto found = std::ranges::lower_bound(
        members, name, std::ranges::less{},
        [](const Member& member) -> std::string_view { return member.first; });
    return found != members.end() && found->first == name ? &found->second : nullptr;
}

bool Value::contains(const Value& element) const {
    const std::span<const Value> elements = as_set();
    // Equality is settled sooner than order, mostly by the length of a text.
    constexpr std::size_t small = 16;
    if (elements.size() <= small) {
        return std::find(elements.begin(), elements.end(), element) != elements.end();
    }
    const auto found =
        std::lower_bound(elements.begin(), elements.end(), element,
                         [](const Value& a, const Value& b) { return (a <=> b) < 0; });
    return found != elements.end() && *found == element;
}

bool operator==(const Value& a, const Value& b) noexcept {
    if (a.kind() != b.kind()) {
        return false;
    }
    switch (a.kind()) {
        // These two compare faster for equality than for order.
        case ValueKind::string:
            return a.as_string() == b.as_string();
        case ValueKind::entity:
            return a.as_entity() == b.as_entity();
        default:
            return (a <=> b) == 0;
    }
}

std::strong_ordering operator<=>(const Value& a, const Value& b) noexcept {
    if (a.kind() != b.kind()) {
        return a.kind() <=> b.kind();
    }
    switch (a.kind()) {
        case ValueKind::boolean:
            return a.as_boolean() <=> b.as_boolean();
        case ValueKind::integer:
            return a.as_integer() <=> b.as_integer();
        case ValueKind::string:
            return a.as_string() <=> b.as_string();
        case ValueKind::entity:
            return a.as_entity() == b.as_entity() ? std::strong_ordering::equal
                                                  : a.as_entity() <=> b.as_entity();
        case ValueKind::set: {
            const auto x = a.as_set();
            const auto y = b.as_set();
            if (x.data() == y.data()) {
                return std::strong_ordering::equal;
            }
            return std::lexicographical_compare_three_way(x.begin(), x.end(), y.begin(), y.end());
        }
        case ValueKind::record: {
            const auto x = a.as_record();
            const auto y = b.as_record();
            if (x.data() == y.data()) {
                return std::strong_ordering::equal;
            }
            return std::lexicographical_compare_three_way(x.begin(), x.end(), y.begin(), y.end());
        }
        case ValueKind::decimal:
            return a.as_decimal() <=> b.as_decimal();
        case ValueKind::ip_address:
            return a.as_ip_address() <=> b.as_ip_address();
        case ValueKind::datetime:
            return a.as_datetime() <=> b.as_datetime();
        case ValueKind::duration:
            return a.as_duration() <=> b.as_duration();
    }
    return std::strong_ordering::equal;
}

}  // namespace charter::policy
