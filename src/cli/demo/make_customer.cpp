// The tables of the customer domain: persons, addresses and groups.
#include "cli/demo/maker.hpp"
#include "cli/demo/values.hpp"

#include <array>

namespace charter::cli::demo {

namespace {

constexpr std::array<std::string_view, 2> genders{"M", "F"};
constexpr std::array<std::string_view, 5> marital{"S", "M", "D", "W", "U"};
constexpr std::array<std::string_view, 6> education{
    "Primary", "Secondary", "College", "2 yr Degree", "4 yr Degree", "Advanced Degree"};
constexpr std::array<std::string_view, 4> credit{"Low Risk", "Good", "High Risk", "Unknown"};
constexpr std::array<std::string_view, 6> potential{"0-500",      "501-1000", "1001-5000",
                                                    "5001-10000", ">10000",   "Unknown"};
constexpr std::array<std::string_view, 5> salutations{"Mr.", "Mrs.", "Ms.", "Dr.", "Sir"};
constexpr std::array<std::string_view, 3> dwellings{"apartment", "condo", "single family"};
// Names that RFC 2606 keeps free, so that no mail can go anywhere.
constexpr std::array<std::string_view, 3> mail_hosts{"example.com", "example.org", "mail.example"};

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return text;
}

// Takes the next digit of a number in mixed radix: each row is another combination.
template <std::size_t N>
std::string digit(std::size_t& number, const std::array<std::string_view, N>& words) {
    const std::size_t i = number % N;
    number /= N;
    return std::string(words[i]);
}

}  // namespace

void make_customer_demographics(Row& row) {
    std::size_t number = row.index();
    row.set("cd_gender", digit(number, genders));
    row.set("cd_marital_status", digit(number, marital));
    row.set("cd_education_status", digit(number, education));
    row.set("cd_credit_rating", digit(number, credit));
    row.set("cd_purchase_estimate", row.random.between(1, 20) * 500);
    const std::int64_t dependants = row.random.between(0, 6);
    const std::int64_t employed = row.random.between(0, dependants);
    row.set("cd_dep_count", dependants);
    row.set("cd_dep_employed_count", employed);
    row.set("cd_dep_college_count", row.random.between(0, dependants - employed));
}

void make_household_demographics(Row& row) {
    std::size_t number = row.index();
    const Data::Made& bands = row.data().of("reference/income-bands");
    row.set("hd_income_band_sk", bands.rows[number % bands.rows.size()].front());
    number /= bands.rows.size();
    row.set("hd_buy_potential", digit(number, potential));
    row.set("hd_dep_count", row.random.between(0, 9));
    row.set("hd_vehicle_count", row.random.between(-1, 4));
}

void make_customer_address(Row& row) {
    row.set("ca_location_type", pick(row.random, dwellings));
}

void make_customer(Row& row) {
    Random& random = row.random;
    const std::string first = pick(random, first_names());
    const std::string last = pick(random, last_names());
    const std::chrono::sys_days day = first_day + std::chrono::days(random.between(0, 365 * 4));
    const auto later = [&](std::int64_t days_max) {
        return date_key(day + std::chrono::days(random.between(1, days_max)));
    };

    row.set("c_first_sales_date_sk", date_key(day));
    row.set("c_first_shipto_date_sk", later(30));
    row.set("c_last_review_date_sk", later(600));
    row.set("c_salutation", pick(random, salutations));
    row.set("c_first_name", first);
    row.set("c_last_name", last);
    row.set("c_preferred_cust_flag", random.percent(45) ? "Y" : "N");
    row.set("c_birth_day", random.between(1, 28));
    row.set("c_birth_month", random.between(1, 12));
    row.set("c_birth_year", random.between(1924, 1985));
    row.set("c_birth_country", pick(random, countries()));
    row.set("c_login",
            (lower(first.substr(0, 1) + last)).substr(0, 10) + std::to_string(row.index() % 1000));
    row.set("c_email_address",
            first + "." + last + std::to_string(row.index() + 1) + "@" + pick(random, mail_hosts));
}

}  // namespace charter::cli::demo
