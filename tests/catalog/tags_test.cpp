// Tags on the way down from a domain to a column.
#include "charter/catalog/tags.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

TEST(InheritTags, ALowerLevelReplacesTheWholeValueSetOfAKey) {
    const Tags above{{"class", {"pii"}}, {"sensitivity", {"internal", "public"}}};

    const Tags effective = inherit_tags(above, {{"sensitivity", {"secret"}}, {"area", {"retail"}}});

    EXPECT_EQ(effective,
              (Tags{{"area", {"retail"}}, {"class", {"pii"}}, {"sensitivity", {"secret"}}}));
}

TEST(InheritTags, AProtectedKeyAddsUp) {
    const Tags above{{"class", {"pii"}}};

    EXPECT_EQ(inherit_tags(above, {{"class", {"health", "pii"}}}, {"class"}),
              (Tags{{"class", {"pii", "health"}}}));
}

TEST(EffectiveTags, NameTheLowestResourceThatSetTheKey) {
    const std::vector<TagLevel> levels{{"customer", {{"sensitivity", {"internal"}}, {"area", {"a"}}}},
                                       {"customer/customers", {}},
                                       {"customer/customers/files", {{"class", {"pii"}}}},
                                       {"customer/customers/files/c_login",
                                        {{"sensitivity", {"secret"}}}}};

    const EffectiveTags effective = effective_tags(levels);

    EXPECT_EQ(effective,
              (EffectiveTags{{"area", {{"a"}, "customer"}},
                             {"class", {{"pii"}, "customer/customers/files"}},
                             {"sensitivity", {{"secret"}, "customer/customers/files/c_login"}}}));
}

TEST(EffectiveTags, RemovingAKeyShowsTheInheritedOneAgain) {
    std::vector<TagLevel> levels{{"d", {{"k", {"above"}}}}, {"d/p", {{"k", {"own"}}}}};
    ASSERT_EQ(effective_tags(levels).at("k"), (EffectiveTag{{"own"}, "d/p"}));

    levels[1].tags.erase("k");

    EXPECT_EQ(effective_tags(levels).at("k"), (EffectiveTag{{"above"}, "d"}));
}

TEST(EffectiveTags, AgreeWithInheritTags) {
    const std::vector<TagLevel> levels{{"d", {{"k", {"1"}}, {"p", {"x"}}}},
                                       {"d/p", {{"k", {"2"}}, {"p", {"y"}}}},
                                       {"d/p/o", {{"m", {"3"}}, {"p", {"x", "z"}}}}};
    const ProtectedKeys protected_keys{"p"};
    Tags folded;
    for (const TagLevel& level : levels) {
        folded = inherit_tags(folded, level.tags, protected_keys);
    }

    const EffectiveTags effective = effective_tags(levels, protected_keys);

    ASSERT_EQ(effective.size(), folded.size());
    for (const auto& [key, tag] : effective) {
        EXPECT_EQ(tag.values, folded.at(key)) << key;
    }
}

}  // namespace
}  // namespace charter
