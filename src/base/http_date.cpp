#include "charter/base/http_date.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace charter {
namespace {

constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_days = {
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Fields {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
};

// Reads `text` after a picture: `d` a digit or, where a number may be short, a space;
// `###` a month's name; everything else stands for itself. The digits come in the order
// that `numbers` names them.
bool read_by(std::string_view picture, std::string_view text, std::string_view numbers,
             Fields& fields) {
    if (picture.size() != text.size()) {
        return false;
    }
    std::size_t number = 0;
    for (std::size_t i = 0; i < picture.size();) {
        if (picture[i] == '#') {
            const auto found = std::ranges::find(months, text.substr(i, 3));
            if (found == months.end()) {
                return false;
            }
            fields.month = static_cast<unsigned>(found - months.begin()) + 1;
            i += 3;
        } else if (picture[i] == 'd' || picture[i] == '_') {
            int value = 0;
            for (; i < picture.size() && (picture[i] == 'd' || picture[i] == '_'); ++i) {
                const bool blank = picture[i] == '_' && text[i] == ' ';
                if (!blank && (text[i] < '0' || text[i] > '9')) {
                    return false;
                }
                value = value * 10 + (blank ? 0 : text[i] - '0');
            }
            switch (numbers[number++]) {
                case 'Y': fields.year = value; break;
                case 'D': fields.day = static_cast<unsigned>(value); break;
                case 'h': fields.hour = value; break;
                case 'm': fields.minute = value; break;
                default: fields.second = value; break;
            }
        } else if (picture[i] != text[i]) {
            return false;
        } else {
            ++i;
        }
    }
    return true;
}

// What stands behind the name of a day.
std::optional<std::string_view> behind_day(std::string_view text,
                                           const std::array<std::string_view, 7>& names) {
    for (const std::string_view name : names) {
        if (text.starts_with(name)) {
            return text.substr(name.size());
        }
    }
    return std::nullopt;
}

}  // namespace

std::string format_http_date(UtcTime time) {
    const auto whole_days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(whole_days);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - whole_days));
    std::array<char, 64> text;
    const int length = std::snprintf(
        text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
        days[std::chrono::weekday(whole_days).c_encoding()].data(),
        static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1].data(),
        static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<UtcTime> parse_http_date(std::string_view text) {
    Fields fields;
    bool read = false;
    if (const auto rest = behind_day(text, long_days)) {
        read = read_by(", dd-###-dd dd:dd:dd GMT", *rest, "DYhms", fields);
        fields.year += fields.year < 70 ? 2000 : 1900;
    } else if (const auto short_rest = behind_day(text, days)) {
        read = read_by(", dd ### dddd dd:dd:dd GMT", *short_rest, "DYhms", fields) ||
               read_by(" ### _d dd:dd:dd dddd", *short_rest, "DhmsY", fields);
    }
    const std::chrono::year_month_day date{std::chrono::year(fields.year),
                                           std::chrono::month(fields.month),
                                           std::chrono::day(fields.day)};
    // 60 is a leap second.
    if (!read || !date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60) {
        return std::nullopt;
    }
    return UtcTime(std::chrono::sys_days(date)) + std::chrono::hours(fields.hour) +
           std::chrono::minutes(fields.minute) + std::chrono::seconds(fields.second);
}

}  // namespace charter
