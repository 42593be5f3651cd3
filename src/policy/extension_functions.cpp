#include "policy/extension_functions.hpp"

#include "policy/extension_text.hpp"

#include <array>

namespace charter::policy {
namespace {

// In the order of ExtensionFunction.
constexpr std::array<ExtensionSignature, 22> signatures{{
    {"ip", false, 1},           {"decimal", false, 1},
    {"datetime", false, 1},     {"duration", false, 1},
    {"lessThan", true, 2},      {"lessThanOrEqual", true, 2},
    {"greaterThan", true, 2},   {"greaterThanOrEqual", true, 2},
    {"isIpv4", true, 1},        {"isIpv6", true, 1},
    {"isLoopback", true, 1},    {"isMulticast", true, 1},
    {"isInRange", true, 2},     {"offset", true, 2},
    {"durationSince", true, 2}, {"toDate", true, 1},
    {"toTime", true, 1},        {"toMilliseconds", true, 1},
    {"toSeconds", true, 1},     {"toMinutes", true, 1},
    {"toHours", true, 1},       {"toDays", true, 1},
}};

Error type_error(ExtensionFunction function, ValueKind expected, const Value& found) {
    return {ErrorCode::invalid_request, "`" + std::string(signature(function).name) + "` expects " +
                                            std::string(kind_name(expected)) + ", found " +
                                            std::string(kind_name(found.kind()))};
}

Error overflow(ExtensionFunction function) {
    return {ErrorCode::invalid_request,
            "overflow in `" + std::string(signature(function).name) + "`"};
}

/// What is left of a time after whole days: 0 or more, also before the epoch.
std::int64_t time_of_day(std::int64_t milliseconds) {
    const std::int64_t rest = milliseconds % milliseconds_per_day;
    return rest < 0 ? rest + milliseconds_per_day : rest;
}

}  // namespace

const ExtensionSignature& signature(ExtensionFunction function) {
    return signatures[static_cast<std::size_t>(function)];
}

ExtensionTypes extension_types(ExtensionFunction function) {
    using enum ExtensionFunction;
    using V = ValueKind;
    switch (function) {
        case ip:
            return {V::string, V::string, V::ip_address};
        case decimal:
            return {V::string, V::string, V::decimal};
        case datetime:
            return {V::string, V::string, V::datetime};
        case duration:
            return {V::string, V::string, V::duration};
        case less_than:
        case less_than_or_equal:
        case greater_than:
        case greater_than_or_equal:
            return {V::decimal, V::decimal, V::boolean};
        case is_ipv4:
        case is_ipv6:
        case is_loopback:
        case is_multicast:
        case is_in_range:
            return {V::ip_address, V::ip_address, V::boolean};
        case offset:
            return {V::datetime, V::duration, V::datetime};
        case duration_since:
            return {V::datetime, V::datetime, V::duration};
        case to_date:
            return {V::datetime, V::datetime, V::datetime};
        case to_time:
            return {V::datetime, V::datetime, V::duration};
        case to_milliseconds:
        case to_seconds:
        case to_minutes:
        case to_hours:
        case to_days:
            return {V::duration, V::duration, V::integer};
    }
    return {V::string, V::string, V::string};
}

std::optional<ExtensionFunction> find_extension_function(std::string_view name) {
    for (std::size_t i = 0; i < signatures.size(); ++i) {
        if (signatures[i].name == name) {
            return static_cast<ExtensionFunction>(i);
        }
    }
    return std::nullopt;
}

std::string wrong_arguments(ExtensionFunction function, std::size_t found) {
    const ExtensionSignature& called = signature(function);
    return "`" + std::string(called.name) + "` takes " + std::to_string(called.arguments) +
           (called.arguments == 1 ? " argument" : " arguments") + ", found " +
           std::to_string(found);
}

Result<Value> call_extension(ExtensionFunction function, std::span<const Value* const> arguments) {
    if (arguments.size() != signature(function).arguments) {
        return Error(ErrorCode::invalid_request, wrong_arguments(function, arguments.size()));
    }
    const ExtensionTypes kinds = extension_types(function);
    const Value& a = *arguments.front();
    const Value& b = *arguments.back();
    if (!a.is(kinds.first)) {
        return type_error(function, kinds.first, a);
    }
    if (arguments.size() == 2 && !b.is(kinds.second)) {
        return type_error(function, kinds.second, b);
    }

    using enum ExtensionFunction;
    std::int64_t result = 0;
    switch (function) {
        case ip:
            return Value::parse_ip_address(a.as_string());
        case decimal:
            return Value::parse_decimal(a.as_string());
        case datetime:
            return Value::parse_datetime(a.as_string());
        case duration:
            return Value::parse_duration(a.as_string());
        case less_than:
            return Value::boolean(a.as_decimal() < b.as_decimal());
        case less_than_or_equal:
            return Value::boolean(a.as_decimal() <= b.as_decimal());
        case greater_than:
            return Value::boolean(a.as_decimal() > b.as_decimal());
        case greater_than_or_equal:
            return Value::boolean(a.as_decimal() >= b.as_decimal());
        case is_ipv4:
            return Value::boolean(!a.as_ip_address().is_v6);
        case is_ipv6:
            return Value::boolean(a.as_ip_address().is_v6);
        case is_loopback:
            return Value::boolean(a.as_ip_address().is_loopback());
        case is_multicast:
            return Value::boolean(a.as_ip_address().is_multicast());
        case is_in_range:
            return Value::boolean(a.as_ip_address().is_in_range(b.as_ip_address()));
        case offset:
            return __builtin_add_overflow(a.as_datetime(), b.as_duration(), &result)
                       ? Result<Value>(overflow(function))
                       : Value::datetime(result);
        case duration_since:
            return __builtin_sub_overflow(a.as_datetime(), b.as_datetime(), &result)
                       ? Result<Value>(overflow(function))
                       : Value::duration(result);
        case to_date:
            return __builtin_sub_overflow(a.as_datetime(), time_of_day(a.as_datetime()), &result)
                       ? Result<Value>(overflow(function))
                       : Value::datetime(result);
        case to_time:
            return Value::duration(time_of_day(a.as_datetime()));
        case to_milliseconds:
            return Value::integer(a.as_duration());
        case to_seconds:
            return Value::integer(a.as_duration() / 1'000);
        case to_minutes:
            return Value::integer(a.as_duration() / 60'000);
        case to_hours:
            return Value::integer(a.as_duration() / 3'600'000);
        case to_days:
            return Value::integer(a.as_duration() / milliseconds_per_day);
    }
    return Error(ErrorCode::internal, "unknown extension function");
}

}  // namespace charter::policy
