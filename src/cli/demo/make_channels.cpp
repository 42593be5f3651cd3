// Where things are sold: stores, call centers, sites, pages.
#include "cli/demo/maker.hpp"
#include "cli/demo/values.hpp"

#include <array>

namespace charter::cli::demo {

namespace {

constexpr std::array<std::string_view, 12> store_names{
    "Market Hall", "Corner", "Station", "Riverside", "Old Town", "Crossroads",
    "Harbour",     "Garden", "Bridge",  "Hilltop",   "Square",   "Arcade"};
constexpr std::array<std::string_view, 6> center_names{
    "North Midwest", "Mid Atlantic", "Pacific Northwest", "California", "New England", "Mountain"};
constexpr std::array<std::string_view, 3> center_classes{"small", "medium", "large"};
constexpr std::array<std::string_view, 6> page_types{"order",   "review", "welcome",
                                                     "general", "ad",     "feedback"};
constexpr std::array<std::string_view, 3> catalog_types{"monthly", "quarterly", "bi-annual"};
constexpr std::array<std::string_view, 4> page_texts{
    "New arrivals of the season.", "Offers for the whole household.", "Gifts up to twenty dollars.",
    "What customers ordered most."};

}  // namespace

void make_store(Row& row) {
    row.set_null("s_closed_date_sk");
    row.set("s_store_name", std::string(store_names[row.index() % store_names.size()]));
    row.set("s_number_employees", row.random.between(200, 300));
    row.set("s_floor_space", row.random.between(5'000'000, 9'999'999));
    row.set("s_geography_class", "Unknown");
}

void make_call_center(Row& row) {
    row.set_null("cc_closed_date_sk");
    row.set("cc_open_date_sk", date_key(first_day + std::chrono::days(row.random.between(0, 365))));
    row.set("cc_name", std::string(center_names[row.index() % center_names.size()]));
    row.set("cc_class", pick(row.random, center_classes));
    row.set("cc_employees", row.random.between(20, 700));
    row.set("cc_sq_ft", row.random.between(1'000, 45'000));
    row.set("cc_mkt_class", "Market of " + pick(row.random, street_names()) + " and around");
}

void make_web_site(Row& row) {
    row.set("web_name", "site_" + std::to_string(row.index()));
    row.set("web_open_date_sk",
            date_key(first_day + std::chrono::days(row.random.between(0, 365))));
    row.set_null("web_close_date_sk");
    row.set("web_class", "Unknown");
    row.set("web_mkt_class", "Market of " + pick(row.random, street_names()) + " and around");
}

void make_web_page(Row& row) {
    Random& random = row.random;
    const std::chrono::sys_days made = first_day + std::chrono::days(random.between(0, 365 * 4));
    row.set("wp_creation_date_sk", date_key(made));
    row.set("wp_access_date_sk", date_key(made + std::chrono::days(random.between(0, 100))));
    const bool automatic = random.percent(30);
    row.set("wp_autogen_flag", automatic ? "Y" : "N");
    if (!automatic) {
        row.set_null("wp_customer_sk");  // pages made for one customer are made by a program
    }
    row.set("wp_url", "http://www.retail.example/" + std::to_string(row.index() + 1));
    row.set("wp_type", pick(random, page_types));
    row.set("wp_char_count", random.between(300, 8'000));
    row.set("wp_link_count", random.between(2, 25));
    row.set("wp_image_count", random.between(1, 7));
    row.set("wp_max_ad_count", random.between(0, 4));
}

void make_catalog_page(Row& row) {
    constexpr std::size_t pages_per_catalog = 20;
    const std::size_t catalog = row.index() / pages_per_catalog;
    const std::chrono::sys_days start = first_day + std::chrono::days(catalog * 182);
    row.set("cp_start_date_sk", date_key(start));
    row.set("cp_end_date_sk", date_key(start + std::chrono::days(181)));
    row.set("cp_department", "DEPARTMENT");
    row.set("cp_catalog_number", static_cast<std::int64_t>(catalog + 1));
    row.set("cp_catalog_page_number",
            static_cast<std::int64_t>(row.index() % pages_per_catalog + 1));
    row.set("cp_description", pick(row.random, page_texts));
    row.set("cp_type", std::string(catalog_types[catalog % catalog_types.size()]));
}

}  // namespace charter::cli::demo
