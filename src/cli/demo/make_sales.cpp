// Sales and returns of the three channels. Their columns have the same names but
// for the prefix, so one maker serves all; a column that a channel lacks is left out.
#include "cli/demo/maker.hpp"
#include "cli/demo/values.hpp"

#include <algorithm>

namespace charter::cli::demo {

namespace {

constexpr std::size_t lines_per_order = 3;

// Sets columns by the part of their name after the prefix.
class Line {
public:
    explicit Line(Row& row) : row_(row), prefix_(row.prefix()) {}

    bool has(std::string_view part) const { return row_.has_column(name(part)); }

    template <class T>
    void set(std::string_view part, T value) {
        if (has(part)) {
            row_.set(name(part), std::move(value));
        }
    }

private:
    std::string name(std::string_view part) const { return prefix_ + std::string(part); }

    Row& row_;
    std::string prefix_;
};

std::string key_of(const Data::Made& made, std::size_t row) {
    return made.rows[row % made.rows.size()].front();
}

// The buyer with what was known of her on that day.
void set_customer(Line& line, const Data& data, std::string_view role, std::size_t customer) {
    const auto current = [&](std::string_view column) {
        return data.field("customer/customers", customer, column);
    };
    const std::string prefix(role);
    line.set(prefix + "customer_sk", current("c_customer_sk"));
    line.set(prefix + "cdemo_sk", current("c_current_cdemo_sk"));
    line.set(prefix + "hdemo_sk", current("c_current_hdemo_sk"));
    line.set(prefix + "addr_sk", current("c_current_addr_sk"));
}

void set_nobody(Line& line) {
    for (const std::string_view part : {"customer_sk", "cdemo_sk", "hdemo_sk", "addr_sk"}) {
        line.set(part, std::string());
    }
}

// What all lines of one ticket or order have in common.
void set_order(Row& row, Line& line, std::size_t order) {
    const Data& data = row.data();
    Random random(row.table().name + "/order", order);
    const std::size_t customers = data.of("customer/customers").rows.size();
    const std::size_t buyer = random.next() % customers;
    const std::size_t receiver = random.percent(80) ? buyer : random.next() % customers;
    const bool anonymous = random.percent(5);
    // Leaves room for shipping and returning before the calendar ends.
    const std::chrono::sys_days sold =
        first_day + std::chrono::days(random.between(1, (last_day - first_day).count() - 190));

    line.set("sold_date_sk", date_key(sold));
    line.set("ship_date_sk", date_key(sold + std::chrono::days(random.between(1, 90))));
    line.set("sold_time_sk", key_of(data.of("reference/times"), random.next()));
    line.set("ticket_number", static_cast<std::int64_t>(order + 1));
    line.set("order_number", static_cast<std::int64_t>(order + 1));
    if (anonymous) {
        set_nobody(line);
    } else {
        set_customer(line, data, "", buyer);
    }
    set_customer(line, data, "bill_", buyer);
    set_customer(line, data, "ship_", receiver);
    if (line.has("store_sk")) {
        line.set("store_sk", key_of(data.of("store-sales/stores"), random.next()));
    }
    if (line.has("web_site_sk")) {
        line.set("web_site_sk", key_of(data.of("web-sales/sites"), random.next()));
    }
    if (line.has("call_center_sk")) {
        line.set("call_center_sk", key_of(data.of("catalog-sales/call-centers"), random.next()));
    }
}

// All amounts in cents, each from those before it, so that they add up.
void set_amounts(Row& row, Line& line, std::size_t item) {
    Random& random = row.random;
    const auto of_item = [&](std::string_view column) {
        return cents_of(row.data().field("item/items", item, column));
    };
    const std::int64_t quantity = random.between(1, 100);
    const std::int64_t cost = of_item("i_wholesale_cost");
    const std::int64_t list = of_item("i_current_price");
    const std::int64_t price = list * random.between(40, 100) / 100;
    const std::int64_t turnover = price * quantity;
    const std::int64_t coupon = random.percent(20) ? turnover * random.between(5, 50) / 100 : 0;
    const std::int64_t paid = turnover - coupon;
    const std::int64_t tax = paid * random.between(0, 9) / 100;
    const std::int64_t shipping = list * quantity * random.between(2, 50) / 100;

    line.set("quantity", quantity);
    line.set("wholesale_cost", money(cost));
    line.set("list_price", money(list));
    line.set("sales_price", money(price));
    line.set("ext_discount_amt", money((list - price) * quantity));
    line.set("ext_sales_price", money(turnover));
    line.set("ext_wholesale_cost", money(cost * quantity));
    line.set("ext_list_price", money(list * quantity));
    line.set("ext_tax", money(tax));
    line.set("coupon_amt", money(coupon));
    line.set("ext_ship_cost", money(shipping));
    line.set("net_paid", money(paid));
    line.set("net_paid_inc_tax", money(paid + tax));
    line.set("net_paid_inc_ship", money(paid + shipping));
    line.set("net_paid_inc_ship_tax", money(paid + shipping + tax));
    line.set("net_profit", money(paid - cost * quantity));
}

}  // namespace

void make_sale(Row& row) {
    Line line(row);
    const std::size_t order = row.index() / lines_per_order;
    const Data::Made& items = row.data().of("item/items");
    // Lines of one order are a third of the assortment apart: never the same item.
    const std::size_t first = Random(row.table().name + "/item", order).next();
    const std::size_t item =
        (first % items.rows.size() +
         row.index() % lines_per_order * (items.rows.size() / lines_per_order)) %
        items.rows.size();

    set_order(row, line, order);
    line.set("item_sk", items.rows[item].front());
    const Data::Made& promotions = row.data().of("marketing/promotions");
    line.set("promo_sk", row.random.percent(40) ? key_of(promotions, row.random.next()) : "");
    set_amounts(row, line, item);
}

void make_return(Row& row) {
    Line line(row);
    Random& random = row.random;
    const Data& data = row.data();
    const Data::Made& sales = data.of(row.table().domain + "/sales");
    // Spread evenly over the sales; each line comes back once at most.
    const std::size_t sale = row.index() * (sales.rows.size() / row.table().rows);
    const std::string& first_column = sales.table->columns.front().name;
    const std::string sale_prefix = first_column.substr(0, first_column.find('_') + 1);
    const auto sold = [&](std::string_view part) -> const std::string& {
        return sales.rows[sale][sales.table->column(sale_prefix + std::string(part))];
    };

    const bool store = line.has("ticket_number");
    const std::int64_t left = std::stoll(sold(store ? "sold_date_sk" : "ship_date_sk"));
    line.set("returned_date_sk", left + random.between(1, 90));
    for (const std::string_view part : {"return_time_sk", "returned_time_sk"}) {
        line.set(part, key_of(data.of("reference/times"), random.next()));
    }
    // What a return shares with its sale is copied.
    for (const std::string_view part :
         {"item_sk", "ticket_number", "order_number", "customer_sk", "cdemo_sk", "hdemo_sk",
          "addr_sk", "store_sk", "call_center_sk", "catalog_page_sk", "warehouse_sk",
          "web_page_sk"}) {
        if (line.has(part)) {
            line.set(part, sold(part));
        }
    }
    for (const std::string_view part : {"customer_sk", "cdemo_sk", "hdemo_sk", "addr_sk"}) {
        const std::string suffix(part);
        if (line.has("refunded_" + suffix)) {
            line.set("refunded_" + suffix, sold("bill_" + suffix));
            line.set("returning_" + suffix, sold("ship_" + suffix));
        }
    }

    const std::int64_t quantity = random.between(1, std::stoll(sold("quantity")));
    const std::int64_t amount = cents_of(sold("sales_price")) * quantity;
    const std::int64_t tax = amount * random.between(0, 9) / 100;
    const std::int64_t fee = random.between(50, 10'000);
    const std::int64_t shipping = random.between(0, 20'000);
    const std::int64_t cash = amount * random.between(0, 100) / 100;
    const std::int64_t charge = (amount - cash) * random.between(0, 100) / 100;
    line.set("return_quantity", quantity);
    line.set("return_amt", money(amount));
    line.set("return_amount", money(amount));
    line.set("return_tax", money(tax));
    line.set("return_amt_inc_tax", money(amount + tax));
    line.set("fee", money(fee));
    line.set("return_ship_cost", money(shipping));
    line.set("refunded_cash", money(cash));
    line.set("reversed_charge", money(charge));
    line.set("store_credit", money(amount - cash - charge));
    line.set("account_credit", money(amount - cash - charge));
    line.set("net_loss", money(tax + fee + shipping));
}

}  // namespace charter::cli::demo
