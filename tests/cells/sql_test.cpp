#include "charter/cells/sql.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace charter::cells {
namespace {

using namespace charter::policy;
using Comparison = Predicate::Comparison;

Column column(const std::string& name, const std::string& type, bool nullable = true) {
    return {name, 1, ColumnType::parse(type).value(), nullable};
}

const std::vector<Column> table{column("s", "string"),           column("key", "long"),
                                column("member", "boolean"),     column("born", "date"),
                                column("worth", "decimal(7,2)"), column("small", "int"),
                                column("t", "string"),           column("a\"b`c", "string")};

std::string sql(const Predicate& predicate, Dialect dialect = Dialect::duckdb) {
    const Result<std::string> text = condition_sql(predicate, table, dialect);
    return text ? *text : "error: " + text.error().message();
}

Predicate equals(const std::string& name, const Value& value) {
    return Predicate::compare(Predicate::Column{name, value.kind()}, Comparison::equal, value);
}

Predicate less(const Predicate::Operand& left, const Predicate::Operand& right) {
    return Predicate::compare(left, Comparison::less, right);
}

const Predicate::Column key{"key", ValueKind::integer};

TEST(SqlTest, WritesEachTest) {
    const Predicate small = equals("small", Value::integer(1));
    const std::pair<Predicate, std::string> cases[] = {
        {Predicate::constant(true), "TRUE"},
        {Predicate::constant(false), "FALSE"},
        {Predicate::has("s"), "\"s\" IS NOT NULL"},
        {Predicate::holds("member"), "\"member\""},
        {equals("member", Value::boolean(true)), "\"member\" = TRUE"},
        {equals("s", Value::string("GERMANY")), "\"s\" = 'GERMANY'"},
        {Predicate::compare(Value::string("a"), Comparison::equal, Predicate::Column{"s"}),
         "\"s\" = 'a'"},
        {less(key, Value::integer(3)), "\"key\" < 3"},
        {less(Value::integer(3), key), "\"key\" > 3"},
        {Predicate::compare(key, Comparison::less_or_equal, Value::integer(-3)), "\"key\" <= -3"},
        {Predicate::compare(Value::integer(3), Comparison::less_or_equal, key), "\"key\" >= 3"},
        {less(key, Predicate::Column{"small", ValueKind::integer}), "\"key\" < \"small\""},
        {equals("key", Value::integer(std::numeric_limits<std::int64_t>::min())),
         "\"key\" = (-9223372036854775807 - 1)"},
        {equals("worth", Value::decimal(-12'300)), "\"worth\" = CAST('-1.23' AS DECIMAL(7, 2))"},
        {equals("born", Value::parse_datetime("0987-01-02").value()),
         "\"born\" = DATE '0987-01-02'"},
        {Predicate::one_of("s", {Value::string("b"), Value::string("a")}), "\"s\" IN ('a', 'b')"},
        {Predicate::negation(Predicate::has("s")), "NOT (\"s\" IS NOT NULL)"},
        {Predicate::negation(small), "NOT COALESCE(\"small\" = 1, FALSE)"},
        {Predicate::all_of({Predicate::any_of({small, Predicate::has("s")}), Predicate::has("t")}),
         "(\"small\" = 1 OR \"s\" IS NOT NULL) AND \"t\" IS NOT NULL"},
        {Predicate::any_of({Predicate::all_of({small, Predicate::has("s")}), Predicate::has("t")}),
         "\"small\" = 1 AND \"s\" IS NOT NULL OR \"t\" IS NOT NULL"},
        {Predicate::negation(Predicate::any_of({small, Predicate::holds("member")})),
         "NOT COALESCE(\"small\" = 1 OR \"member\", FALSE)"},
        {Predicate::negation(Predicate::any_of({Predicate::negation(small), Predicate::has("t")})),
         "NOT (NOT COALESCE(\"small\" = 1, FALSE) OR \"t\" IS NOT NULL)"},
    };
    for (const auto& [predicate, text] : cases) {
        for (const Dialect dialect : {Dialect::ansi, Dialect::duckdb, Dialect::trino}) {
            EXPECT_EQ(sql(predicate, dialect), text) << predicate.to_cedar_text();
        }
        std::string in_spark = text;
        std::replace(in_spark.begin(), in_spark.end(), '"', '`');
        EXPECT_EQ(sql(predicate, Dialect::spark), in_spark) << predicate.to_cedar_text();
    }
}

TEST(SqlTest, EscapesPatternsWithoutABackslash) {
    EXPECT_EQ(sql(Predicate::like("s", {"a", ""})), "\"s\" LIKE 'a%'");
    EXPECT_EQ(sql(Predicate::like("s", {"", "50%_off!", ""})),
              "\"s\" LIKE '%50!%!_off!!%' ESCAPE '!'");
    EXPECT_EQ(sql(Predicate::like("s", {"back\\", "*"})), "\"s\" LIKE 'back\\%*' ESCAPE '!'");
    EXPECT_EQ(sql(Predicate::like("s", {"it's", "\\"}), Dialect::spark),
              "`s` LIKE concat('it', char(39), 's%', char(92)) ESCAPE '!'");
}

TEST(SqlTest, QuotesNames) {
    const Predicate predicate = Predicate::has("a\"b`c");
    EXPECT_EQ(sql(predicate, Dialect::ansi), "\"a\"\"b`c\" IS NOT NULL");
    EXPECT_EQ(sql(predicate, Dialect::trino), "\"a\"\"b`c\" IS NOT NULL");
    EXPECT_EQ(sql(predicate, Dialect::spark), "`a\"b``c` IS NOT NULL");
    for (const std::string& name : {std::string("a\0b", 3), std::string()}) {
        const std::vector<Column> columns{column(name, "string")};
        for (const Dialect dialect : dialects) {
            EXPECT_FALSE(condition_sql(Predicate::has(name), columns, dialect));
        }
    }
    // Spark replaces it by a setting of that name, wherever it stands.
    const std::vector<Column> columns{column("${env:HOME}", "string")};
    EXPECT_FALSE(condition_sql(Predicate::has("${env:HOME}"), columns, Dialect::spark));
    EXPECT_EQ(*condition_sql(Predicate::has("${env:HOME}"), columns, Dialect::trino),
              "\"${env:HOME}\" IS NOT NULL");
}

TEST(SqlTest, QuotesStrings) {
    const std::tuple<std::string, std::string, std::string> cases[] = {
        {"", "''", "''"},
        {"plain ünï \"q\" `", "'plain ünï \"q\" `'", "'plain ünï \"q\" `'"},
        {"it's", "'it''s'", "concat('it', char(39), 's')"},
        {"'", "''''", "char(39)"},
        {"''", "''''''", "concat(char(39), char(39))"},
        {"\\", "'\\'", "char(92)"},
        {"\\' OR 1=1 --", "'\\'' OR 1=1 --'", "concat(char(92), char(39), ' OR 1=1 --')"},
        {"a\nb\x7F", "'a\nb\x7F'", "concat('a', char(10), 'b', char(127))"},
        {"${env:HOME}", "'${env:HOME}'", "concat(char(36), '{env:HOME}')"},
    };
    for (const auto& [text, others, spark] : cases) {
        const Predicate predicate = equals("s", Value::string(text));
        EXPECT_EQ(sql(predicate, Dialect::ansi), "\"s\" = " + others);
        EXPECT_EQ(sql(predicate, Dialect::duckdb), "\"s\" = " + others);
        EXPECT_EQ(sql(predicate, Dialect::trino), "\"s\" = " + others);
        EXPECT_EQ(sql(predicate, Dialect::spark), "`s` = " + spark);
    }
    for (const Dialect dialect : dialects) {
        const Result<std::string> text =
            condition_sql(equals("s", Value::string(std::string("a\0b", 3))), table, dialect);
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().code(), ErrorCode::unprocessable);
    }
}

TEST(SqlTest, RefusesWhatIsTooLong) {
    std::vector<Value> values;
    for (int i = 0; i < 5'000; ++i) {
        values.push_back(Value::string(std::string(1'000, 'x') + std::to_string(i)));
    }
    const Result<std::string> text =
        condition_sql(Predicate::one_of("s", values), table, Dialect::ansi);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code(), ErrorCode::unprocessable);
}

// --- SELECT ---

const Predicate germany = equals("country", Value::string("GERMANY"));
const Predicate always = Predicate::constant(true);
const Predicate never = Predicate::constant(false);

std::string select(std::vector<ColumnAccess> columns, Dialect dialect = Dialect::duckdb) {
    const std::vector<std::string> relation{"lake", "customers"};
    const Result<std::string> text = select_sql(TableAccess(std::move(columns)), relation, dialect);
    return text ? *text : "error: " + text.error().message();
}

TEST(SelectTest, YieldsThePermittedCells) {
    EXPECT_EQ(select({{column("country", "string"), always, never, {}},
                      {column("name", "string"), germany, always, Mask::mask_to_fixed_value},
                      {column("mail", "string"), never, germany, Mask::mask_to_fixed_value},
                      {column("login", "string"), never, never, {}}}),
              "SELECT \"country\",\n"
              "       CASE WHEN \"country\" = 'GERMANY' THEN \"name\" WHEN TRUE THEN 'XXXXXXXX' "
              "ELSE NULL END AS \"name\",\n"
              "       CASE WHEN FALSE THEN \"mail\" WHEN \"country\" = 'GERMANY' THEN 'XXXXXXXX' "
              "ELSE NULL END AS \"mail\",\n"
              "       CASE WHEN FALSE THEN \"login\" ELSE NULL END AS \"login\"\n"
              "FROM \"lake\".\"customers\"");
    EXPECT_EQ(select({{column("country", "string"), germany, never, {}}}, Dialect::spark),
              "SELECT `country`\nFROM `lake`.`customers`\nWHERE `country` = 'GERMANY'");
    EXPECT_EQ(select({{column("country", "string"), never, never, {}}}),
              "SELECT CASE WHEN FALSE THEN \"country\" ELSE NULL END AS \"country\"\n"
              "FROM \"lake\".\"customers\"\nWHERE FALSE");
}

TEST(SelectTest, NeedsAColumnAndARelation) {
    EXPECT_FALSE(select_sql(TableAccess(std::vector<ColumnAccess>{}), std::vector<std::string>{"t"},
                            Dialect::ansi));
    EXPECT_FALSE(select_sql(TableAccess({{column("a", "int"), always, never, {}}}),
                            std::vector<std::string>{}, Dialect::ansi));
}

std::string mask_of_column(Mask mask, const std::string& type, Dialect dialect) {
    std::string text = select({{column("c", type), never, always, mask}}, dialect);
    const std::string before = " WHEN TRUE THEN ";
    const std::size_t begin = text.find(before);
    return begin == std::string::npos
               ? "none"
               : text.substr(begin + before.size(),
                             text.find(" ELSE NULL END AS") - begin - before.size());
}

TEST(SelectTest, MasksInEachDialect) {
    using enum Dialect;
    struct Case {
        Mask mask;
        std::string type;
        Dialect dialect;
        std::string sql;
    };
    const Case cases[] = {
        {Mask::mask_alphanum, "string", ansi, "none"},
        {Mask::mask_alphanum, "string", duckdb,
         R"(regexp_replace(regexp_replace("c", '[^0-9(),.@-]', 'x', 'g'), '[0-9]', 'n', 'g'))"},
        {Mask::mask_alphanum, "string", trino,
         R"(regexp_replace(regexp_replace("c", '[^0-9(),.@-]', 'x'), '[0-9]', 'n'))"},
        {Mask::show_first_4, "string", spark,
         "substr(`c`, 1, 4) || regexp_replace(regexp_replace(substr(`c`, 5), '[^0-9(),.@-]', 'x'), "
         "'[0-9]', 'n')"},
        {Mask::show_last_4, "string", trino,
         R"(CASE WHEN length("c") <= 4 THEN "c" ELSE regexp_replace(regexp_replace(substr("c", 1, )"
         R"(length("c") - 4), '[^0-9(),.@-]', 'x'), '[0-9]', 'n') || substr("c", length("c") - 3) END)"},
        {Mask::truncate_to_year, "date", duckdb, R"(CAST(date_trunc('year', "c") AS DATE))"},
        {Mask::truncate_to_month, "date", spark, "trunc(`c`, 'month')"},
        {Mask::truncate_to_month, "timestamp", trino, R"(date_trunc('month', "c"))"},
        {Mask::truncate_to_month, "timestamptz", trino,
         R"(date_trunc('month', "c" AT TIME ZONE 'UTC'))"},
        {Mask::truncate_to_month, "timestamptz", duckdb,
         R"(date_trunc('month', "c" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')"},
        {Mask::truncate_to_month, "timestamp", spark, "none"},
        {Mask::truncate_to_month, "date", ansi, "none"},
        {Mask::sha_256_global, "string", duckdb, R"(sha256("c"))"},
        {Mask::sha_256_global, "string", spark, "sha2(`c`, 256)"},
        {Mask::sha_256_global, "string", trino, R"(lower(to_hex(sha256(to_utf8("c")))))"},
        {Mask::sha_256_global, "binary", trino, R"(sha256("c"))"},
        {Mask::sha_256_global, "binary", duckdb, R"(unhex(sha256("c")))"},
        {Mask::sha_256_global, "long", trino, "none"},
        {Mask::sha_256_query_local, "string", duckdb, "none"},
        {Mask::replace_with_null, "int", ansi, "NULL"},
        {Mask::mask_to_fixed_value, "boolean", ansi, "FALSE"},
        {Mask::mask_to_fixed_value, "decimal(9,3)", spark, "CAST(0 AS DECIMAL(9, 3))"},
        {Mask::mask_to_fixed_value, "date", trino, "DATE '1970-01-01'"},
        {Mask::mask_to_fixed_value, "timestamptz", duckdb, "TIMESTAMPTZ '1970-01-01 00:00:00+00'"},
        {Mask::mask_to_fixed_value, "time", spark, "none"},
        {Mask::mask_to_fixed_value, "list<int>", duckdb, "none"},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(mask_of_column(each.mask, each.type, each.dialect), each.sql)
            << mask_name(each.mask) << " of " << each.type << " in " << dialect_name(each.dialect);
    }
}

}  // namespace
}  // namespace charter::cells
