#pragma once

#include "cli/demo/random.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace charter::cli::demo {

using Words = std::span<const std::string_view>;

inline constexpr std::chrono::sys_days first_day{std::chrono::year{1998} / 1 / 1};
inline constexpr std::chrono::sys_days last_day{std::chrono::year{2003} / 12 / 31};

/// The Julian day number: the key of reference/dates.
std::int64_t date_key(std::chrono::sys_days day);
/// "1998-01-31".
std::string date_text(std::chrono::sys_days day);
/// Cents as a decimal with two places: -5 is "-0.05".
std::string money(std::int64_t cents);
/// The cents of such a text.
std::int64_t cents_of(std::string_view text);
/// The 16 letters that dsdgen makes of a number: 1 is "AAAAAAAABAAAAAAA".
std::string business_key(std::uint64_t number);

struct Place {
    std::string_view city;
    std::string_view county;
    std::string_view state;
    std::string_view zip_prefix;  // three digits
    int gmt_offset;
};
std::span<const Place> places();

Words first_names();
Words last_names();
Words street_names();
Words street_types();
Words countries();
std::string pick(Random& random, Words words);
/// "Clara Weber".
std::string person(Random& random);
/// A short sentence on a market.
std::string market_sentence(Random& random);

}  // namespace charter::cli::demo
