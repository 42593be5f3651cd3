// Policies in JSON: read and written. The official engine judges the same on thousands of
// policies in tests/peers/forms.test.mjs.

#include "policy/json_policies.hpp"

#include "charter/base/limits.hpp"

namespace charter::testing {
namespace {

TEST(PolicyJsonTest, WritesEveryOperator) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"1 + 2 - 3",
         R"({"-":{"left":{"+":{"left":{"Value":1},"right":{"Value":2}}},"right":{"Value":3}}})"},
        {"1 * -2 == -(3)",
         R"({"==":{"left":{"*":{"left":{"Value":1},"right":{"Value":-2}}},"right":{"neg":{"arg":{"Value":3}}}}})"},
        {"!context.a || true",
         R"({"||":{"left":{"!":{"arg":{".":{"attr":"a","left":{"Var":"context"}}}}},"right":{"Value":true}}})"},
        {"true && true && false",
         R"({"&&":{"left":{"&&":{"left":{"Value":true},"right":{"Value":true}}},"right":{"Value":false}}})"},
        {"true && (true && false)",
         R"({"&&":{"left":{"Value":true},"right":{"&&":{"left":{"Value":true},"right":{"Value":false}}}}})"},
        {"principal has \"a b\"", R"({"has":{"attr":"a b","left":{"Var":"principal"}}})"},
        {"principal has a.b",
         R"({"&&":{"left":{"has":{"attr":"a","left":{"Var":"principal"}}},"right":{"has":{"attr":"b","left":{".":{"attr":"a","left":{"Var":"principal"}}}}}}})"},
        {"principal is A::B in C::\"d\"",
         R"({"is":{"entity_type":"A::B","in":{"Value":{"__entity":{"id":"d","type":"C"}}},"left":{"Var":"principal"}}})"},
        {"\"x\" like \"a*\\*é\"",
         R"({"like":{"left":{"Value":"x"},"pattern":[{"Literal":"a"},"Wildcard",{"Literal":"*"},{"Literal":"é"}]}})"},
        {"if true then 1 else 2",
         R"({"if-then-else":{"else":{"Value":2},"if":{"Value":true},"then":{"Value":1}}})"},
        {"ip(\"::1\").isInRange(ip(\"::/0\"))",
         R"({"isInRange":[{"ip":[{"Value":"::1"}]},{"ip":[{"Value":"::/0"}]}]})"},
        {"[1, principal].containsAny([])",
         R"({"containsAny":{"left":{"Set":[{"Value":1},{"Var":"principal"}]},"right":{"Set":[]}}})"},
        {"{a: 1, \"b c\": [].isEmpty()}",
         R"({"Record":{"a":{"Value":1},"b c":{"isEmpty":{"arg":{"Set":[]}}}}})"},
        {"resource.getTag(\"t\") != action",
         R"({"!=":{"left":{"getTag":{"left":{"Var":"resource"},"right":{"Value":"t"}}},"right":{"Var":"action"}}})"},
        {"-9223372036854775808 < 9223372036854775807",
         R"({"<":{"left":{"Value":-9223372036854775808},"right":{"Value":9223372036854775807}}})"},
        {"\"\\0\\u{1}\\\"\"", R"({"Value":"\u0000\u0001\""})"},
    };

    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(body_of(text), expected) << text;
    }
}

TEST(PolicyJsonTest, WritesScopesAndAnnotations) {
    const auto policy =
        parse_policy("p",
                     "@a @b(\"\") forbid(principal is A in ?principal, action in [Action::\"x\", "
                     "Action::\"y\"], resource == R::\"r\") unless { true };");
    ASSERT_TRUE(policy);

    EXPECT_EQ(policy_to_json(*policy),
              R"({"effect":"forbid","principal":{"op":"is","entity_type":"A","in":{"slot":)"
              R"("?principal"}},"action":{"op":"in","entities":[{"type":"Action","id":"x"},)"
              R"({"type":"Action","id":"y"}]},"resource":{"op":"==","entity":{"type":"R",)"
              R"("id":"r"}},"conditions":[{"kind":"unless","body":{"Value":true}}],)"
              R"("annotations":{"a":null,"b":""}})");
}

TEST(PolicyJsonTest, ReadsBackWhatItWrote) {
    for (const std::string text :
         {"@a @if(\"x\") permit(principal, action, resource);",
          "forbid(principal in ?principal, action == Action::\"x\", resource is A in ?resource);",
          "permit(principal == A::\"\\0\", action in [], resource is A::B) when { 1 } unless { 2 "
          "};"}) {
        const auto policy = parse_policy("p", text);
        ASSERT_TRUE(policy) << text;
        const auto read = policy_from_json("p", policy_to_json(*policy));
        ASSERT_TRUE(read) << text << read.error().message();
        EXPECT_TRUE(same_tree(*policy, *read)) << text;
    }
}

TEST(PolicyJsonTest, WritesALinkAsThePolicyItStandsFor) {
    const auto policy = parse_policy("t", "permit(principal in ?principal, action, resource);");
    const auto linked = link(*policy, "l", {uid("G", "g"), {}});
    ASSERT_TRUE(linked);

    EXPECT_NE(
        policy_to_json(*linked).find(R"("principal":{"op":"in","entity":{"type":"G","id":"g"}})"),
        std::string::npos);
}

TEST(PolicyJsonTest, ReadsWhatOnlyJsonCanSay) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"({"Value":[1,{"a":{"__entity":{"type":"A","id":"b"}}}]})", R"([1, {a: A::"b"}])"},
        {R"({"Value":{"__extn":{"fn":"ip","arg":"::1"}}})", R"(ip("::1"))"},
        {R"({"Value":{"__extn":{"fn":"offset","args":[{"__extn":{"fn":"datetime","arg":"2024-01-01"}},{"__extn":{"fn":"duration","arg":"1d"}}]}}})",
         R"(datetime("2024-01-01").offset(duration("1d")))"},
        {R"({"Value":{"type":"A","id":"b"}})", R"({id: "b", type: "A"})"},
        {R"({"has":{"left":{"Var":"principal"},"attr":["a","b"]}})", "principal has a.b"},
        {R"({"has":{"left":{"Var":"principal"},"attr":["if"]}})", R"(principal has "if")"},
        {R"({"like":{"left":{"Var":"principal"},"pattern":[{"Literal":"ab*"},"Wildcard",{"Literal":""}]}})",
         R"(principal like "ab\**")"},
        {R"({"Record":{"if":{"Value":1}}})", R"({"if": 1})"},
        {R"({".":{"left":{"Value":-1},"attr":"if"}})", R"((-1)["if"])"},
        {R"({"neg":{"arg":{"neg":{"arg":{"Value":-1}}}}})", "-(-(-1))"},
        {R"({"==":{"left":{"==":{"left":{"Value":1},"right":{"Value":2}}},"right":{"if-then-else":{"if":{"Value":true},"then":{"Value":1},"else":{"Value":2}}}}})",
         "(1 == 2) == (if true then 1 else 2)"},
        {R"({"*":{"left":{"+":{"left":{"Value":1},"right":{"Value":2}}},"right":{"-":{"left":{"Value":1},"right":{"Value":2}}}}})",
         "(1 + 2) * (1 - 2)"},
        {R"({"lessThan":[{"Value":1},{"Value":2},{"Value":3}]})", "1.lessThan(2, 3)"},
        {R"({"ip":[]})", "ip()"},
        {R"({"is":{"left":{"Var":"principal"},"entity_type":"A::B"}})", "principal is A::B"},
        {R"({"||":{"left":{"Value":1},"right":{"Value":2}}})", "1 || 2"},
    };

    for (const auto& [body, expected] : cases) {
        EXPECT_EQ(text_of(body), expected) << body;
    }
}

TEST(PolicyJsonTest, TakesTheOlderNameOfAScopeWithoutConstraint) {
    const auto policy = policy_from_json(
        "p", R"({"effect":"permit","principal":{"op":"all"},"action":{"op":"all"},)"
             R"("resource":{"op":"all"},"conditions":[]})");

    ASSERT_TRUE(policy) << policy.error().message();
    EXPECT_EQ(policy_to_text(*policy), "permit (principal, action, resource);\n");
}

TEST(PolicyJsonTest, ShowsTheEndOfALongPath) {
    const std::string name(500, 'n');
    const std::string inner = R"({"Record":{"b":1}})";

    EXPECT_EQ(refusal(document_with(R"({"Record":{")" + name + R"(":)" + inner + "}}")),
              "…/Record/b: expected an expression: an object with one member, the operator");
    EXPECT_EQ(refusal(document_with(R"({"Record":{")" + name + R"(":1}})")),
              "…: expected an expression: an object with one member, the operator");
}

TEST(PolicyJsonTest, RefusesValuesThatAreNestedTooDeep) {
    const auto nested = [](std::size_t levels) {
        return R"({"Value":)" + std::string(levels, '[') + std::string(levels, ']') + "}";
    };

    EXPECT_EQ(refusal(document_with(nested(limits::policy_depth_max))), "");
    EXPECT_NE(refusal(document_with(nested(limits::policy_depth_max + 1))).find("policy_depth_max"),
              std::string::npos);
}

TEST(PolicyJsonTest, WritesAPathOfNamesAfterEveryKindOfExpression) {
    for (const std::string object :
         {"[1, context]", "{a: 1, b: context}", "ip(\"::1\")", "(1 == 2 && true)",
          "(true || false)", "principal.a", "(principal is A)", "(\"a\" like \"b\")",
          "(principal is A in B::\"c\")", "(if true then {} else {})", "[].isEmpty()", "(1 + 2)"}) {
        const auto policy = parse_policy("p", in_policy(object + " has a.b"));
        ASSERT_TRUE(policy) << object << policy.error().message();
        const json body = json::parse(policy_to_json(*policy))["conditions"][0]["body"];
        const json& first = body["&&"]["left"]["has"];

        EXPECT_EQ(first["attr"], "a") << object;
        EXPECT_EQ(first["left"].dump(), body_of(object)) << object;
        EXPECT_EQ(body["&&"]["right"]["has"]["left"]["."]["left"], first["left"]) << object;
    }
    // An inner path would be written twice for each outer one.
    for (const std::string object :
         {"[context has a.b]", "{a: context has a.b}", "(1 + (context has a.b))"}) {
        EXPECT_NE(body_of(object + " has c.d").find(R"("attr":["c","d"])"), std::string::npos)
            << object;
    }
}

TEST(PolicyJsonTest, TakesLongChainsAndRefusesDepth) {
    std::string chain = "true";
    for (int i = 0; i < 3'000; ++i) {
        chain += i % 2 == 0 ? " && true" : " && context.a";
    }
    const auto policy = parse_policy("p", in_policy(chain));
    ASSERT_TRUE(policy);
    const auto read = policy_from_json("p", policy_to_json(*policy));
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_TRUE(same_tree(*policy, *read));

    std::string deep = R"({"Value":1})";
    for (std::size_t i = 1; i < limits::policy_depth_max; ++i) {
        deep = R"({"neg":{"arg":)" + deep + "}}";
    }
    EXPECT_EQ(refusal(document_with(deep)), "");
    EXPECT_NE(refusal(document_with(R"({"neg":{"arg":)" + deep + "}}")).find("policy_depth_max"),
              std::string::npos);
    std::string right;
    for (int i = 0; i < 50'000; ++i) {
        right += R"({"&&":{"left":{"Value":1},"right":)";
    }
    right += R"({"Value":1})" + std::string(100'000, '}');
    EXPECT_NE(refusal(document_with(right)).find("policy_depth_max"), std::string::npos);
    EXPECT_NE(refusal(std::string(1'000'000, '[')), "");
}

TEST(PolicyJsonTest, KeepsAPathOfNamesWholeWhereItWouldGrow) {
    std::string path = "context has a";
    for (int i = 0; i < 1'000; ++i) {
        path += ".a";
    }
    std::string nested = "context";
    for (int i = 0; i < 30; ++i) {
        nested = "(" + nested + " has a.b)";
    }

    for (const std::string& expression : {path, nested}) {
        const auto policy = parse_policy("p", in_policy(expression));
        ASSERT_TRUE(policy) << policy.error().message();
        const std::string written = policy_to_json(*policy);
        EXPECT_LT(written.size(), 20'000U);
        const auto read = policy_from_json("p", written);
        ASSERT_TRUE(read) << read.error().message();
        EXPECT_EQ(policy_to_json(*read), written);
    }
}

TEST(PolicyJsonTest, GivesAPolicyASourceThatItsMessagesMean) {
    const auto policy =
        policy_from_json("p", document_with(R"({".":{"left":{"Value":1},"attr":"a"}})"));
    ASSERT_TRUE(policy);

    EXPECT_EQ(policy->source(), "permit (principal, action, resource)\nwhen { 1.a };");
    EXPECT_EQ(policy->position(), (Position{1, 1, 0}));
}

}  // namespace
}  // namespace charter::testing
