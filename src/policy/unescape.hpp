#pragma once

#include "policy/pattern.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace charter::policy {

/// What is wrong with a string literal, and where in it.
struct EscapeError {
    std::size_t offset = 0;  // bytes from the opening quote
    std::string detail;
};

/// The text of a string literal, given with its quotes. Escapes:
/// \n \r \t \\ \0 \" \' \x00 to \x7f, \u{1 to 6 hexadecimal digits}.
std::variant<std::string, EscapeError> unescape_string(std::string_view literal);

/// The same for the right side of `like`: `*` is the wildcard, `\*` a star.
std::variant<Pattern, EscapeError> unescape_pattern(std::string_view literal);

}  // namespace charter::policy
