#include "yaml_scalar.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace charter {
namespace {

constexpr std::string_view integer_too_large = "an integer fits 64 bits signed";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t count_digits(std::string_view text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) {
        ++count;
    }
    return count;
}

std::string_view without_sign(std::string_view text) {
    return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view text) {
    text = without_sign(text);
    const std::size_t whole = count_digits(text);
    text.remove_prefix(whole);
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::size_t fraction = count_digits(text);
        text.remove_prefix(fraction);
        if (whole == 0 && fraction == 0) {
            return false;
        }
    } else if (whole == 0) {
        return false;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text = without_sign(text.substr(1));
        return !text.empty() && count_digits(text) == text.size();
    }
    return text.empty();
}

// All of `digits` in the given base, or nothing when a character is no digit of it.
bool is_number_in(std::string_view digits, std::string_view alphabet) {
    return !digits.empty() && digits.find_first_not_of(alphabet) == std::string_view::npos;
}

YamlScalar integer(std::string_view digits, int base, bool negative) {
    std::uint64_t magnitude = 0;
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), magnitude, base);
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (read.ec != std::errc() || magnitude > most + (negative ? 1 : 0)) {
        return YamlScalar(Json(nullptr), integer_too_large);
    }
    if (negative) {
        // Negated as unsigned: the smallest value has no positive counterpart.
        return YamlScalar(Json(static_cast<std::int64_t>(~magnitude + 1)));
    }
    return YamlScalar(Json(magnitude));
}

}  // namespace

YamlScalar resolve_yaml_scalar(const std::string& text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
        return YamlScalar(Json(nullptr));
    }
    if (text == "true" || text == "True" || text == "TRUE") {
        return YamlScalar(Json(true));
    }
    if (text == "false" || text == "False" || text == "FALSE") {
        return YamlScalar(Json(false));
    }
    const std::string_view digits = without_sign(text);
    if (is_number_in(digits, "0123456789")) {
        return integer(digits, 10, text.front() == '-');
    }
    if (text.starts_with("0o") && is_number_in(digits.substr(2), "01234567")) {
        return integer(digits.substr(2), 8, false);
    }
    if (text.starts_with("0x") && is_number_in(digits.substr(2), "0123456789abcdefABCDEF")) {
        return integer(digits.substr(2), 16, false);
    }
    if (is_float(text)) {
        // from_chars cannot tell overflow from underflow; strtod can.
        const double value = std::strtod(text.c_str(), nullptr);
        return std::isfinite(value) ? YamlScalar(Json(value))
                                    : YamlScalar(Json(nullptr), "the number is too large");
    }
    if (digits == ".inf" || digits == ".Inf" || digits == ".INF" || text == ".nan" ||
        text == ".NaN" || text == ".NAN") {
        return YamlScalar(Json(nullptr), "no infinity and no NaN");
    }
    return YamlScalar(Json(text));
}

}  // namespace charter
