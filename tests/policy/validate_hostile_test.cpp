// Strict validation of policies and schemas that were made to cost much.

#include "policy/validation.hpp"

#include "charter/base/limits.hpp"

namespace charter::testing {
namespace {

std::string repeated(std::string_view piece, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) {
        out += piece;
    }
    return out;
}

TEST(ValidateHostileTest, RefusesWhatTakesTooManySteps) {
    std::string types;
    std::string names;
    for (int i = 0; i < 100; ++i) {
        const std::string name = "T" + std::to_string(i);
        types += "entity " + name + ";\n";
        names += (i == 0 ? "" : ", ") + name;
    }
    const auto wide = Schema::parse(types + "action a appliesTo { principal: [" + names +
                                    "], resource: [" + names + "] };");
    ASSERT_TRUE(wide);
    const std::string condition = "1 < 2" + repeated(" && 1 < 2", 1'000);
    const auto policy =
        parse_policy("p", "permit(principal, action, resource) when { " + condition + " };");

    const Validation validation = validate(*policy, *wide);

    ASSERT_EQ(validation.errors.size(), 1U);
    EXPECT_NE(validation.errors.front().detail.find("validation_steps_max"), std::string::npos);
}

TEST(ValidateHostileTest, SearchesForANameOnceWhateverTheNumberOfEnvironments) {
    std::string attributes;
    std::string mistakes = "true";
    for (int i = 0; i < 500; ++i) {
        attributes += "attribute_with_a_long_name_" + std::to_string(i) + ": Long, ";
    }
    for (int i = 0; i < 90; ++i) {
        mistakes += " && context.atribute_with_a_long_name_" + std::to_string(i) + " == 1";
    }
    std::string names;
    std::string types;
    for (int i = 0; i < 30; ++i) {
        types += "entity T" + std::to_string(i) + ";\n";
        names += (i == 0 ? "T" : ", T") + std::to_string(i);
    }
    const auto wide =
        Schema::parse(types + "action a appliesTo { principal: [" + names + "], resource: [" +
                      names + "], context: {" + attributes + "} };");
    ASSERT_TRUE(wide) << wide.error().message();
    const auto policy =
        parse_policy("p", "permit(principal, action, resource) when { " + mistakes + " };");
    ASSERT_TRUE(policy);

    const Validation validation = validate(*policy, *wide);

    ASSERT_EQ(validation.errors.size(), 90U);
    EXPECT_TRUE(
        validation.errors.front().detail.ends_with("did you mean `attribute_with_a_long_name_0`?"))
        << validation.errors.front().detail;
}

TEST(ValidateHostileTest, KeepsTypesThatDoubleOnEachLevelSmall) {
    std::string declarations = "type T0 = { a: Bool };\n";
    for (int i = 1; i <= 10; ++i) {
        const std::string below = "T" + std::to_string(i - 1);
        declarations +=
            "type T" + std::to_string(i) + " = { l: " + below + ", r: " + below + " };\n";
    }
    const auto deep = Schema::parse(
        declarations + "entity U; action a appliesTo { principal: U, resource: U, context: T10 };");
    ASSERT_TRUE(deep) << deep.error().message();
    const auto policy =
        parse_policy("p",
                     "permit(principal, action, resource) when { [context, context] == "
                     "[{l: context.l, r: context.r}] };");

    EXPECT_EQ(written(validate(*policy, *deep).errors), "");
}

TEST(ValidateHostileTest, TakesTheLongestPolicies) {
    for (const std::string& condition :
         {"principal has " + repeated("manager.", 2'000) + "age",
          "principal has age" + repeated(" && principal has age", 700),
          repeated("(principal is User in ", 60) + "principal" + repeated(")", 60),
          repeated("principal is User in Group::\"g\" && ", 400) + "true",
          "[" + repeated("{a: true, b: [1]}, ", 800) + "{a: false, b: [2]}].isEmpty()"}) {
        const std::string errors = errors_in(condition);
        EXPECT_LT(errors.size(), 100 * limits::policy_bytes_max) << condition.substr(0, 40);
    }
}

TEST(ValidateHostileTest, StopsListingAfterAHundredErrors) {
    const Validation validation = validation_of("permit(principal, action, resource) when { true" +
                                                repeated(" && principal.nope == 1", 500) + " };");

    EXPECT_EQ(validation.errors.size(), limits::violations_max);
}

}  // namespace
}  // namespace charter::testing
