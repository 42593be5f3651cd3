// The tables of the reference domain: calendar, clock and code lists.
#include "cli/demo/maker.hpp"
#include "cli/demo/values.hpp"

#include <array>
#include <stdexcept>

namespace charter::cli::demo {

namespace {

namespace chrono = std::chrono;

constexpr std::array<std::string_view, 7> weekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
// The day on which TPC-DS says that it was made.
constexpr chrono::sys_days current_day{chrono::year{2003} / 1 / 8};

constexpr std::array<std::string_view, 20> reasons{"Package was damaged",
                                                   "Stopped working",
                                                   "Did not get it on time",
                                                   "Not the product ordered",
                                                   "Parts missing",
                                                   "Does not fit",
                                                   "Wrong colour",
                                                   "Wrong size",
                                                   "Gift came twice",
                                                   "Found a better price",
                                                   "No longer needed",
                                                   "Did not like the look",
                                                   "Did not like the material",
                                                   "Does not match the text",
                                                   "Ordered too many",
                                                   "Ordered by mistake",
                                                   "Warranty had ended",
                                                   "Recalled by the maker",
                                                   "Refused at the door",
                                                   "Reason not given"};

constexpr std::array<std::string_view, 5> ship_types{"REGULAR", "EXPRESS", "OVERNIGHT", "TWO DAY",
                                                     "LIBRARY"};
constexpr std::array<std::string_view, 4> ship_codes{"AIR", "SURFACE", "SEA", "AIR"};
constexpr std::array<std::string_view, 5> carriers{"NORTHBOUND", "BLUE HARBOR", "SWIFT",
                                                   "PRAIRIE FREIGHT", "OLD MAIL"};

bool is_holiday(chrono::sys_days day) {
    const chrono::year_month_day date(day);
    const chrono::month_day md(date.month(), date.day());
    return md == chrono::January / 1 || md == chrono::July / 4 || md == chrono::November / 11 ||
           md == chrono::December / 25;
}

std::int64_t week_of(chrono::sys_days day) {
    constexpr std::int64_t first_sunday = 2415020;  // 1899-12-31
    return (date_key(day) - first_sunday) / 7 + 1;
}

const char* yes(bool value) {
    return value ? "Y" : "N";
}

template <std::size_t N>
std::string at(const std::array<std::string_view, N>& words, std::size_t i) {
    if (i >= N) {
        throw std::logic_error("more rows than there are values");
    }
    return std::string(words[i]);
}

}  // namespace

void make_date(Row& row) {
    const chrono::sys_days day = first_day + chrono::days(row.index());
    const chrono::year_month_day date(day);
    const chrono::year_month_day current(current_day);
    const int year = static_cast<int>(date.year());
    const auto month = static_cast<std::int64_t>(static_cast<unsigned>(date.month()));
    const std::int64_t quarter = (month + 2) / 3;
    const unsigned weekday = chrono::weekday(day).c_encoding();
    const std::int64_t quarter_seq = (year - 1900) * 4 + quarter;
    const bool this_year = date.year() == current.year();

    row.set("d_date_sk", date_key(day));
    row.set("d_date_id", business_key(static_cast<std::uint64_t>(date_key(day))));
    row.set("d_date", date_text(day));
    row.set("d_month_seq", (year - 1900) * 12 + month - 1);
    row.set("d_week_seq", week_of(day));
    row.set("d_quarter_seq", quarter_seq);
    row.set("d_year", year);
    row.set("d_dow", weekday);
    row.set("d_moy", month);
    row.set("d_dom", static_cast<unsigned>(date.day()));
    row.set("d_qoy", quarter);
    row.set("d_fy_year", year);
    row.set("d_fy_quarter_seq", quarter_seq);
    row.set("d_fy_week_seq", week_of(day));
    row.set("d_day_name", at(weekdays, weekday));
    row.set("d_quarter_name", std::to_string(year) + "Q" + std::to_string(quarter));
    row.set("d_holiday", yes(is_holiday(day)));
    row.set("d_weekend", yes(weekday == 0 || weekday == 6));
    row.set("d_following_holiday", yes(is_holiday(day - chrono::days(1))));
    row.set("d_first_dom", date_key(chrono::sys_days(date.year() / date.month() / 1)));
    row.set("d_last_dom", date_key(chrono::sys_days(date.year() / date.month() / chrono::last)));
    row.set("d_same_day_ly", date_key(day) - 365);
    row.set("d_same_day_lq", date_key(day) - 91);
    row.set("d_current_day", yes(day == current_day));
    row.set("d_current_week", yes(week_of(day) == week_of(current_day)));
    row.set("d_current_month", yes(this_year && date.month() == current.month()));
    row.set("d_current_quarter", yes(this_year && quarter == 1));
    row.set("d_current_year", yes(this_year));
}

void make_time(Row& row) {
    const auto second_of_day = static_cast<std::int64_t>(row.index() * 300);
    const std::int64_t hour = second_of_day / 3600;

    row.set("t_time_sk", second_of_day);
    row.set("t_time_id", business_key(static_cast<std::uint64_t>(second_of_day)));
    row.set("t_time", second_of_day);
    row.set("t_hour", hour);
    row.set("t_minute", second_of_day / 60 % 60);
    row.set("t_second", second_of_day % 60);
    row.set("t_am_pm", hour < 12 ? "AM" : "PM");
    row.set("t_shift", hour < 6 || hour >= 22 ? "third" : hour < 14 ? "first" : "second");
    row.set("t_sub_shift", hour < 6    ? "night"
                           : hour < 12 ? "morning"
                           : hour < 18 ? "afternoon"
                                       : "evening");
    row.set("t_meal_time", hour >= 6 && hour < 9     ? "breakfast"
                           : hour >= 11 && hour < 14 ? "lunch"
                           : hour >= 17 && hour < 21 ? "dinner"
                                                     : "");
}

void make_reason(Row& row) {
    row.set("r_reason_desc", at(reasons, row.index()));
}

void make_income_band(Row& row) {
    const auto band = static_cast<std::int64_t>(row.index());
    row.set("ib_lower_bound", band == 0 ? 0 : band * 10'000 + 1);
    row.set("ib_upper_bound", (band + 1) * 10'000);
}

void make_ship_mode(Row& row) {
    const std::size_t i = row.index();
    row.set("sm_type", at(ship_types, i % ship_types.size()));
    row.set("sm_code", at(ship_codes, i / ship_types.size()));
    row.set("sm_carrier", at(carriers, (i + i / carriers.size()) % carriers.size()));
    row.set("sm_contract", "C-" + std::to_string(row.random.between(10'000, 99'999)));
}

}  // namespace charter::cli::demo
