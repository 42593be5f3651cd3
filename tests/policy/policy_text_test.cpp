// Policies as text: printed from their tree, laid out with their comments.

#include "charter/policy/policy_text.hpp"
#include "policy/policy_printer.hpp"
#include "support/policy_world.hpp"

#include "charter/base/limits.hpp"

namespace charter::testing {
namespace {

/// The expression as it is printed from its tree.
std::string printed(const std::string& expression) {
    const auto policy =
        parse_policy("p", "permit(principal, action, resource) when { " + expression + " };");
    if (!policy) {
        return "refused: " + policy.error().message();
    }
    const std::string text = print_policy(*policy);
    const auto again = parse_policy("p", text);
    EXPECT_TRUE(again && same_tree(*policy, *again)) << text;
    constexpr std::string_view before = "permit (principal, action, resource) when { ";
    return text.substr(before.size(), text.size() - before.size() - 3);
}

std::string formatted(const std::string& text, const FormatOptions& options = {}) {
    const auto once = format_policies(text, options);
    if (!once) {
        return "refused: " + once.error().message();
    }
    const auto twice = format_policies(*once, options);
    EXPECT_TRUE(twice);
    EXPECT_EQ(twice ? *twice : "", *once);
    return *once;
}

TEST(PolicyTextTest, PrintsParenthesesOnlyWhereTheyAreNeeded) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"((1 + (2)) + 3) == (4)", "1 + 2 + 3 == 4"},
        {"1 + (2 + 3)", "1 + (2 + 3)"},
        {"1 - (2 - 3) * 4", "1 - (2 - 3) * 4"},
        {"(1 * 2) * 3", "1 * 2 * 3"},
        {"1 * (2 * 3)", "1 * (2 * 3)"},
        {"(true && false) || (true)", "true && false || true"},
        {"true && (false || true)", "true && (false || true)"},
        {"(true && false) && true", "(true && false) && true"},
        {"(1 == 2) == (3 in 4)", "(1 == 2) == (3 in 4)"},
        {"(1 != 2) == (3 < 4)", "(1 != 2) == (3 < 4)"},
        {"(1 <= 2) != (3 > 4)", "(1 <= 2) != (3 > 4)"},
        {"(1 >= 2) == action", "(1 >= 2) == action"},
        {"!(!true)", "!(!true)"},
        {"!!true", "!(!true)"},
        {"-(1)", "-(1)"},
        {"--1", "-(-1)"},
        {"- 1 + 2", "-1 + 2"},
        {"(-1).a", "(-1).a"},
        {"-1.a", "-1.a"},
        {"-(principal.a)", "-principal.a"},
        {"(principal.a).b[\"c\"][\"d e\"]", "principal.a.b.c[\"d e\"]"},
        {"(if true then 1 else 2) + (if true then 1 else 2)",
         "(if true then 1 else 2) + (if true then 1 else 2)"},
        {"if (if true then 1 else 2) then (1) else {a: (if true then 1 else 2)}",
         "if if true then 1 else 2 then 1 else {a: if true then 1 else 2}"},
        {"(principal has a.b) && (principal has \"if\")",
         "principal has a.b && principal has \"if\""},
        {"(1 + 2) is A in (B::\"c\")", "1 + 2 is A in B::\"c\""},
        {"(1 is A) is A in (1 in 2)", "(1 is A) is A in (1 in 2)"},
        {"\"a*\" like \"\\**\\u{0}\\\\\"", "\"a*\" like \"\\**\\0\\\\\""},
        {"{\"a\": 1, \"b c\": 2, \"if\": 3}", "{a: 1, \"b c\": 2, \"if\": 3}"},
        {"(ip((\"::1\"))).isIpv4()", "ip(\"::1\").isIpv4()"},
        {"([1,2,]).contains((1))", "[1, 2].contains(1)"},
        {"(1 + 2).lessThan(3)", "(1 + 2).lessThan(3)"},
        {"principal.getTag(\"a\").hasTag(\"b\").isEmpty()",
         "principal.getTag(\"a\").hasTag(\"b\").isEmpty()"},
        {"-9223372036854775808 == 0", "-9223372036854775808 == 0"},
        {"A::B::\"\\u{0}\" == \"\\x41\\u{1F600}\"", "A::B::\"\\0\" == \"A😀\""},
    };

    for (const auto& [expression, expected] : cases) {
        EXPECT_EQ(printed(expression), expected) << expression;
    }
}

TEST(PolicyTextTest, PrintsTheDeepestTreeSoThatItIsReadBack) {
    for (const auto& [open, close] :
         std::vector<std::pair<std::string, std::string>>{{"!(", ")"},
                                                          {"-(", ")"},
                                                          {"1 == (", ")"},
                                                          {"1 - (", ")"},
                                                          {"[", "]"},
                                                          {"if true then 1 else ", ""}}) {
        std::string expression = "1";
        for (std::size_t i = 1; i < limits::policy_depth_max; ++i) {
            expression = open + expression + close;
        }
        EXPECT_FALSE(printed(expression).starts_with("refused")) << open;
    }
}

TEST(PolicyTextTest, PrintsScopesAndAnnotations) {
    for (const std::string_view text :
         {"@a @if(\"x\\n\") forbid (principal is A::B in ?principal, action in [], resource == "
          "?resource);",
          "permit (principal in A::\"b\", action == Action::\"x\", resource is A) when { 1 } "
          "unless { 2 };",
          "permit (principal, action in N::Action::\"x\", resource in A::\"b\");",
          "permit (principal == A::\"b\", action in [Action::\"x\", Action::\"y\"], resource);"}) {
        const auto policy = parse_policy("p", text);
        ASSERT_TRUE(policy) << policy.error().message();
        EXPECT_EQ(print_policy(*policy), text);
    }
    const auto policy = parse_policy("t", "permit(principal in ?principal, action, resource);");
    const auto linked = link(*policy, "l", {uid("G", "g"), {}});
    ASSERT_TRUE(linked);
    EXPECT_EQ(policy_to_text(*linked),
              "permit (\n  principal in G::\"g\",\n  action,\n  resource\n);\n");
}

TEST(PolicyTextTest, TellsTreesApart) {
    const auto tree = [](const std::string& expression) {
        return parse_policy("p", "permit(principal, action, resource) when { " + expression + " };")
            .value();
    };
    for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{
             {"1 + 2", "2 + 1"},
             {"1 + 2", "1 - 2"},
             {"true && (true && false)", "true && true && false"},
             {"principal has a", "principal has b"},
             {"principal has a", "principal has a.a"},
             {"principal like \"a*\"", "principal like \"a\\*\""},
             {"principal is A", "principal is B"},
             {"principal is A in B::\"c\"", "principal is A in B::\"d\""},
             {"{a: 1}", "{b: 1}"},
             {"{a: 1}", "{a: 2}"},
             {"[1, 2]", "[2, 1]"},
             {"ip(\"::1\")", "decimal(\"::1\")"},
             {"if true then 1 else 2", "if true then 2 else 1"},
             {"principal.a", "principal.b"},
             {"if true then 1 else 2", "if false then 1 else 2"},
             {"if true then 1 else 2", "if true then 1 else 3"},
             {"principal.a", "resource.a"},
             {"principal is A in B::\"c\"", "action is A in B::\"c\""},
             {"principal is A in B::\"c\"", "principal is B in B::\"c\""},
             {"principal like \"a\"", "action like \"a\""},
             {"1 - 2", "1 - 3"},
             {"!true", "!false"}}) {
        EXPECT_FALSE(same_tree(tree(a), tree(b))) << a << " and " << b;
        EXPECT_TRUE(same_tree(tree(a), tree("(" + a + ")"))) << a;
    }
}

TEST(PolicyTextTest, TellsScopesEffectsAndAnnotationsApart) {
    const std::vector<std::string> different = {
        "permit(principal, action, resource);",
        "forbid(principal, action, resource);",
        "@a permit(principal, action, resource);",
        "@a(\"b\") permit(principal, action, resource);",
        "permit(principal == A::\"b\", action, resource);",
        "permit(principal in A::\"b\", action, resource);",
        "permit(principal in ?principal, action, resource);",
        "permit(principal is A, action, resource);",
        "permit(principal, action == Action::\"a\", resource);",
        "permit(principal, action in Action::\"a\", resource);",
        "permit(principal, action in Action::\"b\", resource);",
        "permit(principal, action, resource is A);",
        "permit(principal, action, resource is B);",
        "permit(principal, action, resource) when { true };",
        "permit(principal, action, resource) unless { true };"};
    for (const std::string& a : different) {
        for (const std::string& b : different) {
            EXPECT_EQ(same_tree(*parse_policy("p", a), *parse_policy("q", b)), a == b) << a << b;
        }
    }
}

TEST(PolicyTextTest, TakesEveryWhiteSpaceOfUnicode) {
    for (const std::string space :
         {"\t", "\n", "\v", "\f", "\r", " ", "\xc2\x85", "\u00a0", "\u1680", "\u2000", "\u200a",
          "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"}) {
        EXPECT_EQ(
            formatted("permit" + space + "(principal,action," + space + "resource)" + space + ";"),
            "permit (principal, action, resource);\n")
            << space;
    }
    EXPECT_TRUE(formatted("permit\u200b(principal,action,resource);").starts_with("refused"));
}

TEST(PolicyTextTest, LaysOutAPolicy) {
    EXPECT_EQ(formatted("@id(\"a\")@b permit(principal,action,resource);"
                        "forbid(principal==User::\"a\",action in[Action::\"x\",],resource,)"
                        "when{principal.a&&- 1==[1,2,].b}unless{!true};"),
              "@id(\"a\")\n@b\npermit (principal, action, resource);\n\n"
              "forbid (\n  principal == User::\"a\",\n  action in [Action::\"x\"],\n  resource\n)\n"
              "when { principal.a && -1 == [1, 2].b }\nunless { !true };\n");
}

TEST(PolicyTextTest, BreaksLongLines) {
    EXPECT_EQ(
        formatted(
            "permit(principal, action, resource) when { principal.aaaaaaaaaaaaaaaaaaaaaaaaaaa "
            "== resource.bbbbbbbbbbbbbbbbbbbbb && (context.ccccccccccccccccccccccccccccccccc || "
            "[\"dddddddddddddddddddddddddddddd\", \"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\"]"
            ".contains(context.f)) };"),
        "permit (principal, action, resource)\n"
        "when\n"
        "{\n"
        "  principal.aaaaaaaaaaaaaaaaaaaaaaaaaaa == resource.bbbbbbbbbbbbbbbbbbbbb &&\n"
        "  (\n"
        "    context.ccccccccccccccccccccccccccccccccc ||\n"
        "    [\n"
        "      \"dddddddddddddddddddddddddddddd\",\n"
        "      \"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\"\n"
        "    ].contains(context.f)\n"
        "  )\n"
        "};\n");
}

TEST(PolicyTextTest, CountsCharactersAndTakesOptions) {
    const std::string text = "permit(principal,action,resource)when{context.a==\"éééééééééé\"};";

    EXPECT_EQ(formatted(text, {37, 4}),
              "permit (principal, action, resource)\nwhen { context.a == \"éééééééééé\" };\n");
    EXPECT_EQ(formatted(text, {33, 4}),
              "permit (\n    principal,\n    action,\n    resource\n)\n"
              "when\n{\n    context.a == \"éééééééééé\"\n};\n");
    EXPECT_FALSE(formatted(text, {1, 0}).starts_with("refused"));
}

TEST(PolicyTextTest, KeepsComments) {
    EXPECT_EQ(
        formatted(
            "// head\n\n\n// second  \n@id(\"a\") // an\npermit( // open\n principal, // p\n"
            " action,\n // before resource\n resource // after\n)// scope\nwhen // w\n{ // x\n"
            " // y\n principal.a == 1 // z\n && // q\n resource.b // r\n // s\n};// end\n"
            "// tail\n\n// last"),
        "// head\n\n// second\n@id(\"a\") // an\npermit ( // open\n  principal, // p\n  action,\n"
        "  // before resource\n  resource // after\n) // scope\nwhen // w\n{ // x\n  // y\n"
        "  principal.a == 1 // z\n  && // q\n  resource.b // r\n  // s\n}; // end\n\n// tail\n\n// "
        "last\n");
    EXPECT_EQ(formatted("// only\r\n"), "// only\n");
    EXPECT_EQ(formatted("permit(principal,action,resource// a\n,// b\n// c\n)when{[// d\n]== {}};"),
              "permit (\n  principal,\n  action,\n  resource // a\n  // b\n  // c\n)\n"
              "when\n{\n  [ // d\n  ] ==\n    {}\n};\n");
    EXPECT_EQ(formatted(""), "");
    EXPECT_EQ(
        formatted("permit(principal,action,resource)when{[1,// one\n2,// two\n].isEmpty()// e\n};"),
        "permit (principal, action, resource)\nwhen\n{\n  [\n    1, // one\n    2 // two\n"
        "  ].isEmpty() // e\n};\n");
}

TEST(PolicyTextTest, RefusesWhatDoesNotParse) {
    EXPECT_EQ(formatted("permit(principal);"),
              "refused: line 1, column 17: expected `,`, found `)`");
}

TEST(PolicyTextTest, LaysOutLongAndDeepPolicies) {
    std::string chain = "true";
    for (int i = 0; i < 3'000; ++i) {
        chain += i % 3 == 0 ? " && false" : " || context.aaaaaaaaa";
    }
    std::string nested(60, '(');
    nested += "true" + std::string(60, ')');

    for (const std::string& expression : {chain, nested}) {
        const std::string text =
            formatted("permit(principal, action, resource) when { " + expression + " };", {20, 2});
        EXPECT_FALSE(text.starts_with("refused")) << text;
    }
}

}  // namespace
}  // namespace charter::testing
