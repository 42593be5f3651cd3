#include "charter/cells/table_access.hpp"

#include "cells/implies.hpp"

#include <gtest/gtest.h>

namespace charter::cells {
namespace {

using policy::Predicate;
using policy::ValueKind;

Column column(const std::string& name, const std::string& type = "string", bool nullable = true) {
    return {name, 1, ColumnType::parse(type).value(), nullable};
}

Predicate is(const std::string& value) {
    return Predicate::compare(Predicate::Column{"country"}, Predicate::Comparison::equal,
                              policy::Value::string(value));
}

const Predicate always = Predicate::constant(true);
const Predicate never = Predicate::constant(false);

TEST(RowTypeTest, HasTheColumnsThatConditionsMayName) {
    const std::vector<Column> columns{column("b", "boolean"),
                                      column("i", "int", false),
                                      column("l", "long"),
                                      column("s", "string"),
                                      column("d", "date"),
                                      column("m", "decimal(18,4)"),
                                      column("wide", "decimal(19,4)"),
                                      column("fine", "decimal(18,5)"),
                                      column("f", "float"),
                                      column("g", "double"),
                                      column("t", "time"),
                                      column("ts", "timestamp"),
                                      column("tz", "timestamptz"),
                                      column("x", "binary"),
                                      column("u", "uuid"),
                                      column("list", "list<int>"),
                                      column("map", "map<string, int>"),
                                      column("struct", "struct<a: int>")};
    std::string told;
    const policy::RowType type = row_type(columns);
    std::size_t others = 0;  // of which `has` alone says something
    for (const policy::RowColumn& each : type.columns()) {
        if (each.kind == policy::ValueKind::record) {
            ++others;
            continue;
        }
        told += each.name + (each.required ? ": " : "?: ") +
                std::string(policy::kind_name(each.kind)) + ", ";
    }
    EXPECT_EQ(told, "b?: bool, d?: datetime, i: long, l?: long, m?: decimal, s?: string, ");
    EXPECT_EQ(others, 12u);
}

std::string told(const Shown& shown) {
    std::string text(show_name(shown.how));
    text += shown.mask ? " " + std::string(mask_name(*shown.mask)) : "";
    text += shown.when ? " when " + shown.when->to_cedar_text() : "";
    return text +
           (shown.otherwise_masked ? " else " + shown.otherwise_masked->to_cedar_text() : "");
}

TEST(TableAccessTest, ShowsEachColumn) {
    const std::string germany = "context.row.country == \"GERMANY\"";
    const TableAccess access({
        {column("clear"), always, never, {}},
        {column("both"), always, always, Mask::show_last_4},
        {column("masked"), never, always, Mask::show_last_4},
        {column("some"), is("GERMANY"), never, Mask::show_last_4},
        {column("masked here"), never, is("GERMANY"), Mask::show_last_4},
        {column("else masked"), is("GERMANY"), always, Mask::show_last_4},
        {column("no mask"), never, always, {}},
        {column("wrong mask", "int"), never, always, Mask::show_last_4},
        {column("hidden"), never, never, Mask::show_last_4},
    });
    std::vector<std::string> shown;
    for (const ColumnAccess& each : access.columns()) {
        shown.push_back(told(access.shown(each)));
    }
    EXPECT_EQ(shown, (std::vector<std::string>{"clear", "clear", "masked show-last-4",
                                               "clear when " + germany,
                                               "masked show-last-4 when " + germany,
                                               "clear show-last-4 when " + germany + " else true",
                                               "hidden", "hidden", "hidden"}));
    EXPECT_TRUE(access.rows().is_always());
}

TEST(TableAccessTest, PermitsRowsWithACellToSee) {
    const TableAccess access({{column("a"), is("GERMANY"), never, {}},
                              {column("b"), never, is("FRANCE"), Mask::mask_alphanum},
                              {column("c"), never, is("SPAIN"), {}},
                              {column("d"), never, never, {}}});
    EXPECT_EQ(access.rows().to_cedar_text(),
              "context.row.country == \"FRANCE\" || context.row.country == \"GERMANY\"");

    // On its permitted rows a column that alone decides them is clear.
    const TableAccess one(
        {{column("a"), is("GERMANY"), never, {}}, {column("d"), never, never, {}}});
    EXPECT_EQ(told(one.shown(one.columns()[0])), "clear");
    EXPECT_EQ(told(one.shown(one.columns()[1])), "hidden");
}

TEST(TableAccessTest, ATableWithoutColumnsPermitsNoRow) {
    EXPECT_TRUE(TableAccess(std::vector<ColumnAccess>{}).rows().is_never());
}

TEST(TableAccessTest, ConditionsThatAreTooLongTogetherPermitNoRow) {
    std::vector<policy::Value> many;
    for (int i = 0; i < 6'000; ++i) {
        many.push_back(policy::Value::integer(i));
    }
    std::vector<ColumnAccess> columns;
    columns.push_back({column("a", "int"), Predicate::one_of("a", many), never, {}});
    EXPECT_FALSE(TableAccess(columns).rows().is_never());
    columns.push_back({column("b", "int"), Predicate::one_of("b", many), never, {}});
    const TableAccess access(columns);
    EXPECT_TRUE(access.rows().is_never());
    EXPECT_EQ(told(access.shown(access.columns()[0])), "hidden");
}

TEST(ImpliesTest, SaysYesOnlyWhereItIsSo) {
    const Predicate a = Predicate::has("a");
    const Predicate b = Predicate::has("b");
    const Predicate c = Predicate::has("c");
    const Predicate a_and_b = Predicate::all_of({a, b});
    const Predicate a_or_b = Predicate::any_of({a, b});
    EXPECT_TRUE(implies(never, a));
    EXPECT_TRUE(implies(a, always));
    EXPECT_TRUE(implies(a, a_or_b));
    EXPECT_TRUE(implies(a_and_b, b));
    EXPECT_TRUE(implies(a_or_b, Predicate::any_of({c, b, a})));
    EXPECT_TRUE(implies(Predicate::all_of({c, a, b}), a_and_b));
    EXPECT_FALSE(implies(always, a));
    EXPECT_FALSE(implies(a, never));
    EXPECT_FALSE(implies(a_or_b, a));
    EXPECT_FALSE(implies(a, a_and_b));
    EXPECT_FALSE(implies(a, Predicate::negation(a)));
}

}  // namespace
}  // namespace charter::cells
