#include "charter/base/clock.hpp"

#include <algorithm>

namespace charter {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

constexpr UtcTime first_moment = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr UtcTime last_moment =
    std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - milliseconds{1};

void append_digits(std::string& out, unsigned value, std::size_t count) {
    out.append(count, '0');
    for (auto digit = out.rbegin(); count > 0; --count, ++digit, value /= 10) {
        *digit = static_cast<char>('0' + value % 10);
    }
}

// Reads exactly `count` digits at `at`; false when there is another character.
bool read_digits(std::string_view text, std::size_t at, std::size_t count, unsigned& value) {
    value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + static_cast<unsigned>(text[i] - '0');
    }
    return true;
}

Error not_a_time() {
    return Error(ErrorCode::invalid_request,
                 "a time is written as 2026-11-21T09:30:00Z (UTC, at most milliseconds)");
}

}  // namespace

UtcTime SystemClock::now() const {
    return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

std::string format_time(UtcTime time) {
    const UtcTime shown = std::clamp(time, first_moment, last_moment);
    const auto day = std::chrono::floor<days>(shown);
    const std::chrono::year_month_day date(day);
    const auto of_day = static_cast<unsigned>((shown - day).count());

    std::string out;
    out.reserve(24);
    append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    append_digits(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    append_digits(out, of_day / 3'600'000, 2);
    out += ':';
    append_digits(out, of_day / 60'000 % 60, 2);
    out += ':';
    append_digits(out, of_day / 1'000 % 60, 2);
    if (const unsigned fraction = of_day % 1'000; fraction != 0) {
        out += '.';
        append_digits(out, fraction, 3);
    }
    out += 'Z';
    return out;
}

Result<UtcTime> parse_time(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00";
    if (text.size() <= shape.size() || text.back() != 'Z') {
        return not_a_time();
    }
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] != '0' && text[i] != shape[i]) {
            return not_a_time();
        }
    }

    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    if (!read_digits(text, 0, 4, year) || !read_digits(text, 5, 2, month) ||
        !read_digits(text, 8, 2, day) || !read_digits(text, 11, 2, hour) ||
        !read_digits(text, 14, 2, minute) || !read_digits(text, 17, 2, second)) {
        return not_a_time();
    }

    // "Z" alone, or "." and one to three digits before it.
    unsigned fraction = 0;
    const std::size_t rest = text.size() - shape.size() - 1;
    if (rest != 0) {
        if (rest < 2 || rest > 4 || text[shape.size()] != '.' ||
            !read_digits(text, shape.size() + 1, rest - 1, fraction)) {
            return not_a_time();
        }
        for (std::size_t digits = rest - 1; digits < 3; ++digits) {
            fraction *= 10;
        }
    }

    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                           std::chrono::month{month}, std::chrono::day{day}};
    // A leap second (:60) has no place in sys_time, so it is refused too.
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) {
        return not_a_time();
    }
    return UtcTime{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
           std::chrono::minutes{minute} + std::chrono::seconds{second} + milliseconds{fraction};
}

}  // namespace charter
