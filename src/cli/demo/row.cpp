#include "cli/demo/maker.hpp"
#include "cli/demo/values.hpp"

#include <algorithm>
#include <stdexcept>

namespace charter::cli::demo {

namespace {

constexpr int null_percent = 3;  // of references that may be NULL

// Parts of an address, by the end of the column's name. All parts of one row are
// drawn from one place, so that city, county, state and zip fit together.
bool fill_address(Row& row, const std::string& name, std::string_view part) {
    Random place_random(row.table().name + "/place", row.index());
    const Place& place = place_random.pick(places());
    const auto zip_end = std::to_string(place_random.between(10, 99));

    if (part == "street_number") {
        row.set(name, row.random.between(1, 999));
    } else if (part == "street_name") {
        const std::string first = pick(row.random, street_names());
        row.set(name,
                row.random.percent(70) ? first : first + " " + pick(row.random, street_names()));
    } else if (part == "street_type") {
        row.set(name, pick(row.random, street_types()));
    } else if (part == "suite_number") {
        row.set(name, "Suite " + std::to_string(row.random.between(0, 49) * 10));
    } else if (part == "city") {
        row.set(name, std::string(place.city));
    } else if (part == "county") {
        row.set(name, std::string(place.county));
    } else if (part == "state") {
        row.set(name, std::string(place.state));
    } else if (part == "zip") {
        row.set(name, std::string(place.zip_prefix) + zip_end);
    } else if (part == "country") {
        row.set(name, "United States");
    } else if (part == "gmt_offset") {
        row.set(name, money(place.gmt_offset * 100));
    } else {
        return false;
    }
    return true;
}

// Columns that several tables share: versions, managers, companies, markets.
bool fill_common(Row& row, const std::string& name, std::string_view part) {
    if (part == "rec_start_date") {
        row.set(name, "1997-10-27");
    } else if (part == "rec_end_date") {
        row.set_null(name);
    } else if (part == "manager" || part == "market_manager") {
        row.set(name, person(row.random));
    } else if (part == "hours") {
        row.set(name, row.random.percent(60) ? "8AM-8PM" : "8AM-12AM");
    } else if (part == "market_desc" || part == "mkt_desc") {
        row.set(name, market_sentence(row.random));
    } else if (part == "market_id" || part == "mkt_id") {
        row.set(name, row.random.between(1, 10));
    } else if (part == "division_id" || part == "division" || part == "company_id" ||
               part == "company") {
        row.set(name, 1);
    } else if (part == "division_name" || part == "company_name") {
        row.set(name, "Unknown");
    } else if (part == "tax_precentage" || part == "tax_percentage") {
        row.set(name, money(row.random.between(0, 11)));
    } else {
        return false;
    }
    return true;
}

}  // namespace

std::string Row::prefix() const {
    const std::string& name = table_.columns.front().name;
    return name.substr(0, name.find('_') + 1);
}

bool Row::has_column(std::string_view name) const {
    return std::ranges::any_of(table_.columns, [&](const Column& c) { return c.name == name; });
}

void Row::set(std::string_view column, std::string value) {
    const std::size_t i = table_.column(column);
    fields_[i] = std::move(value);
    set_[i] = true;
}

void Row::fill(const Column& column) {
    if (!column.references.empty()) {
        const Data::Made& target = data_.of(column.references);
        if (column.nullable && random.percent(null_percent)) {
            set_null(column.name);
        } else {
            set(column.name, target.rows[random.next() % target.rows.size()].front());
        }
        return;
    }
    if (column.name == table_.columns.front().name && column.name.ends_with("_sk")) {
        set(column.name, static_cast<std::int64_t>(index_ + 1));
        return;
    }
    if (column.name == table_.columns[1].name && column.name.ends_with("_id")) {
        set(column.name, business_key(index_ + 1));
        return;
    }
    const std::string part = column.name.substr(prefix().size());
    if (!fill_address(*this, column.name, part) && !fill_common(*this, column.name, part)) {
        throw std::logic_error("nothing makes " + table_.name + "." + column.name);
    }
}

std::vector<std::string> Row::finish() {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        if (!set_[i]) {
            fill(table_.columns[i]);
        }
    }
    return std::move(fields_);
}

}  // namespace charter::cli::demo
