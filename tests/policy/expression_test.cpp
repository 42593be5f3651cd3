// Operators of the policy language: values, errors, short circuits.

#include "support/policy_world.hpp"

namespace charter::testing {
namespace {

TEST(ExpressionTest, ComparesValuesOfAnyKindForEquality) {
    expect_all({{"1 == 1", "true"},
                {"1 == \"1\"", "false"},
                {"1 != true", "true"},
                {"[1, 2, 2, 3] == [3, 2, 1]", "true"},
                {"[1, [2]] == [[2], 1]", "true"},
                {"{a: 1, \"b\": 2} == {b: 2, a: 1}", "true"},
                {"{a: 1} == {a: 1, b: 2}", "false"},
                {"User::\"x\" == User::\"x\"", "true"},
                {"User::\"x\" == Group::\"x\"", "false"},
                {"NoSuch::\"x\" == NoSuch::\"x\"", "true"}});
}

TEST(ExpressionTest, OrdersNumbersOnly) {
    expect_all({{"3 < 303", "true"},
                {"3 <= 3 && 3 >= 3", "true"},
                {"3 > 3", "false"},
                {"-9223372036854775808 < 0", "true"},
                {"\"a\" < \"b\"", "error: expected long, datetime or duration, found string"},
                {"1 < \"b\"", "error: expected long, found string"},
                {"false < true", "error: found bool"}});
}

TEST(ExpressionTest, CountsWithOverflowAsAnError) {
    expect_all({{"1 + 2 * 3 - 4", "3"},
                {"5 - -3", "8"},
                {"-(-3)", "3"},
                {"9223372036854775807 + 1", "error: integer overflow"},
                {"-9223372036854775808 - 1", "error: integer overflow"},
                {"9223372036854775807 * 2", "error: integer overflow"},
                {"-(-9223372036854775808)", "error: integer overflow"},
                {"--9223372036854775808", "error: integer overflow"},
                {"7 + \"3\"", "error: expected long, found string"},
                {"-\"3\"", "error: expected long, found string"}});
}

TEST(ExpressionTest, LeavesOutWhatDoesNotMatter) {
    expect_all({{"false && 3", "false"},
                {"(false && 3) == 3", "false"},
                {"true || 3", "true"},
                {"(true || 3 || true) == 3", "false"},
                {"true && 3", "error: expected bool, found long"},
                {"3 && false", "error: expected bool, found long"},
                {"false || 3", "error: expected bool, found long"},
                {"true && true && 3", "error: expected bool, found long"},
                {"if true then 1 else 1 + \"a\"", "1"},
                {"if false then principal.nothing else \"ok\"", "\"ok\""},
                {"if 1 then 2 else 3", "error: expected bool, found long"},
                {"!true || !!true", "true"},
                {"!8", "error: expected bool, found long"}});
}

TEST(ExpressionTest, FollowsTheHierarchyWithIn) {
    expect_all({{"principal in Group::\"staff\"", "true"},
                {"principal in Group::\"others\"", "false"},
                {"principal in principal", "true"},
                {"Stranger::\"x\" in Stranger::\"x\"", "true"},
                {"Stranger::\"x\" in Group::\"staff\"", "false"},
                {"principal in [Group::\"others\", Group::\"staff\"]", "true"},
                {"principal in []", "false"},
                {"action in Action::\"data\"", "true"},
                {"principal in resource.domain.owners", "true"},
                {"principal in [Group::\"staff\", \"x\"]", "error: found string"},
                {"\"a\" in [\"a\"]", "error: expected entity, found string"},
                {"principal in \"a\"", "error: entity or set of entities"}});
}

TEST(ExpressionTest, KnowsTheTypeOfAnEntity) {
    expect_all({{"principal is User", "true"},
                {"principal is Group", "false"},
                {"A::B::\"x\" is A::B", "true"},
                {"A::B::\"x\" is B", "false"},
                {"principal is User in Group::\"staff\"", "true"},
                {"principal is Group in 1", "false"},
                {"principal is User in 1", "error: entity or set of entities"},
                {"1 is User", "error: expected entity, found long"}});
}

TEST(ExpressionTest, ReadsAttributesOfEntitiesAndRecords) {
    expect_all({{"principal.age", "40"},
                {"principal[\"name\"]", "\"Ana\""},
                {"context.nested.deep", "1"},
                {"{\"a b\": {c: 2}}[\"a b\"].c", "2"},
                {"(if true then context else context).purpose", "\"analytics\""},
                {"principal.height", "error: User::\"ana\" has no attribute \"height\""},
                {"context.height", "error: the record has no attribute \"height\""},
                {"User::\"bob\".age", "error: the entity User::\"bob\" does not exist"},
                {"[1].length", "error: expected entity or record, found set"}});
}

TEST(ExpressionTest, TestsForAttributesWithoutAnError) {
    expect_all({{"principal has age", "true"},
                {"principal has \"height\"", "false"},
                {"User::\"bob\" has age", "false"},
                {"context has nested.deep", "true"},
                {"context has nested.deeper.still", "false"},
                {"context has other.deep", "false"},
                {"resource has domain.owners", "true"},
                {"resource has domain.owners.name", "false"},
                {"context has purpose.length", "error: expected entity or record, found string"},
                {"\"x\" has y", "error: expected entity or record, found string"}});
}

TEST(ExpressionTest, ReadsTagsByAnyKey) {
    expect_all({{"resource.hasTag(\"class\")", "true"},
                {"resource.hasTag(context.purpose)", "false"},
                {"User::\"bob\".hasTag(\"class\")", "false"},
                {"resource.getTag(\"class\").contains(\"pii\")", "true"},
                {"resource.getTag(\"mask\")", "error: Column::\"c\" has no tag \"mask\""},
                {"User::\"bob\".getTag(\"a\")", "error: does not exist"},
                {"resource.hasTag(1)", "error: expected string, found long"},
                {"context.hasTag(\"a\")", "error: expected entity, found record"}});
}

TEST(ExpressionTest, AsksSetsForElements) {
    expect_all({{"[1, \"a\", [2]].contains([2])", "true"},
                {"[principal].contains(User::\"ana\")", "true"},
                {"[].contains(1)", "false"},
                {"[1, 2, 3].containsAll([3, 1])", "true"},
                {"[1, 2].containsAll([1, 4])", "false"},
                {"[].containsAll([])", "true"},
                {"[1].containsAny([2, 1])", "true"},
                {"[1].containsAny([])", "false"},
                {"[].isEmpty()", "true"},
                {"[principal].isEmpty()", "false"},
                {"\"ham\".contains(\"h\")", "error: expected set, found string"},
                {"[1].containsAll(1)", "error: expected set, found long"},
                {"{}.isEmpty()", "error: expected set, found record"}});
}

TEST(ExpressionTest, MatchesPatterns) {
    expect_all({{"\"ham and eggs\" like \"ham*\"", "true"},
                {"\"ham and eggs\" like \"*ham\"", "false"},
                {"\"ham and eggs\" like \"*h*a*m*\"", "true"},
                {"\"ham\" like \"ham\"", "true"},
                {"\"\" like \"*\"", "true"},
                {"\"\" like \"\"", "true"},
                {"\"aa\" like \"a*a\"", "true"},
                {"\"a\" like \"a*a\"", "false"},
                {"\"a*b\" like \"a\\*b\"", "true"},
                {"\"axb\" like \"a\\*b\"", "false"},
                {"\"a\\\\b\" like \"a\\\\*\"", "true"},
                {"\"grün\" like \"gr*n\"", "true"},
                {"\"abcabd\" like \"*abd\"", "true"},
                {"\"xabyabz\" like \"x*ab*ab*z\"", "true"},
                {"\"xabz\" like \"x*ab*ab*z\"", "false"},
                {"1 like \"*\"", "error: expected string, found long"}});
}

TEST(ExpressionTest, SaysWhereAnErrorCameFrom) {
    const std::string found = evaluated("true &&\n  1 + \"a\" == 2");

    EXPECT_EQ(found, "error: line 2, column 5: type error: expected long, found string");
}

}  // namespace
}  // namespace charter::testing
