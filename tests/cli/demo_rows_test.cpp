// The rows of the demo mesh: the same bytes every time, keys that match, values
// that fit their columns.
#include "cli/demo/mesh.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/json.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace charter::cli::demo {

namespace {

const Mesh& mesh() {
    static const Mesh read = read_mesh().value();
    return read;
}

const Data& data() {
    static const Data made = make_rows(mesh().tables).value();
    return made;
}

const Rows& rows(std::string_view path) {
    return data().of(path).rows;
}

std::set<std::string> keys(std::string_view path) {
    std::set<std::string> found;
    for (const auto& row : rows(path)) {
        found.insert(row.front());
    }
    return found;
}

// True when no two rows have the same values in these columns.
bool unique(std::string_view path, const std::vector<std::string>& columns) {
    const Table& table = *data().of(path).table;
    std::set<std::string> seen;
    for (const auto& row : rows(path)) {
        std::string key;
        for (const std::string& column : columns) {
            key += row[table.column(column)] + "|";
        }
        if (!seen.insert(key).second) {
            return false;
        }
    }
    return true;
}

bool fits(const std::string& value, const std::string& type) {
    static const std::regex number("-?[0-9]{1,9}");
    static const std::regex decimal("-?[0-9]{1,13}\\.[0-9]{2}");
    static const std::regex small_decimal("-?[0-9]{1,5}\\.[0-9]{2}");
    static const std::regex date("(199[78]|1999|200[0-3])-[01][0-9]-[0-3][0-9]");
    if (type == "int" || type == "long") {
        return std::regex_match(value, number);
    }
    if (type == "date") {
        return std::regex_match(value, date);
    }
    if (type == "decimal(7,2)") {
        return std::regex_match(value, small_decimal);
    }
    if (type.starts_with("decimal(")) {
        return std::regex_match(value, decimal);
    }
    return type == "string" && value.find_first_of("|\n\"\\") == std::string::npos;
}

}  // namespace

TEST(DemoRowsTest, CoversThe24TablesOfTpcDs) {
    std::set<std::string> names;
    std::size_t columns = 0;
    for (const Table& table : mesh().tables) {
        names.insert(table.name);
        columns += table.columns.size();
    }

    EXPECT_EQ(names.size(), 24u);
    EXPECT_EQ(columns, 425u);
    EXPECT_FALSE(names.contains("dbgen_version"));
}

TEST(DemoRowsTest, HasAsManyRowsAndColumnsAsTheDocumentsSay) {
    for (const Table& table : mesh().tables) {
        EXPECT_EQ(rows(table.path()).size(), table.rows) << table.name;
        for (const auto& row : rows(table.path())) {
            ASSERT_EQ(row.size(), table.columns.size()) << table.name;
        }
    }
}

TEST(DemoRowsTest, ReferencesOnlyRowsThatExist) {
    for (const Table& table : mesh().tables) {
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            const Column& column = table.columns[i];
            if (column.references.empty()) {
                continue;
            }
            const std::set<std::string> known = keys(column.references);
            std::size_t set = 0;
            for (const auto& row : rows(table.path())) {
                ASSERT_TRUE(row[i].empty() || known.contains(row[i])) << column.name << row[i];
                set += row[i].empty() ? 0 : 1;
            }
            EXPECT_TRUE(set > 0 || column.name.find("close") != std::string::npos) << column.name;
        }
    }
}

TEST(DemoRowsTest, IsNullOnlyWhereAColumnAllowsIt) {
    for (const Table& table : mesh().tables) {
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            for (const auto& row : rows(table.path())) {
                ASSERT_TRUE(table.columns[i].nullable || !row[i].empty()) << table.columns[i].name;
            }
        }
    }
}

TEST(DemoRowsTest, WritesValuesThatFitTheirTypes) {
    for (const Table& table : mesh().tables) {
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            for (const auto& row : rows(table.path())) {
                ASSERT_TRUE(row[i].empty() || fits(row[i], table.columns[i].type))
                    << table.columns[i].name << " = " << row[i];
            }
        }
    }
}

TEST(DemoRowsTest, KeepsPrimaryKeysUnique) {
    for (const Table& table : mesh().tables) {
        if (table.columns.front().name.ends_with("_sk") && !table.name.ends_with("_sales") &&
            !table.name.ends_with("_returns") && table.name != "inventory") {
            EXPECT_EQ(keys(table.path()).size(), table.rows) << table.name;
        }
    }
    EXPECT_TRUE(unique("store-sales/sales", {"ss_item_sk", "ss_ticket_number"}));
    EXPECT_TRUE(unique("web-sales/sales", {"ws_item_sk", "ws_order_number"}));
    EXPECT_TRUE(unique("catalog-sales/sales", {"cs_item_sk", "cs_order_number"}));
    EXPECT_TRUE(unique("store-sales/returns", {"sr_item_sk", "sr_ticket_number"}));
    EXPECT_TRUE(unique("web-sales/returns", {"wr_item_sk", "wr_order_number"}));
    EXPECT_TRUE(unique("catalog-sales/returns", {"cr_item_sk", "cr_order_number"}));
    EXPECT_TRUE(unique("inventory/stock", {"inv_date_sk", "inv_item_sk", "inv_warehouse_sk"}));
}

TEST(DemoRowsTest, ReturnsOnlyWhatWasSold) {
    const auto lines = [](std::string_view path, const char* item, const char* order) {
        const Table& table = *data().of(path).table;
        std::set<std::pair<std::string, std::string>> found;
        for (const auto& row : rows(path)) {
            found.emplace(row[table.column(item)], row[table.column(order)]);
        }
        return found;
    };
    const auto sold = lines("web-sales/sales", "ws_item_sk", "ws_order_number");
    const auto returned = lines("web-sales/returns", "wr_item_sk", "wr_order_number");

    EXPECT_TRUE(std::ranges::includes(sold, returned));
}

TEST(DemoRowsTest, MakesTheSameBytesEveryTime) {
    std::string all;
    for (const auto& [path, made] : data().all()) {
        all += path + "\n" + to_text(made.rows);
    }

    // Changes only when somebody means to change the rows, on every compiler.
    EXPECT_EQ(to_hex(sha256(all)),
              "f46a3233f29c26d62edb1770a0e295e047d2fd163a56097d3aa7d4d88c7bf4b4");
}

TEST(DemoRowsTest, WritesLinesAsDsdgenDoes) {
    const std::string text = to_text({{"1", "AAAAAAAABAAAAAAA", ""}, {"2", "", "x"}});

    EXPECT_EQ(text, "1|AAAAAAAABAAAAAAA||\n2||x|\n");
}

TEST(DemoRowsTest, RefusesATableNobodyMakes) {
    std::vector<Table> tables(1);
    tables[0].name = "dbgen_version";
    tables[0].rows = 1;

    const Result<Data> made = make_rows(tables);

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::internal);
}

}  // namespace charter::cli::demo
