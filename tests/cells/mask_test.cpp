#include "charter/cells/mask.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace charter::cells {
namespace {

ColumnType type(const std::string& text) {
    return ColumnType::parse(text).value();
}

TEST(MaskTest, NamesAreThoseOfIceberg) {
    for (const std::string name : {"mask-alphanum", "mask-to-fixed-value", "replace-with-null",
                                   "show-first-4", "show-last-4", "truncate-to-year",
                                   "truncate-to-month", "sha-256-global", "sha-256-query-local"}) {
        ASSERT_TRUE(mask_of(name)) << name;
        EXPECT_EQ(mask_name(*mask_of(name)), name);
    }
    EXPECT_FALSE(mask_of("mask-to-default"));
    EXPECT_FALSE(mask_of(""));
}

TEST(MaskTest, FitsCertainTypesOnly) {
    const std::vector<std::string> types{
        "boolean",       "int",    "long", "float",        "double",
        "decimal(5,2)",  "string", "date", "time",         "timestamp",
        "timestamptz",   "binary", "uuid", "list<string>", "map<string, int>",
        "struct<a: int>"};
    const auto fitting = [&](Mask mask, bool nullable) {
        std::string names;
        for (const std::string& each : types) {
            names += fits(mask, type(each), nullable) ? each.substr(0, each.find('<')) + " " : "";
        }
        return names;
    };
    const std::string all =
        "boolean int long float double decimal(5,2) string date time timestamp timestamptz "
        "binary uuid list map struct ";
    EXPECT_EQ(fitting(Mask::mask_alphanum, true), "string ");
    EXPECT_EQ(fitting(Mask::show_first_4, true), "string ");
    EXPECT_EQ(fitting(Mask::show_last_4, true), "string ");
    EXPECT_EQ(fitting(Mask::truncate_to_year, true), "date timestamp timestamptz ");
    EXPECT_EQ(fitting(Mask::truncate_to_month, true), "date timestamp timestamptz ");
    EXPECT_EQ(fitting(Mask::sha_256_global, true), "int long string binary ");
    EXPECT_EQ(fitting(Mask::sha_256_query_local, true), "int long string binary ");
    EXPECT_EQ(fitting(Mask::mask_to_fixed_value, false), all);
    EXPECT_EQ(fitting(Mask::replace_with_null, true), all);
    EXPECT_EQ(fitting(Mask::replace_with_null, false), "");
}

TEST(MaskTest, NoneSeveralAndWhatDoesNotFitAreNoMask) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(choose_mask(Names{"show-last-4"}, type("string"), true), Mask::show_last_4);
    EXPECT_FALSE(choose_mask(Names{}, type("string"), true));
    EXPECT_FALSE(choose_mask(Names{"show-last-4", "show-first-4"}, type("string"), true));
    EXPECT_FALSE(choose_mask(Names{"show-last-4"}, type("int"), true));
    EXPECT_FALSE(choose_mask(Names{"show-last-5"}, type("string"), true));
    EXPECT_FALSE(choose_mask(Names{"replace-with-null"}, type("int"), false));
}

}  // namespace
}  // namespace charter::cells
