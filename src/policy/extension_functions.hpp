#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/value.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace charter::policy {

/// The functions of Cedar's extension types.
enum class ExtensionFunction : std::uint8_t {
    ip,
    decimal,
    datetime,
    duration,
    less_than,
    less_than_or_equal,
    greater_than,
    greater_than_or_equal,
    is_ipv4,
    is_ipv6,
    is_loopback,
    is_multicast,
    is_in_range,
    offset,
    duration_since,
    to_date,
    to_time,
    to_milliseconds,
    to_seconds,
    to_minutes,
    to_hours,
    to_days,
};

/// How a function is written and what it takes.
struct ExtensionSignature {
    std::string_view name;      // "isInRange"
    bool method = false;        // a.f(b), otherwise f(a)
    std::size_t arguments = 1;  // with the receiver of a method
};

const ExtensionSignature& signature(ExtensionFunction function);

/// What a function takes and gives. Of one that takes one argument, `second` says nothing.
struct ExtensionTypes {
    ValueKind first;
    ValueKind second;
    ValueKind result;
};

ExtensionTypes extension_types(ExtensionFunction function);

/// The function of that name, however it is called.
std::optional<ExtensionFunction> find_extension_function(std::string_view name);

/// "`ip` takes 1 argument, found 2".
std::string wrong_arguments(ExtensionFunction function, std::size_t found);

/// Calls with evaluated arguments, the receiver of a method first.
/// Errors: invalid_request (number or type of arguments, a text that does not
/// parse, overflow).
Result<Value> call_extension(ExtensionFunction function, std::span<const Value* const> arguments);

}  // namespace charter::policy
