#include "cli/demo/values.hpp"

#include <array>
#include <cstdio>

namespace charter::cli::demo {

namespace {

constexpr std::array<Place, 24> place_list{{
    {"Nashville", "Davidson County", "TN", "372", -6},
    {"Franklin", "Williamson County", "TN", "370", -6},
    {"Columbus", "Franklin County", "OH", "432", -5},
    {"Dayton", "Montgomery County", "OH", "454", -5},
    {"Augusta", "Richmond County", "GA", "309", -5},
    {"Savannah", "Chatham County", "GA", "314", -5},
    {"Austin", "Travis County", "TX", "787", -6},
    {"Houston", "Harris County", "TX", "770", -6},
    {"Waco", "McLennan County", "TX", "767", -6},
    {"Fresno", "Fresno County", "CA", "937", -8},
    {"Oakland", "Alameda County", "CA", "946", -8},
    {"San Diego", "San Diego County", "CA", "921", -8},
    {"Spokane", "Spokane County", "WA", "992", -8},
    {"Seattle", "King County", "WA", "981", -8},
    {"Denver", "Denver County", "CO", "802", -7},
    {"Boulder", "Boulder County", "CO", "803", -7},
    {"Peoria", "Peoria County", "IL", "616", -6},
    {"Chicago", "Cook County", "IL", "606", -6},
    {"Albany", "Albany County", "NY", "122", -5},
    {"Buffalo", "Erie County", "NY", "142", -5},
    {"Duluth", "Saint Louis County", "MN", "558", -6},
    {"Rochester", "Olmsted County", "MN", "559", -6},
    {"Missoula", "Missoula County", "MT", "598", -7},
    {"Tampa", "Hillsborough County", "FL", "336", -5},
}};

constexpr std::array<std::string_view, 32> first_name_list{
    "Ada",   "Albert", "Amara", "Bruno",  "Carmen", "Clara",  "Daniel", "Dora",
    "Edgar", "Elena",  "Emil",  "Fatima", "Grace",  "Hannah", "Henry",  "Ines",
    "Ivan",  "James",  "Joan",  "Karl",   "Laura",  "Louis",  "Maria",  "Martin",
    "Nadia", "Oscar",  "Paula", "Peter",  "Rosa",   "Samuel", "Teresa", "Victor"};

constexpr std::array<std::string_view, 40> last_name_list{
    "Adams", "Allen",  "Baker",  "Becker",  "Brown",   "Carter", "Clark",   "Cooper",
    "Davis", "Diaz",   "Evans",  "Fischer", "Foster",  "Garcia", "Gray",    "Green",
    "Hall",  "Hansen", "Hill",   "Hughes",  "Jackson", "Jensen", "Johnson", "Keller",
    "Kim",   "King",   "Lee",    "Lopez",   "Martin",  "Miller", "Moore",   "Nguyen",
    "Novak", "Okafor", "Parker", "Rossi",   "Schmidt", "Taylor", "Weber",   "Young"};

constexpr std::array<std::string_view, 24> street_name_list{
    "Oak",      "Maple",  "Cedar",  "Pine",   "Elm",    "Walnut", "Spring",   "Lake",
    "Hill",     "River",  "Park",   "Main",   "Church", "Mill",   "Highland", "Sunset",
    "Railroad", "Willow", "Locust", "Forest", "Meadow", "First",  "Second",   "Third"};

constexpr std::array<std::string_view, 10> street_type_list{
    "Street", "Avenue", "Boulevard", "Lane", "Road", "Court", "Drive", "Way", "Circle", "Parkway"};

constexpr std::array<std::string_view, 20> country_list{
    "ARGENTINA",   "AUSTRALIA", "BRAZIL", "CANADA", "CHILE",         "DENMARK", "FRANCE",
    "GERMANY",     "GHANA",     "INDIA",  "ITALY",  "JAPAN",         "KENYA",   "MEXICO",
    "NETHERLANDS", "NORWAY",    "POLAND", "SPAIN",  "UNITED STATES", "VIET NAM"};

constexpr std::array<std::string_view, 6> market_openings{
    "Young families", "Students", "Retired couples", "Commuters", "Holiday guests", "Small firms"};
constexpr std::array<std::string_view, 5> market_endings{
    "who buy in bulk", "who compare prices", "who want quick delivery", "who prefer known brands",
    "who come once a week"};

}  // namespace

std::int64_t date_key(std::chrono::sys_days day) {
    constexpr std::int64_t unix_epoch = 2440588;
    return unix_epoch + day.time_since_epoch().count();
}

std::string date_text(std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    std::array<char, 32> text{};
    const int size =
        std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string money(std::int64_t cents) {
    const std::uint64_t size = static_cast<std::uint64_t>(cents < 0 ? -cents : cents);
    const std::string fraction = std::to_string(size % 100);
    return (cents < 0 ? "-" : "") + std::to_string(size / 100) +
           (fraction.size() == 1 ? ".0" : ".") + fraction;
}

std::int64_t cents_of(std::string_view text) {
    const bool negative = text.starts_with('-');
    std::int64_t cents = 0;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            cents = cents * 10 + (c - '0');
        }
    }
    return negative ? -cents : cents;
}

std::string business_key(std::uint64_t number) {
    std::string key(16, 'A');
    for (std::size_t i = 8; i < key.size(); ++i) {
        key[i] = static_cast<char>('A' + number % 16);
        number /= 16;
    }
    return key;
}

std::span<const Place> places() {
    return place_list;
}
Words first_names() {
    return first_name_list;
}
Words last_names() {
    return last_name_list;
}
Words street_names() {
    return street_name_list;
}
Words street_types() {
    return street_type_list;
}
Words countries() {
    return country_list;
}

std::string pick(Random& random, Words words) {
    return std::string(random.pick(words));
}

std::string person(Random& random) {
    const std::string first = pick(random, first_name_list);
    return first + " " + pick(random, last_name_list);
}

std::string market_sentence(Random& random) {
    const std::string who = pick(random, market_openings);
    return who + " " + pick(random, market_endings) + ".";
}

}  // namespace charter::cli::demo
