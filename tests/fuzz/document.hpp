#pragma once

// What holds for a document, whatever text it came from.

#include "fuzz.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <cmath>

namespace charter::fuzz {

inline void check_text(const std::string& text) {
    expect(is_utf8(text) && text.find('\0') == text.npos, "a string is text without NUL", text);
}

/// Returns the number of values.
inline std::size_t check_value(const Json& value, std::size_t depth) {
    std::size_t values = 1;
    expect(!value.is_structured() || depth < limits::document_depth_max, "depth is bounded");
    if (value.is_string()) {
        check_text(value.get_ref<const std::string&>());
    } else if (value.is_number_float()) {
        expect(std::isfinite(value.get<double>()), "a number is finite");
    } else if (value.is_number_unsigned()) {
        expect(value.get<std::uint64_t>() <= std::uint64_t{INT64_MAX}, "an integer fits");
    } else if (value.is_object()) {
        for (const auto& [name, member] : value.items()) {
            check_text(name);
            expect(std::ranges::none_of(
                       name, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }),
                   "a name has no control characters", name);
            values += check_value(member, depth + 1);
        }
    } else if (value.is_array()) {
        for (const Json& member : value) {
            values += check_value(member, depth + 1);
        }
    }
    return values;
}

/// Equal, and of the same kinds of number: 1 is not 1.0.
inline bool same(const Json& a, const Json& b) {
    return a == b && a.dump() == b.dump();
}

}  // namespace charter::fuzz
