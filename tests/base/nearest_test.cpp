// The guess behind "did you mean".
#include "charter/base/nearest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace charter {
namespace {

constexpr std::array<std::string_view, 6> known = {"title",  "description", "parent",
                                                   "owners", "tags",        "at"};

TEST(NearestName, FindsTypingMistakes) {
    EXPECT_EQ(nearest_name("titel", known), "title");
    EXPECT_EQ(nearest_name("title", known), "title");
    EXPECT_EQ(nearest_name("Title", known), "title");
    EXPECT_EQ(nearest_name("desciption", known), "description");
    EXPECT_EQ(nearest_name("owner", known), "owners");
    EXPECT_EQ(nearest_name("tag", known), "tags");
    EXPECT_EQ(nearest_name("tgas", known), "tags");
}

TEST(NearestName, SaysNothingWhenNothingIsClose) {
    EXPECT_EQ(nearest_name("", known), std::nullopt);
    EXPECT_EQ(nearest_name("xy", known), std::nullopt);
    EXPECT_EQ(nearest_name("visibility", known), std::nullopt);
    EXPECT_EQ(nearest_name(std::string(1'000'000, 'a'), known), std::nullopt);
    EXPECT_EQ(nearest_name("title", {}), std::nullopt);
}

}  // namespace
}  // namespace charter
