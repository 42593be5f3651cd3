#pragma once

#include "cli/demo/random.hpp"
#include "cli/demo/table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace charter::cli::demo {

/// One row while it is made. What a maker leaves unset is filled from the
/// column's own rules: references, keys, addresses.
class Row {
public:
    Row(const Table& table, std::size_t index, const Data& data)
        : random(table.name, index),
          table_(table),
          index_(index),
          data_(data),
          fields_(table.columns.size()),
          set_(table.columns.size(), false) {}

    /// Of this row alone, so that no row depends on those before it.
    Random random;

    const Table& table() const { return table_; }
    const Data& data() const { return data_; }
    /// 0 for the first row.
    std::size_t index() const { return index_; }
    /// The table's column prefix with its underscore: "ss_".
    std::string prefix() const;
    bool has_column(std::string_view name) const;

    /// Throw std::logic_error for a column that the table does not have.
    void set(std::string_view column, std::string value);
    void set(std::string_view column, std::int64_t value) { set(column, std::to_string(value)); }
    void set(std::string_view column, const char* value) { set(column, std::string(value)); }
    void set_null(std::string_view column) { set(column, std::string()); }

    /// Sets all that is unset. Throws std::logic_error when no rule fits.
    std::vector<std::string> finish();

private:
    void fill(const Column& column);

    const Table& table_;
    std::size_t index_;
    const Data& data_;
    std::vector<std::string> fields_;
    std::vector<bool> set_;
};

// The makers, by table of TPC-DS. Each sets what the rules of Row cannot know.
void make_date(Row& row);
void make_time(Row& row);
void make_reason(Row& row);
void make_income_band(Row& row);
void make_ship_mode(Row& row);
void make_customer_demographics(Row& row);
void make_household_demographics(Row& row);
void make_customer(Row& row);
void make_customer_address(Row& row);
void make_item(Row& row);
void make_promotion(Row& row);
void make_inventory(Row& row);
void make_warehouse(Row& row);
void make_store(Row& row);
void make_call_center(Row& row);
void make_web_site(Row& row);
void make_web_page(Row& row);
void make_catalog_page(Row& row);
void make_sale(Row& row);
void make_return(Row& row);

}  // namespace charter::cli::demo
