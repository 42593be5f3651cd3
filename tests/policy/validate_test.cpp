// The rules of strict validation for expressions, each with what it admits and what it
// refuses, and where. Whether each is valid was judged by the official engine 4.12.

#include "policy/validation.hpp"

namespace charter::testing {
namespace {

TEST(ValidateTest, ReadsDeclaredAttributes) {
    expect_all({
        {"principal.name == \"a\"", ""},
        {"resource.owner.address.street like \"a*\"", ""},
        {"context.ip.isLoopback()", ""},
        {"principal.nam == \"a\"",
         "2:11 attribute `nam` is not declared for `User`; did you mean `name`?"},
        {"principal.address.city == \"a\"",
         "2:19 attribute `city` is not declared for this record"},
        {"context.pi.isLoopback()",
         "2:9 attribute `pi` is not declared for the context of `Action::\"read\"`; did you mean "
         "`ip`?"},
        {"action.name == \"a\"", "2:8 attribute `name` is not declared for `Action`"},
        {"principal.name.length == 1", "2:11 expected an entity or a record, found String"},
    });
}

TEST(ValidateTest, AsksForATestOfWhatIsOptional) {
    const std::string unguarded =
        "attribute `age` of `User` is optional; test it with `has` before";
    expect_all({
        {"principal has age && principal.age > 1", ""},
        {"principal has age && (principal.age > 1 || principal.admin)", ""},
        {"if principal has age then principal.age > 1 else principal.admin", ""},
        {"principal has \"age\" && principal[\"age\"] > 1", ""},
        {"(principal has age && principal.admin) && principal.age > 1", ""},
        {"(principal has age || false) && principal.age > 1", ""},
        {"(principal has age && 1 < 2 || principal has age) && principal.age > 1", ""},
        {"resource.owner has age && resource.owner.age > 1", ""},
        {"principal.age > 1", "2:11 " + unguarded},
        {"principal.age > 1 && principal has age", "2:11 " + unguarded},
        {"principal has age || principal.age > 1", "2:32 " + unguarded},
        {"!(principal has age) && principal.age > 1", "2:35 " + unguarded},
        {"(principal has age || principal.admin) && principal.age > 1", "2:53 " + unguarded},
        {"(principal.admin || principal has age) && principal.age > 1", "2:53 " + unguarded},
        {"(if principal.admin then principal has age else true) && principal.age > 1",
         "2:68 " + unguarded},
        {"if principal has age then true else principal.age > 1", "2:47 " + unguarded},
        {"principal has age && resource.owner.age > 1", "2:37 " + unguarded},
    });
}

TEST(ValidateTest, KeepsWhatATestShowsFromOneConditionToTheNext) {
    const std::string scope = "permit(principal is User, action, resource is Doc) ";

    EXPECT_EQ(errors_of(scope + "when { principal has age } when { principal.age > 1 };"), "");
    EXPECT_NE(errors_of(scope + "unless { principal has age } when { principal.age > 1 };"), "");
    EXPECT_NE(errors_of(scope + "when { principal.age > 1 } when { principal has age };"), "");
}

TEST(ValidateTest, KnowsWhatALongHasShows) {
    expect_all({
        {"principal has home.zip && principal.home.zip > 1", ""},
        {"principal has manager.manager.age && principal.manager.manager.age > 1", ""},
        {"principal has address.zip && principal.address.zip > 1", ""},
        {"principal has home && principal.home.zip > 1",
         "2:38 attribute `zip` of this record is optional; test it with `has` before"},
        {"principal has name.length",
         "2:11 expected an entity or a record before `length`, found String"},
        {"principal has nope.length", ""},
        {"1 has a", "2:1 expected an entity or a record, found Long"},
    });
}

TEST(ValidateTest, AsksForATestOfTags) {
    expect_all({
        {"principal.hasTag(\"a\") && principal.getTag(\"a\") == \"x\"", ""},
        {"principal.hasTag(principal.name) && principal.getTag(principal.name) == \"x\"", ""},
        {"principal.hasTag(\"a\") && principal.getTag(\"b\") == \"x\"",
         "2:36 the tag may be absent; test it with `hasTag` before"},
        {"principal has a && principal.getTag(\"a\") == \"x\"", ""},
        {"principal.hasTag(\"a\") && principal.getTag(\"a\") == 1",
         "2:48 both sides of an equality must have the same type, found String and Long"},
        {"principal.hasTag(1)", "2:18 expected String, found Long"},
        {"context.hasTag(\"a\")",
         "2:1 expected an entity, found {\"ip\": ipaddr, \"now\"?: datetime, "
         "\"ttl\": duration}"},
        {"resource.hasTag(\"a\") && 1 + true == 2", ""},
        {"resource.getTag(\"a\") == 1", "2:10 `Doc` has no tags"},
    });
}

TEST(ValidateTest, DoesNotLookAtWhatIsNeverReached) {
    expect_all({
        {"false && 1 + true == 2", ""},
        {"true || 1 + true == 2", ""},
        {"if false then 1 + true == 2 else true", ""},
        {"if true then true else 1 + true == 2", ""},
        {"principal is Robot && principal.nope", ""},
        {"resource in Folder::\"f\" && resource.nope",
         "2:37 attribute `nope` is not declared for `Doc`"},
        {"resource in Group::\"g\" && resource.nope", ""},
        {"1 == 2 && 1 + true == 2", ""},
        {"1 < 2 && 1 + true == 2", "2:14 expected Long, found Bool"},
        {"!(true) && 1 + true == 2", ""},
        {"action == Action::\"write\" && 1 + true == 2", ""},
        {"action in [Action::\"write\", Action::\"paint\"] && 1 + true == 2", ""},
        {"action in Action::\"all\" && 1 + true == 2", "2:32 expected Long, found Bool"},
        {"context has nope && 1 + true == 2", ""},
    });
}

TEST(ValidateTest, WantsBooleansWhereTheyDecide) {
    expect_all({
        {"1", "2:1 expected Bool, found Long"},
        {"true && 1", "2:9 expected Bool, found Long"},
        {"principal.name || true", "2:11 expected Bool, found String"},
        {"!\"a\"", "2:2 expected Bool, found String"},
        {"if 1 then true else false", "2:4 expected Bool, found Long"},
        {"if principal.admin then 1 else \"a\"",
         "2:1 both branches of `if` must have the same type, found Long and String"},
    });
}

TEST(ValidateTest, ComparesOnlyWhatHasTheSameType) {
    const std::string differ = " both sides of an equality must have the same type, found ";
    expect_all({
        {"principal.name == \"a\" && principal.admin == true", ""},
        {"principal == resource.owner && principal != resource.owner", ""},
        {"principal.address == {street: \"a\", zip: 1}",
         "2:19" + differ +
             R"({"street": String, "zip"?: Long} and {"street": String, "zip": Long})"},
        {"principal.name == 1", "2:16" + differ + "String and Long"},
        {"principal.groups == [Group::\"g\"]", ""},
        {"principal.groups == [principal]", "2:18" + differ + "Set<Group> and Set<User>"},
        {"{a: true} == {a: false}", ""},
        {"{a: 1} == {a: 1, b: 2}", "2:8" + differ + R"({"a": Long} and {"a": Long, "b": Long})"},
        {"1 == \"a\" || principal.admin", ""},
        {"principal == resource || principal.admin", ""},
    });
}

TEST(ValidateTest, OrdersNumbersAndTimes) {
    expect_all({
        {"1 < 2 && principal.since <= datetime(\"2024-01-01\")", ""},
        {"context.ttl > duration(\"1h\") && -1 >= 1 + 2 * 3 - 4", ""},
        {"1 < \"a\"", "2:5 expected Long, found String"},
        {"\"a\" < 1", "2:1 expected Long, found String"},
        {"principal.since < context.ttl", "2:27 expected datetime, found duration"},
        {"principal.name < principal.name",
         "2:11 expected Long, datetime or duration, found String\n"
         "2:28 expected Long, datetime or duration, found String"},
        {"principal.score < principal.score",
         "2:11 expected Long, datetime or duration, found decimal\n"
         "2:29 expected Long, datetime or duration, found decimal"},
        {"principal.name + \"a\" == \"b\"",
         "2:11 expected Long, found String\n"
         "2:18 expected Long, found String\n"
         "2:22 both sides of an equality must have the same "
         "type, found Long and String"},
        {"-principal.name == 1", "2:12 expected Long, found String"},
    });
}

TEST(ValidateTest, GivesSetsOneType) {
    expect_all({
        {"[1, 2].contains(3) && principal.groups.isEmpty()", ""},
        {"[true, false, principal.admin].contains(true)", ""},
        {"resource.viewers.contains(principal)", ""},
        {"resource.viewers.containsAny([principal, User::\"a\"])", ""},
        {"[].contains(1)", "2:1 the type of an empty set cannot be known"},
        {"[1, \"a\"].contains(1)",
         "2:1 the elements of a set must have the same type, found Long and String"},
        {"resource.viewers.contains(resource)",
         "2:18 the elements of the set and what it may contain must have the same type, found User "
         "and Doc"},
        {"resource.viewers.containsAll([resource])",
         "2:18 both sets must have the same type, found Set<User> and Set<Doc>"},
        {"resource.viewers.containsAny(principal)",
         "2:30 expected a set, found User; for one element there is `contains`"},
        {"principal.name.contains(\"a\")", "2:11 expected a set, found String"},
        {"principal.name.isEmpty()", "2:11 expected a set, found String"},
        {"principal.age like \"a\"",
         "2:11 attribute `age` of `User` is optional; test it with "
         "`has` before\n2:11 expected String, found Long"},
    });
}

TEST(ValidateTest, ChecksInAgainstTheHierarchy) {
    expect_all({
        {"principal in Group::\"g\" && principal in [Group::\"g\", Group::\"h\"]", ""},
        {"principal in principal.groups", ""},
        {"principal in principal", ""},
        {"principal in 1", "2:14 expected an entity or a set, found Long"},
        {"1 in principal", "2:1 expected an entity, found Long"},
        {"principal in [1]",
         "2:14 expected an entity or a set of entities, found Set<Long>; whether a set has an "
         "element is asked with `contains`"},
        {"principal in [Group::\"g\", principal]",
         "2:14 the elements of a set must have the same type, found Group and User"},
        {"principal is User in Group::\"g\"", ""},
        {"principal is Robot in 1", ""},
        {"principal.name is User", "2:11 expected an entity, found String"},
    });
}

TEST(ValidateTest, ChecksCallsOfExtensionFunctions) {
    expect_all({
        {"context.ip.isInRange(ip(\"10.0.0.0/8\"))", ""},
        {"principal.score.lessThan(decimal(\"1.5\"))", ""},
        {"principal.since.offset(context.ttl).durationSince(principal.since).toDays() > 1", ""},
        {"ip(\"300.0.0.1\") == context.ip", "2:1 not an IP address or range: \"300.0.0.1\""},
        {"ip(principal.name) == context.ip",
         "2:1 `ip` must be given a literal, so that it can be checked"},
        {"ip(1) == context.ip", "2:4 expected String, found Long"},
        {"ip(\"::1\", \"::2\") == context.ip", "2:1 `ip` takes 1 argument, found 2"},
        {"context.ip.isInRange(1)", "2:22 expected ipaddr, found Long"},
        {"principal.score.lessThan(1)", "2:26 expected decimal, found Long"},
        {"principal.since.offset(principal.since) == principal.since",
         "2:34 expected duration, found datetime"},
    });
}

/// The condition with X replaced; what is wrong with X is the only error.
void expect_one_error(const std::string& pattern, const std::string& wrong,
                      const std::string& error) {
    const std::size_t at = pattern.find('X');
    const std::string condition = std::string(pattern).replace(at, 1, wrong);
    const std::size_t column = at + wrong.find('.') + 2;
    EXPECT_EQ(errors_in(condition), "2:" + std::to_string(column) + " " + error) << condition;
}

TEST(ValidateTest, MakesNoSecondErrorOfWhatHasNoType) {
    for (const std::string pattern : {"X == 1",
                                      "1 == X",
                                      "X < 1",
                                      "1 < X",
                                      "X + 1 == 2",
                                      "1 + X == 2",
                                      "-X == 1",
                                      "!X",
                                      "X && true",
                                      "principal.admin || X",
                                      "[X, 1].contains(1)",
                                      "[1, X].contains(1)",
                                      "{a: X}.a == 1",
                                      "{a: 1, b: X}.a == 1",
                                      "if X then true else false",
                                      "if principal.admin then X else true",
                                      "if principal.admin then true else X",
                                      "principal.groups.contains(X)",
                                      "X.contains(1)",
                                      "principal.groups.containsAll(X)",
                                      "X.containsAny(principal.groups)",
                                      "X.isEmpty()",
                                      "principal in X",
                                      "X in Group::\"g\"",
                                      "X.x == 1",
                                      "X has x",
                                      "X is User",
                                      "X is User in Group::\"g\"",
                                      "X like \"a\"",
                                      "principal.hasTag(X)",
                                      "X.hasTag(\"a\")",
                                      "X.isLoopback()",
                                      "context.ip.isInRange(X)"}) {
        expect_one_error(pattern, "principal.nam",
                         "attribute `nam` is not declared for `User`; did you mean `name`?");
    }
}

TEST(ValidateTest, MakesNoSecondErrorOfWhatFailedWithAType) {
    for (const std::string pattern :
         {"X == 1", "1 == X", "X < 1", "1 < X", "X + 1 == 2", "1 + X == 2", "-X == 1",
          "[X, 1].contains(1)", "[1, X].contains(1)", "[1].contains(X)", "[1, 2].containsAll([X])",
          "[X].containsAny([1])", "{a: X}.a == 1", "{a: 1, b: X}.a == 1",
          "(if principal.admin then X else 1) == 1", "(if principal.admin then 1 else X) == 1",
          "[X].isEmpty()", "principal.admin && X == 1"}) {
        expect_one_error(pattern, "principal.age",
                         "attribute `age` of `User` is optional; test it with `has` before");
    }
}

}  // namespace
}  // namespace charter::testing
