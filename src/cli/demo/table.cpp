#include "cli/demo/table.hpp"
#include "cli/demo/maker.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <utility>

namespace charter::cli::demo {

namespace {

using Maker = void (*)(Row&);

constexpr std::array<std::pair<std::string_view, Maker>, 24> makers{{
    {"call_center", make_call_center},
    {"catalog_page", make_catalog_page},
    {"catalog_returns", make_return},
    {"catalog_sales", make_sale},
    {"customer", make_customer},
    {"customer_address", make_customer_address},
    {"customer_demographics", make_customer_demographics},
    {"date_dim", make_date},
    {"household_demographics", make_household_demographics},
    {"income_band", make_income_band},
    {"inventory", make_inventory},
    {"item", make_item},
    {"promotion", make_promotion},
    {"reason", make_reason},
    {"ship_mode", make_ship_mode},
    {"store", make_store},
    {"store_returns", make_return},
    {"store_sales", make_sale},
    {"time_dim", make_time},
    {"warehouse", make_warehouse},
    {"web_page", make_web_page},
    {"web_returns", make_return},
    {"web_sales", make_sale},
    {"web_site", make_web_site},
}};

Maker maker_of(std::string_view table) {
    const auto found =
        std::ranges::find(makers, table, [](const auto& entry) { return entry.first; });
    return found == makers.end() ? nullptr : found->second;
}

// What must exist before: what is referred to, and for returns the sales.
std::set<std::string> needed_by(const Table& table) {
    std::set<std::string> paths;
    for (const Column& column : table.columns) {
        if (!column.references.empty()) {
            paths.insert(column.references);
        }
    }
    if (table.name.ends_with("_returns")) {
        paths.insert(table.domain + "/sales");
    }
    return paths;
}

Rows rows_of(const Table& table, Maker maker, const Data& data) {
    Rows rows;
    for (std::size_t i = 0; i < table.rows; ++i) {
        Row row(table, i, data);
        maker(row);
        rows.push_back(row.finish());
    }
    return rows;
}

}  // namespace

std::size_t Table::column(std::string_view wanted) const {
    const auto found = std::ranges::find(columns, wanted, &Column::name);
    if (found == columns.end()) {
        throw std::logic_error(name + " has no column " + std::string(wanted));
    }
    return static_cast<std::size_t>(found - columns.begin());
}

const Data::Made& Data::of(std::string_view path) const {
    const auto found = made_.find(path);
    if (found == made_.end()) {
        throw std::logic_error("not made yet: " + std::string(path));
    }
    return found->second;
}

const std::string& Data::field(std::string_view path, std::size_t row,
                               std::string_view column) const {
    const Made& made = of(path);
    return made.rows.at(row)[made.table->column(column)];
}

void Data::add(const Table& table, Rows rows) {
    made_[table.path()] = Made{&table, std::move(rows)};
}

Result<Data> make_rows(const std::vector<Table>& tables) {
    Data data;
    std::vector<const Table*> waiting;
    for (const Table& table : tables) {
        waiting.push_back(&table);
    }
    try {
        while (!waiting.empty()) {
            const auto ready = std::ranges::find_if(waiting, [&](const Table* table) {
                return std::ranges::all_of(needed_by(*table), [&](const std::string& path) {
                    return data.all().contains(path);
                });
            });
            if (ready == waiting.end()) {
                return Error(ErrorCode::internal,
                             "tables refer to each other in a circle: " + waiting.front()->path());
            }
            const Table& table = **ready;
            const Maker maker = maker_of(table.name);
            if (maker == nullptr) {
                return Error(ErrorCode::internal, "nothing makes the table " + table.name);
            }
            data.add(table, rows_of(table, maker, data));
            waiting.erase(ready);
        }
    } catch (const std::logic_error& defect) {
        return Error(ErrorCode::internal, defect.what());
    }
    return data;
}

std::string to_text(const Rows& rows) {
    std::string text;
    for (const auto& row : rows) {
        for (const std::string& field : row) {
            text += field;
            text += '|';
        }
        text += '\n';
    }
    return text;
}

}  // namespace charter::cli::demo
