// The parser: what it accepts, what it says about the rest, and where.

#include "support/policy_world.hpp"

namespace charter::testing {
namespace {

/// "line:column detail" of the first error, or "" when there is none.
std::string first_error(std::string_view text) {
    const ParsedPolicies parsed = parse_policies_with_errors(text);
    if (parsed.errors.empty()) {
        return {};
    }
    const ParseError& error = parsed.errors.front();
    return std::to_string(error.position.line) + ":" + std::to_string(error.position.column) + " " +
           error.detail;
}

std::string in_condition(const std::string& expression) {
    return first_error("permit(principal, action, resource) when {\n" + expression + "\n};");
}

TEST(ParserTest, ReadsAWholePolicy) {
    const auto parsed = parse_policies(
        "// first\n@id(\"a\\u{e9}\") @note\nforbid (principal is A::User in Group::\"g\",\n"
        " action in [Action::\"x\", N::Action::\"y\",], resource == Doc::\"d\",)\n"
        "when { true } unless { false };");

    ASSERT_TRUE(parsed) << parsed.error().message();
    ASSERT_EQ(parsed->size(), 1U);
    const Policy& policy = parsed->front();
    EXPECT_EQ(policy.id(), "policy0");
    EXPECT_EQ(policy.effect(), Effect::forbid);
    EXPECT_EQ(policy.annotation("id"), "aé");
    EXPECT_EQ(policy.annotation("note"), "");
    EXPECT_EQ(policy.annotation("other"), std::nullopt);
    EXPECT_EQ(policy.principal().form, ScopeConstraint::Form::is_in);
    EXPECT_EQ(policy.principal().type, "A::User");
    EXPECT_EQ(policy.principal().entity, uid("Group", "g"));
    EXPECT_EQ(policy.action().form, ActionConstraint::Form::in_set);
    EXPECT_EQ(policy.action().entities, (std::vector{uid("Action", "x"), uid("N::Action", "y")}));
    EXPECT_EQ(policy.resource().form, ScopeConstraint::Form::equal);
    EXPECT_EQ(policy.contents().conditions.size(), 2U);
    EXPECT_EQ(policy.position(), (Position{2, 1, 9}));
    EXPECT_TRUE(policy.source().starts_with("@id"));
    EXPECT_TRUE(policy.source().ends_with("};"));
}

TEST(ParserTest, NumbersPoliciesInOrder) {
    const auto parsed =
        parse_policies("permit(principal,action,resource);forbid(principal,action,resource);");

    ASSERT_TRUE(parsed);
    ASSERT_EQ(parsed->size(), 2U);
    EXPECT_EQ((*parsed)[1].id(), "policy1");
    EXPECT_EQ((*parsed)[1].source(), "forbid(principal,action,resource);");
    EXPECT_TRUE(parse_policies("  // nothing\n")->empty());
}

TEST(ParserTest, SaysWhereEachPolicyBegins) {
    const auto parsed = parse_policies(
        "permit(principal,\n action, resource); forbid(principal, action, resource);\n\n"
        "  permit(principal, action, resource);");

    ASSERT_TRUE(parsed);
    ASSERT_EQ(parsed->size(), 3U);
    EXPECT_EQ((*parsed)[0].position(), (Position{1, 1, 0}));
    EXPECT_EQ((*parsed)[1].position(), (Position{2, 21, 38}));
    EXPECT_EQ((*parsed)[2].position(), (Position{4, 3, 78}));
}

TEST(ParserTest, ReadsTemplates) {
    const auto policy =
        parse_policy("t", "permit(principal in ?principal, action, resource == ?resource);");

    ASSERT_TRUE(policy) << policy.error().message();
    EXPECT_TRUE(policy->is_template());
    EXPECT_TRUE(policy->principal().slot);
    EXPECT_TRUE(policy->mentioned_entities().empty());
}

TEST(ParserTest, UndoesEscapes) {
    expect_all({{R"("\n\t\r\0\\\"\'" == "\u{a}\u{9}\u{d}\u{0}\u{5c}\u{22}'")", "true"},
                {R"("\x41\u{1F600}")", "\"A😀\""},
                {R"("\u{1_F6_00}" == "😀")", "true"},
                {R"("\u{d800}")", "refused: not a Unicode character"},
                {R"("\u{110000}")", "refused: not a Unicode character"},
                {R"("\u{1234567}")", "refused: 1 to 6 hexadecimal digits"},
                {R"("\u{}")", "refused: 1 to 6 hexadecimal digits"},
                {R"("\u41")", "refused: 1 to 6 hexadecimal digits"},
                {R"("\x80")", "refused: two hexadecimal digits"},
                {R"("\x4")", "refused: two hexadecimal digits"},
                {R"("\q")", "refused: unknown escape"},
                {R"("\*")", "refused: unknown escape"}});
}

TEST(ParserTest, SaysWhatIsWrongInAPolicyAndWhere) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"permit(principal, action, resource)",
         "1:36 expected `when`, `unless` or `;`, found the end of the text"},
        {"allow(principal, action, resource);", "1:1 expected `permit` or `forbid`, found `allow`"},
        {"permit principal", "1:8 expected `(`, found `principal`"},
        {"permit(action, principal, resource);", "1:8 expected `principal`, found `action`"},
        {"permit(principal, action);", "1:25 expected `,`, found `)`"},
        {"permit(principal = User::\"a\", action, resource);",
         "1:18 expected `==`, `in`, `is` or the end of this part of the scope, found `=`"},
        {"permit(principal == ?resource, action, resource);",
         "1:21 expected `?principal`, found `?resource`"},
        {"permit(principal, action == ?action, resource);",
         "1:29 expected an entity such as User::\"alice\", found `?action`"},
        {"permit(principal == \"a\", action, resource);",
         "1:21 expected an entity such as User::\"alice\", found `\"a\"`"},
        {"permit(principal, action == User::\"a\", resource);",
         "1:29 expected an entity of type `Action`, found `User::\"a\"`"},
        {"permit(principal, action is Action, resource);",
         "1:26 expected `==`, `in`, `is` or the end of this part of the scope, found `is`"},
        {"@a @a permit(principal, action, resource);", "1:5 the annotation `a` stands twice"},
        {"@a(1) permit(principal, action, resource);", "1:4 expected a string, found `1`"},
        {"permit(principal, action, resource) when {};", "1:43 expected an expression, found `}`"},
        {"permit(principal, action, resource) if { true };",
         "1:37 expected `when`, `unless` or `;`, found `if`"},
        {"permit(principal is if, action, resource);",
         "1:21 `if` is reserved and cannot be part of a name"},
        {"permit(principal is __cedar::T, action, resource);",
         "1:21 `__cedar` is reserved and cannot be part of a name"},
        {"é#", "1:1 unexpected character `é`"},
        {"permit(principal, action, resource) when { \"abc };",
         "1:44 the string that begins here is not closed"},
        {"\xff", "1:1 the text is not valid UTF-8"},
    };

    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(first_error(text), expected) << text;
    }
}

TEST(ParserTest, SaysWhatIsWrongInAnExpressionAndWhere) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"(1 == 1", "3:1 expected `)`, found `}`"},
        {"[1 2]", "2:4 expected `,` or `]`, found `2`"},
        {"é", "2:1 unexpected character `é`"},
        {"1 == 2 == 3", "2:8 `==` and `==` cannot follow each other without parentheses"},
        {"1 < 2 in 3", "2:7 `<` and `in` cannot follow each other without parentheses"},
        {"1 = 2", "2:3 `=` is no operator; equality is written `==`"},
        {"1 / 2 == 3", "2:3 there is no operator `/`"},
        {"!!!!!true", "2:1 at most 4 of `!` in a row"},
        {"9223372036854775808", "2:1 the number does not fit 64 bits with sign"},
        {"99999999999999999999", "2:1 the number does not fit 64 bits with sign"},
        {"user.age", "2:1 unknown name `user`; there are principal, action, resource and context"},
        {"principal.if", "2:11 `if` is reserved; as an attribute it is written in quotes"},
        {"principal has true", "2:15 `true` is reserved; as an attribute it is written in quotes"},
        {"principal has a.__cedar",
         "2:17 `__cedar` is reserved; as an attribute it is written in quotes"},
        {"{__cedar: 1}.a", "2:2 `__cedar` is reserved; as an attribute it is written in quotes"},
        {"principal[1]", "2:11 expected an attribute name in quotes, found `1`"},
        {"principal.size()", "2:11 there is no method `size`"},
        {"size(principal)", "2:1 there is no function `size`"},
        {"A::size(principal)", "2:1 there is no function `A::size`"},
        {"contains([1], 1)", "2:1 `contains` is a method: write x.contains(…)"},
        {"\"1.2.3.4\".ip()", "2:11 `ip` is a function, not a method"},
        {"[1].contains()", "2:5 `contains` takes one argument, found 0"},
        {"[1].isEmpty(1)", "2:5 `isEmpty` takes no argument, found 1"},
        {"(principal)(1)", "2:12 only functions and methods can be called"},
        {"{a: 1, \"a\": 2}", "2:8 the record has `\"a\"` twice"},
        {"{1: 2}", "2:2 expected an attribute name, found `1`"},
        {"true && if true then true else true", "2:9 `if` needs parentheses around it here"},
        {"if true then true", "3:1 expected `else`, found `}`"},
        {"principal is User::\"a\"", "2:18 expected a type, not an entity, found `::`"},
        {"principal like User", "2:16 expected a pattern in quotes, found `User`"},
        {"principal == ?principal", "2:14 `?principal` stands only in the scope of a policy"},
        {"\"a\\qb\" == 1", "2:3 unknown escape; a backslash itself is written `\\\\`"},
        {"principal has \"\\q\"", "2:16 unknown escape; a backslash itself is written `\\\\`"},
        {"principal[\"\\q\"]", "2:12 unknown escape; a backslash itself is written `\\\\`"},
        {"\"a\" like \"\\q\"", "2:11 unknown escape; a backslash itself is written `\\\\`"},
        {"A::\"\\q\"", "2:5 unknown escape; a backslash itself is written `\\\\`"},
        {"\"\\u{1\"", "2:2 `\\u` is written `\\u{…}` with 1 to 6 hexadecimal digits"},
        {"\"\\u{_1}\"", "2:2 `\\u{…}` has 1 to 6 hexadecimal digits"},
        {"\"\\u{1g}\"", "2:2 `\\u{…}` has 1 to 6 hexadecimal digits"},
        {"\"\\x4g\"", "2:2 `\\x` takes two hexadecimal digits, at most 7f"},
        {"\"\\xG4\"", "2:2 `\\x` takes two hexadecimal digits, at most 7f"},
        {"\"\\x4\"", "2:2 `\\x` takes two hexadecimal digits, at most 7f"},
        {"\"\\x\"", "2:2 `\\x` takes two hexadecimal digits, at most 7f"},
        {"principal[\"a\"", "3:1 expected `]`, found `}`"},
        {"principal.1", "2:11 expected an attribute name, found `1`"},
        {"principal is 1", "2:14 expected a type name, found `1`"},
        {"principal is A in", "3:1 expected an expression, found `}`"},
        {"1 + )", "2:5 expected an expression, found `)`"},
        {"1 * )", "2:5 expected an expression, found `)`"},
        {"1 % 2", "2:3 there is no operator `%`"},
        {"1 / 2", "2:3 there is no operator `/`"},
        {"in", "2:1 expected an expression, found `in`"},
        {"A::B", "3:1 expected `::` and an id in quotes, found `}`"},
        {"-1[\"a\"] + like", "2:11 expected an expression, found `like`"},
        {"(1", "3:1 expected `)`, found `}`"},
        {"\"a\".contains(1", "3:1 expected `,` or `)`, found `}`"},
        {"Type::{id: 1}", "2:7 expected a type name, found `{`"},
    };

    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(in_condition(text), expected) << text;
    }
}

TEST(ParserTest, SaysWhatIsWrongAroundTheConditions) {
    const std::string scope = "permit(principal, action, resource)";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {scope, "1:36 expected `when`, `unless` or `;`, found the end of the text"},
        {scope + " foo;", "1:37 expected `when`, `unless` or `;`, found `foo`"},
        {"@a(1) " + scope + ";", "1:4 expected a string, found `1`"},
        {"@a(\"\\q\") " + scope + ";", "1:5 unknown escape; a backslash itself is written `\\\\`"},
        {"@a(\"b\" " + scope + ";", "1:8 expected `)`, found `permit`"},
        {"@1 " + scope + ";", "1:2 expected the name of an annotation, found `1`"},
        {"@a @a " + scope + ";", "1:5 the annotation `a` stands twice"},
        {"permit(principal > 1, action, resource);",
         "1:18 expected `==`, `in`, `is` or the end of this part of the scope, found `>`"},
        {"permit(principal == A::\"\\q\", action, resource);",
         "1:25 unknown escape; a backslash itself is written `\\\\`"},
    };

    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(first_error(text), expected) << text;
    }
}

TEST(ParserTest, StopsAfterTwentyErrors) {
    std::string wrong;
    std::string bytes;
    for (int i = 0; i < 50; ++i) {
        wrong += "permit();";
        bytes += "# ";
    }

    EXPECT_EQ(parse_policies_with_errors(wrong).errors.size(), 20U);
    EXPECT_EQ(parse_policies_with_errors(bytes).errors.size(), 20U);
}

TEST(ParserTest, ReportsOneErrorForEachPolicy) {
    const ParsedPolicies parsed = parse_policies_with_errors(
        "permit(principal, action);\npermit(principal, action, resource);\nfoo(;\n");

    ASSERT_EQ(parsed.errors.size(), 2U);
    EXPECT_EQ(parsed.errors[0].position.line, 1U);
    EXPECT_EQ(parsed.errors[1].position, (Position{3, 1, 64}));
    EXPECT_TRUE(parsed.policies.empty());
}

TEST(ParserTest, GivesOneErrorThatNamesThePlace) {
    const auto policy = parse_policy("p", "permit(principal,\n action resource);");
    const auto two =
        parse_policy("p", "permit(principal,action,resource);permit(principal,action,resource);");

    ASSERT_FALSE(policy);
    EXPECT_EQ(policy.error().code(), ErrorCode::invalid_request);
    EXPECT_TRUE(policy.error().message().starts_with("line 2, column 9: expected "));
    EXPECT_EQ(policy.error().violations().size(), 1U);
    ASSERT_FALSE(two);
    EXPECT_EQ(two.error().message(), "expected exactly one policy, found 2");
}

TEST(ParserTest, ReadsEntityNames) {
    const auto read = parse_entity_uid("A::B::\"x\\n\"");

    ASSERT_TRUE(read);
    EXPECT_EQ(*read, uid("A::B", "x\n"));
    EXPECT_EQ(read->text(), "A::B::\"x\\n\"");
    for (const std::string_view text :
         {"", "A", "#", "A::\"\\q\"", "\"x\"", "A::\"x\" y", "A::", "A::x", "1::\"x\""}) {
        EXPECT_FALSE(parse_entity_uid(text)) << text;
    }
}

TEST(ParserTest, KnowsWhatConditionsRead) {
    const auto policy = parse_policy(
        "p",
        "permit(principal == User::\"a\", action in Action::\"data\", resource is Column)\n"
        "when { context has row.x && context[\"purpose\"] == \"a\" && "
        "[User::\"b\"].contains(principal)"
        " && principal is Service };");
    const auto whole = parse_policy(
        "p", "permit(principal, action, resource) when { context == {} || resource.a };");

    ASSERT_TRUE(policy) << policy.error().message();
    EXPECT_TRUE(policy->reads_principal());
    EXPECT_FALSE(policy->reads_resource());
    EXPECT_FALSE(policy->reads_action());
    EXPECT_TRUE(policy->reads_context_attribute("row"));
    EXPECT_TRUE(policy->reads_context_attribute("purpose"));
    EXPECT_FALSE(policy->reads_context_attribute("x"));
    EXPECT_EQ(policy->mentioned_entities(),
              (std::vector{uid("Action", "data"), uid("User", "a"), uid("User", "b")}));
    EXPECT_EQ(policy->mentioned_types(),
              (std::vector<std::string>{"Action", "Column", "Service", "User"}));
    ASSERT_TRUE(whole);
    EXPECT_TRUE(whole->reads_context_attribute("anything"));
    EXPECT_TRUE(whole->reads_resource());
}

}  // namespace
}  // namespace charter::testing
