// What strict validation says of whole policies: names, scopes, templates, policies that
// never apply. Whether each is valid was judged by the official engine 4.12.

#include "policy/validation.hpp"

#include <fstream>
#include <sstream>

namespace charter::testing {
namespace {

TEST(ValidateTest, KnowsTheNamesOfTheSchema) {
    EXPECT_EQ(errors_in("principal in Grop::\"g\""),
              "2:14 the schema has no entity type `Grop`; did you mean `Group`?");
    EXPECT_EQ(errors_in("principal is Thing"),
              "2:11 the schema has no entity type `Thing`; did you mean `Other::Thing`?");
    EXPECT_EQ(errors_in("false && action == Action::\"raed\""),
              "2:20 the schema has no action `Action::\"raed\"`; did you mean `Action::\"read\"`?");
    EXPECT_EQ(errors_in("false && resource == Color::\"rod\""),
              "2:22 `Color::\"rod\"` is not one of the entities of the enumerated type `Color`; "
              "did you mean `red`?");
    EXPECT_EQ(errors_in("principal is Action || principal is User"), "");
}

TEST(ValidateTest, KnowsTheNamesOfTheScope) {
    const std::string no_action =
        "1:1 no action of the scope applies to its principal and its "
        "resource";
    EXPECT_EQ(errors_of("@is(\"a, Usr\") permit(principal is Usr in Group::\"g\",\n"
                        "action in [Action::\"read\", Action::\"writ\"],\n"
                        "resource == Docs::\"d\");"),
              no_action +
                  "\n1:35 the schema has no entity type `Usr`; did you mean `User`?"
                  "\n2:28 the schema has no action `Action::\"writ\"`; did you mean "
                  "`Action::\"write\"`?"
                  "\n3:13 the schema has no entity type `Docs`; did you mean `Doc`?");
    EXPECT_EQ(errors_of("permit(principal, action, resource == Color::\"blue\");"),
              "1:39 `Color::\"blue\"` is not one of the entities of the enumerated type `Color`");
}

TEST(ValidateTest, AsksForAnActionThatAppliesToTheScope) {
    const std::string none = "1:1 no action of the scope applies to its principal and its resource";

    EXPECT_EQ(errors_of("permit(principal is User, action == Action::\"read\", resource is Doc);"),
              "");
    EXPECT_EQ(errors_of("permit(principal, action in Action::\"all\", resource in Folder::\"f\");"),
              "");
    EXPECT_EQ(errors_of("permit(principal is Robot, action == Action::\"write\", resource);"),
              none);
    EXPECT_EQ(errors_of("permit(principal, action == Action::\"all\", resource);"), none);
    EXPECT_EQ(errors_of("permit(principal is Robot, action, resource is Color);"), none);
    EXPECT_EQ(errors_of("permit(principal is User in Folder::\"f\", action, resource);"), none);
    EXPECT_EQ(errors_of("permit(principal == Group::\"g\", action, resource == Folder::\"f\");"),
              none +
                  "; `in` instead of `==` would match the principal; `in` instead of `==` would "
                  "match the resource");
    EXPECT_EQ(errors_of("permit(principal, action == Other::Action::\"act\", resource is Doc);"),
              none);
}

TEST(ValidateTest, RefusesListsOfActionsWithoutOneType) {
    EXPECT_EQ(errors_of("permit(principal, action in [], resource);"),
              "1:1 no action of the scope applies to its principal and its resource\n"
              "1:1 the list of actions is empty");
    EXPECT_EQ(errors_of("permit(principal, action in [Action::\"read\", Other::Action::\"act\"], "
                        "resource);"),
              "1:46 the actions of a list must have the same type, found `Action` and "
              "`Other::Action`");
}

TEST(ValidateTest, ChecksTemplates) {
    EXPECT_EQ(errors_of("permit(principal == ?principal, action, resource in ?resource);"), "");
    EXPECT_EQ(errors_of("permit(principal is User in ?principal, action == Action::\"read\", "
                        "resource == ?resource) when { principal.admin };"),
              "");
    EXPECT_NE(errors_of("permit(principal in ?principal, action == Action::\"read\", resource) "
                        "when { principal.admin };"),
              "");
    EXPECT_NE(errors_of("permit(principal is Group in ?principal, action, resource);"), "");
}

TEST(ValidateTest, WarnsOfPoliciesThatNeverApply) {
    EXPECT_FALSE(is_impossible("permit(principal, action, resource);"));
    EXPECT_TRUE(is_impossible("permit(principal, action, resource) when { false };"));
    EXPECT_TRUE(is_impossible("permit(principal, action, resource) unless { true };"));
    EXPECT_TRUE(is_impossible("permit(principal, action, resource) when { 1 == 2 };"));
    EXPECT_TRUE(is_impossible_condition("principal == resource"));
    EXPECT_TRUE(is_impossible_condition("principal is Robot"));
    EXPECT_TRUE(is_impossible_condition("principal in Folder::\"f\""));
    EXPECT_TRUE(is_impossible_condition("resource.hasTag(\"a\")"));
    EXPECT_TRUE(is_impossible_condition("action in [Action::\"write\"]"));
    EXPECT_TRUE(is_impossible_condition("!(context has ip)"));
    EXPECT_FALSE(is_impossible_condition("!(principal has name)"));
    EXPECT_TRUE(is_impossible_condition("principal has name && !(principal has name)"));
    EXPECT_FALSE(is_impossible_condition("principal == User::\"a\""));
}

TEST(ValidateTest, TellsTheThingOnceWhateverTheNumberOfEnvironments) {
    EXPECT_EQ(errors_of("permit(principal, action, resource is Doc) when { 1 + true == 2 };"),
              "1:55 expected Long, found Bool");
    EXPECT_EQ(errors_of("permit(principal, action in Action::\"all\", resource) when {\n"
                        "  principal.serial == 1 };"),
              "2:13 attribute `serial` is not declared for `User`");
}

TEST(ValidateTest, NamesThePolicyOfEachFinding) {
    const auto policies = parse_policies(
        "permit(principal, action, resource);\n\n"
        "  @id(\"x\")\n permit(principal, action, resource) when { 1 };\n"
        "forbid(principal, action, resource) when { false };");

    const Validation validation = validate(*policies, schema());

    ASSERT_EQ(validation.errors.size(), 1U);
    EXPECT_EQ(validation.errors.front().policy, "policy1");
    EXPECT_EQ(validation.errors.front().position.line, 2U) << "lines count from the policy's own";
    ASSERT_EQ(validation.warnings.size(), 1U);
    EXPECT_EQ(validation.warnings.front().policy, "policy2");
}

std::string read_file(const std::string& path) {
    const std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

TEST(ValidateTest, FindsNothingInThePoliciesThatTheServerStartsWith) {
    const std::string folder = CHARTER_SOURCE_DIR "/schemas/cedar/";
    const auto own = Schema::parse(read_file(folder + "charter.cedarschema"));
    const auto policies = parse_policies(read_file(folder + "builtin.cedar"));
    ASSERT_TRUE(own && policies);

    const Validation validation = validate(*policies, *own);

    EXPECT_EQ(written(validation.errors), "");
    EXPECT_EQ(written(validation.warnings), "");
}

TEST(ValidateTest, ListsTheEnvironmentsOfAScope) {
    const auto policy =
        parse_policy("p", "permit(principal, action in Action::\"all\", resource) when { false };");

    const std::vector<Environment> expected{{"Robot", {"Action", "read"}, "Doc"},
                                            {"User", {"Action", "read"}, "Doc"},
                                            {"User", {"Action", "write"}, "Doc"}};
    EXPECT_EQ(environments(*policy, schema()), expected);
}

}  // namespace
}  // namespace charter::testing
