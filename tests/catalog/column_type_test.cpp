// The grammar of column types, and which may be widened to which.
#include "charter/catalog/column_type.hpp"

#include "charter/base/limits.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

using namespace std::string_literals;

ColumnType type(std::string_view text) {
    Result<ColumnType> parsed = ColumnType::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : ColumnType();
}

TEST(ColumnType, HasOneCanonicalText) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"decimal( 7 , 2 )", "decimal(7,2)"},
        {" list < int > ", "list<int>"},
        {"map<string,list<decimal(38,0)>>", "map<string, list<decimal(38,0)>>"},
        {"struct<a:int,b_c : map<uuid,date>>", "struct<a: int, b_c: map<uuid, date>>"},
        {"struct<größe: double>", "struct<größe: double>"}};
    for (const auto& [text, canonical] : cases) {
        EXPECT_EQ(type(text).text(), canonical);
        EXPECT_EQ(type(canonical), type(text));
    }
    for (const std::string_view simple :
         {"boolean", "int", "long", "float", "double", "string", "date", "time", "timestamp",
          "timestamptz", "binary", "uuid", "decimal(1,0)", "decimal(38,38)"}) {
        EXPECT_EQ(type(simple).text(), simple);
    }
}

TEST(ColumnType, RefusesWhatIsNoType) {
    for (const std::string& text :
         {""s, " "s, "Int"s, "integer"s, "varchar(10)"s, "int int"s, "int,"s, "int>"s, "decimal"s,
          "decimal()"s, "decimal(7)"s, "decimal(0,0)"s, "decimal(39,0)"s, "decimal(5,6)"s,
          "decimal(-1,0)"s, "decimal(07,2)"s, "decimal(7,2"s, "decimal(7,2,1)"s, "decimal<7,2>"s,
          "list"s, "list<>"s, "list<int"s, "list<int,int>"s, "list(int)"s, "map<int>"s,
          "map<int,int,int>"s, "map<,>"s, "struct"s, "struct<>"s, "struct<a>"s, "struct<a:>"s,
          "struct<:int>"s, "struct<a: int,>"s, "struct<a: int b: int>"s, "struct<a: int, A: int>"s,
          "int\n"s, "int\0"s, "\xff"s, "int<int>"s}) {
        EXPECT_FALSE(ColumnType::parse(text)) << text;
    }
}

TEST(ColumnType, NamesTheNearestType) {
    const Result<ColumnType> parsed = ColumnType::parse("list<strin>");

    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message(), "unknown type \"strin\", did you mean \"string\"?");
}

TEST(ColumnType, IsBoundedInDepthAndSize) {
    const auto nested = [](std::size_t depth) {
        std::string text;
        for (std::size_t i = 1; i < depth; ++i) {
            text += "list<";
        }
        return text + "int" + std::string(depth - 1, '>');
    };

    EXPECT_TRUE(ColumnType::parse(nested(limits::column_type_depth_max)));
    EXPECT_FALSE(ColumnType::parse(nested(limits::column_type_depth_max + 1)));
    EXPECT_FALSE(ColumnType::parse(std::string(limits::column_type_bytes_max, ' ') + "int"));
    EXPECT_FALSE(ColumnType::parse(nested(700)));
}

TEST(Widens, FollowsTheTable) {
    const std::vector<std::tuple<std::string, std::string, bool>> cases{
        {"int", "int", true},
        {"int", "long", true},
        {"long", "int", false},
        {"float", "double", true},
        {"double", "float", false},
        {"int", "double", false},
        {"int", "string", false},
        {"int", "decimal(38,0)", false},
        {"decimal(7,2)", "decimal(9,2)", true},
        {"decimal(9,2)", "decimal(7,2)", false},
        {"decimal(7,2)", "decimal(9,3)", false},
        {"date", "timestamp", false},
        {"timestamp", "timestamptz", false},
        {"string", "binary", false},
        {"list<int>", "list<long>", true},
        {"list<long>", "list<int>", false},
        {"list<int>", "int", false},
        {"map<string, int>", "map<string, long>", true},
        {"map<int, int>", "map<long, int>", false},
        {"struct<a: int>", "struct<b: string, a: long>", true},
        {"struct<a: int, b: string>", "struct<a: int>", false},
        {"struct<a: int>", "struct<A: int>", false},
        {"struct<a: list<float>>", "struct<a: list<double>>", true}};
    for (const auto& [from, to, widened] : cases) {
        EXPECT_EQ(widens(type(from), type(to)), widened) << from << " -> " << to;
    }
}

}  // namespace
}  // namespace charter
