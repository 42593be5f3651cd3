#include "policy/extension_text.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace charter::policy {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Takes exactly `count` digits off the front.
std::optional<unsigned> take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return std::nullopt;
    }
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!is_digit(text[i])) {
            return std::nullopt;
        }
        value = value * 10 + static_cast<unsigned>(text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
    const auto year = take_digits(text, 4);
    if (!year || !take(text, '-')) {
        return std::nullopt;
    }
    const auto month = take_digits(text, 2);
    if (!month || !take(text, '-')) {
        return std::nullopt;
    }
    const auto day = take_digits(text, 2);
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month), std::chrono::day(*day));
    if (!date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date).time_since_epoch().count() * milliseconds_per_day;
}

std::optional<std::int64_t> take_time(std::string_view& text) {
    const auto hour = take_digits(text, 2);
    if (!hour || *hour > 23 || !take(text, ':')) {
        return std::nullopt;
    }
    const auto minute = take_digits(text, 2);
    if (!minute || *minute > 59 || !take(text, ':')) {
        return std::nullopt;
    }
    const auto second = take_digits(text, 2);
    if (!second || *second > 59) {
        return std::nullopt;
    }
    unsigned milliseconds = 0;
    if (take(text, '.')) {
        const auto digits = take_digits(text, 3);
        if (!digits) {
            return std::nullopt;
        }
        milliseconds = *digits;
    }
    return (static_cast<std::int64_t>(*hour) * 3600 + *minute * 60 + *second) * 1000 + milliseconds;
}

/// What has to be subtracted to come to UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) {
    if (take(text, 'Z')) {
        return 0;
    }
    const bool east = take(text, '+');
    if (!east && !take(text, '-')) {
        return std::nullopt;
    }
    const auto hours = take_digits(text, 2);
    if (!hours || *hours > 23) {
        return std::nullopt;
    }
    const auto minutes = take_digits(text, 2);
    if (!minutes || *minutes > 59) {
        return std::nullopt;
    }
    const std::int64_t offset = (static_cast<std::int64_t>(*hours) * 60 + *minutes) * 60'000;
    return east ? offset : -offset;
}

/// total = total * 10 + digit, downwards when negative, so that the least
/// 64-bit number can be read too.
bool append_digit(std::int64_t& total, char digit, bool negative) {
    const std::int64_t value = digit - '0';
    return !__builtin_mul_overflow(total, 10, &total) &&
           !(negative ? __builtin_sub_overflow(total, value, &total)
                      : __builtin_add_overflow(total, value, &total));
}

}  // namespace

std::optional<std::int64_t> parse_datetime_text(std::string_view text) {
    const auto date = take_date(text);
    if (!date || text.empty()) {
        return date;
    }
    if (!take(text, 'T')) {
        return std::nullopt;
    }
    const auto time = take_time(text);
    if (!time) {
        return std::nullopt;
    }
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) {
        return std::nullopt;
    }
    return *date + *time - *offset;
}

std::optional<std::int64_t> parse_duration_text(std::string_view text) {
    struct Unit {
        std::string_view name;
        std::int64_t milliseconds;
    };
    constexpr std::array<Unit, 5> units{
        {{"d", milliseconds_per_day}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
    const bool negative = take(text, '-');
    if (text.empty()) {
        return std::nullopt;
    }
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        std::int64_t count = 0;
        std::size_t digits = 0;
        while (digits < text.size() && is_digit(text[digits])) {
            if (!append_digit(count, text[digits], negative)) {
                return std::nullopt;
            }
            ++digits;
        }
        text.remove_prefix(digits);
        std::size_t letters = 0;
        while (letters < text.size() && !is_digit(text[letters])) {
            ++letters;
        }
        while (next_unit < units.size() && units[next_unit].name != text.substr(0, letters)) {
            ++next_unit;
        }
        if (digits == 0 || next_unit == units.size()) {
            return std::nullopt;
        }
        text.remove_prefix(letters);
        if (__builtin_mul_overflow(count, units[next_unit].milliseconds, &count) ||
            __builtin_add_overflow(total, count, &total)) {
            return std::nullopt;
        }
        ++next_unit;
    }
    return total;
}

std::optional<std::string> datetime_text(std::int64_t milliseconds) {
    using std::chrono::floor;
    const std::chrono::sys_time<std::chrono::milliseconds> time{
        std::chrono::milliseconds(milliseconds)};
    // 0000-01-01 and 10000-01-01; outside of it year_month_day would overflow.
    if (milliseconds < -62'167'219'200'000 || milliseconds >= 253'402'300'800'000) {
        return std::nullopt;
    }
    const auto day = floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 96> buffer{};  // more than any int could need
    std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()),
                  static_cast<int>(clock.subseconds().count()));
    return std::string(buffer.data());
}

std::optional<std::int64_t> parse_decimal_text(std::string_view text) {
    const bool negative = take(text, '-');
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos || point == 0) {
        return std::nullopt;
    }
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.size() > 4) {
        return std::nullopt;
    }
    std::int64_t total = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == point) {
            continue;
        }
        if (!is_digit(text[i]) || !append_digit(total, text[i], negative)) {
            return std::nullopt;
        }
    }
    for (std::size_t i = fraction.size(); i < 4; ++i) {
        if (!append_digit(total, '0', negative)) {
            return std::nullopt;
        }
    }
    return total;
}

std::string decimal_text(std::int64_t ten_thousandths) {
    const std::int64_t whole = ten_thousandths / 10'000;
    const std::int64_t rest = ten_thousandths % 10'000;
    std::array<char, 48> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%s%lld.%04lld", ten_thousandths < 0 ? "-" : "",
                  static_cast<long long>(whole < 0 ? -whole : whole),
                  static_cast<long long>(rest < 0 ? -rest : rest));
    return std::string(buffer.data());
}

}  // namespace charter::policy
