#pragma once

#include "charter/base/result.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace charter::cli::demo {

struct Column {
    std::string name;
    std::string type;  // as in a product document: "int", "decimal(7,2)" …
    bool nullable = true;
    std::string references;  // "customer/customers", or empty
};

/// One table of the demo mesh: the port of one product.
struct Table {
    std::string name;     // of TPC-DS: "store_sales"
    std::string domain;   // "store-sales"
    std::string product;  // "sales"
    std::string writer;   // the pipeline that may write it: "service:etl-store-sales"
    std::size_t rows = 0;
    std::vector<Column> columns;

    std::string path() const { return domain + "/" + product; }
    /// Its place among the columns. Throws std::logic_error when there is none.
    std::size_t column(std::string_view name) const;
};

/// The rows of a table; an empty field is NULL.
using Rows = std::vector<std::vector<std::string>>;

/// What was made so far, by path. A table comes after those it refers to.
class Data {
public:
    struct Made {
        const Table* table = nullptr;
        Rows rows;
    };

    const Made& of(std::string_view path) const;
    /// One field of one row.
    const std::string& field(std::string_view path, std::size_t row, std::string_view column) const;
    void add(const Table& table, Rows rows);
    const std::map<std::string, Made, std::less<>>& all() const { return made_; }

private:
    std::map<std::string, Made, std::less<>> made_;
};

/// Makes the rows of all tables, the same ones every time. Every reference names
/// a row that exists. `tables` must outlive the answer.
/// Errors: internal (the documents name a table or column that nobody makes).
Result<Data> make_rows(const std::vector<Table>& tables);

/// The rows as dsdgen writes them: fields ended by '|', lines by a newline.
std::string to_text(const Rows& rows);

}  // namespace charter::cli::demo
