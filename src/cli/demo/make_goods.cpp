// Items, promotions, stock and warehouses.
#include "cli/demo/maker.hpp"
#include "cli/demo/values.hpp"

#include <array>

namespace charter::cli::demo {

namespace {

struct Category {
    std::string_view name;
    std::array<std::string_view, 4> classes;
};
constexpr std::array<Category, 10> categories{{
    {"Women", {"dresses", "fragrances", "maternity", "swimwear"}},
    {"Men", {"accessories", "pants", "shirts", "sports-apparel"}},
    {"Children", {"infants", "newborn", "school-uniforms", "toddlers"}},
    {"Shoes", {"athletic", "kids", "mens", "womens"}},
    {"Music", {"classical", "country", "pop", "rock"}},
    {"Jewelry", {"bridal", "diamonds", "gold", "pendants"}},
    {"Home", {"bedding", "curtains", "lighting", "rugs"}},
    {"Sports", {"camping", "fishing", "football", "tennis"}},
    {"Books", {"cooking", "fiction", "history", "travel"}},
    {"Electronics", {"audio", "cameras", "monitors", "phones"}},
}};

constexpr std::array<std::string_view, 8> makers_short{"able", "bar",   "cally", "eing",
                                                       "ese",  "ought", "pri",   "anti"};
constexpr std::array<std::string_view, 7> sizes{"small",  "medium",  "large", "extra large",
                                                "petite", "economy", "N/A"};
constexpr std::array<std::string_view, 12> colors{"almond", "azure", "black", "chocolate",
                                                  "coral",  "green", "ivory", "navy",
                                                  "orange", "plum",  "red",   "white"};
constexpr std::array<std::string_view, 6> units{"Each", "Dozen", "Case", "Pound", "Box", "Bundle"};
constexpr std::array<std::string_view, 6> adjectives{"Plain",    "Sturdy", "Light",
                                                     "Handmade", "Modern", "Classic"};
constexpr std::array<std::string_view, 4> channel_notes{
    "Starts together with the new catalog.", "Only where the item is in stock.",
    "Ends early when the budget is spent.", "Repeated every spring."};
constexpr std::array<std::string_view, 5> warehouse_names{"North yard", "River depot", "Old mill",
                                                          "Harbour hall", "Airport annex"};

}  // namespace

void make_item(Row& row) {
    Random& random = row.random;
    const auto category_id = random.between(1, static_cast<std::int64_t>(categories.size()));
    const Category& category = categories[static_cast<std::size_t>(category_id - 1)];
    const auto class_id = random.between(1, static_cast<std::int64_t>(category.classes.size()));
    const std::string name(category.classes[static_cast<std::size_t>(class_id - 1)]);
    const auto maker_id = random.between(1, static_cast<std::int64_t>(makers_short.size()));
    const std::string maker(makers_short[static_cast<std::size_t>(maker_id - 1)]);
    const std::string color = pick(random, colors);
    const std::int64_t cost = random.between(50, 9'000);

    row.set("i_item_desc",
            pick(random, adjectives) + " " + name + " in " + color + ", by " + maker + ".");
    row.set("i_wholesale_cost", money(cost));
    row.set("i_current_price", money(cost * random.between(110, 250) / 100));
    row.set("i_brand_id", category_id * 1'000'000 + class_id * 1'000 + maker_id);
    row.set("i_brand", maker + name);
    row.set("i_class_id", class_id);
    row.set("i_class", name);
    row.set("i_category_id", category_id);
    row.set("i_category", std::string(category.name));
    row.set("i_manufact_id", maker_id);
    row.set("i_manufact", maker);
    row.set("i_size", pick(random, sizes));
    row.set("i_formulation", std::to_string(random.between(10'000, 99'999)) + color);
    row.set("i_color", color);
    row.set("i_units", pick(random, units));
    row.set("i_container", "Unknown");
    row.set("i_manager_id", random.between(1, 100));
    row.set("i_product_name", maker + " " + name + " " + std::to_string(row.index() + 1));
}

void make_promotion(Row& row) {
    Random& random = row.random;
    const std::chrono::sys_days start = first_day + std::chrono::days(random.between(0, 365 * 5));
    row.set("p_start_date_sk", date_key(start));
    row.set("p_end_date_sk", date_key(start + std::chrono::days(random.between(7, 60))));
    row.set("p_cost", "1000.00");
    row.set("p_response_target", 1);
    row.set("p_promo_name", pick(random, makers_short));
    for (const std::string_view channel :
         {"dmail", "email", "catalog", "tv", "radio", "press", "event", "demo"}) {
        row.set("p_channel_" + std::string(channel), random.percent(20) ? "Y" : "N");
    }
    row.set("p_channel_details", pick(random, channel_notes));
    row.set("p_purpose", "Unknown");
    row.set("p_discount_active", random.percent(10) ? "Y" : "N");
}

void make_inventory(Row& row) {
    // Every week counts the same items in every warehouse: the three keys of a
    // row are the digits of its number, so no two rows have the same.
    constexpr std::size_t items_counted = 12;
    const Data::Made& warehouses = row.data().of("inventory/warehouses");
    const Data::Made& items = row.data().of("item/items");
    std::size_t number = row.index();
    row.set("inv_warehouse_sk", warehouses.rows[number % warehouses.rows.size()].front());
    number /= warehouses.rows.size();
    const std::size_t step = items.rows.size() / items_counted;
    row.set("inv_item_sk", items.rows[number % items_counted * step].front());
    number /= items_counted;
    constexpr std::chrono::sys_days first_count{std::chrono::year{2002} / 1 / 3};
    row.set("inv_date_sk", date_key(first_count + std::chrono::weeks(number)));
    if (row.random.percent(4)) {
        row.set_null("inv_quantity_on_hand");
    } else {
        row.set("inv_quantity_on_hand", row.random.between(0, 1'000));
    }
}

void make_warehouse(Row& row) {
    row.set("w_warehouse_name", std::string(warehouse_names[row.index() % warehouse_names.size()]));
    row.set("w_warehouse_sq_ft", row.random.between(50'000, 990'000));
}

}  // namespace charter::cli::demo
