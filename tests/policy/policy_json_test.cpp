// Policies in JSON: read, written, refused. The official engine judges the same
// on thousands of policies in tests/peers/forms.test.mjs.

#include "charter/policy/policy_json.hpp"
#include "charter/policy/policy_text.hpp"
#include "policy/policy_printer.hpp"
#include "support/policy_world.hpp"

#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>

namespace charter::testing {
namespace {

using nlohmann::json;

std::string in_policy(const std::string& expression) {
    return "permit(principal, action, resource) when { " + expression + " };";
}

/// The JSON of an expression in text.
std::string body_of(const std::string& expression) {
    const auto policy = parse_policy("p", in_policy(expression));
    return policy ? json::parse(policy_to_json(*policy))["conditions"][0]["body"].dump()
                  : "refused: " + policy.error().message();
}

std::string document_with(const std::string& body) {
    return R"({"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},)"
           R"("resource":{"op":"All"},"conditions":[{"kind":"when","body":)" +
           body + "}]}";
}

/// What is wrong with a policy, or "" when it is taken.
std::string refusal(const std::string& document) {
    const auto policy = policy_from_json("p", document);
    return policy ? "" : policy.error().message();
}

std::string body_refusal(const std::string& body) {
    const std::string found = refusal(document_with(body));
    constexpr std::string_view path = "/conditions/0/body";
    return found.starts_with(path) ? found.substr(path.size()) : found;
}

std::string text_of(const std::string& body) {
    const auto policy = policy_from_json("p", document_with(body));
    if (!policy) {
        return "refused: " + policy.error().message();
    }
    const std::string text = print_policy(*policy);
    constexpr std::string_view before = "permit (principal, action, resource) when { ";
    return text.substr(before.size(), text.size() - before.size() - 3);
}

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

TEST(PolicyJsonTest, SaysWhatIsWrongInAnExpressionAndWhere) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"({"foo":[]})", "/foo: there is no operator or function of this name"},
        {R"({})", ": expected an expression: an object with one member, the operator"},
        {R"({"Value":1,"Var":"action"})",
         ": expected an expression: an object with one member, the operator"},
        {R"({"==":{"left":{"Value":1}}})", "/==: `right` is missing"},
        {R"({"==":{"left":{"Value":1},"right":{"Value":1},"x":1}})",
         R"(/==: there is no member "x" here)"},
        {R"({"&&":{"left":{"&&":{"left":{"Value":1}}},"right":{"Value":1}}})",
         "/&&/left/&&: `right` is missing"},
        {R"({"&&":{"left":{"Value":1},"right":{"Var":"x"}}})",
         R"(/&&/right/Var: expected "principal", "action", "resource" or "context")"},
        {R"({"Value":null})",
         "/Value: Cedar has no such value: expected true, false, an integer of 64 bits, a string, "
         "an array or an object"},
        {R"({"Value":1.5})",
         "/Value: Cedar has no such value: expected true, false, an integer of 64 bits, a string, "
         "an array or an object"},
        {R"({"Value":9223372036854775808})", "/Value: the number does not fit 64 bits with sign"},
        {R"({"Value":[{"a":99999999999999999999}]})",
         "/Value/0/a: Cedar has no such value: expected true, false, an integer of 64 bits, a "
         "string, an array or an object"},
        {R"({"Value":{"__entity":{"type":"A B","id":""}}})",
         R"(/Value/__entity/type: "A B" is no name of a type)"},
        {R"({"Value":{"__entity":{"type":"A"}}})", "/Value/__entity: `id` is missing"},
        {R"({"Value":{"__extn":{"fn":"foo","arg":1}}})",
         R"(/Value/__extn/fn: there is no function "foo")"},
        {R"({"Value":{"__extn":{"fn":"ip"}}})", "/Value/__extn: either `arg` or `args` is needed"},
        {R"({"Value":{"__expr":"1"}})", "/Value: the escape `__expr` is no longer part of Cedar"},
        {R"({"Slot":"?principal"})", "/Slot: a slot stands only in the scope of a template"},
        {R"({"is":{"left":{"Value":1},"entity_type":"A::if"}})",
         R"(/is/entity_type: "A::if" is no name of a type)"},
        {R"({"is":{"left":{"Value":1},"entity_type":"__cedar::X"}})",
         R"(/is/entity_type: "__cedar::X" is no name of a type)"},
        {R"({"has":{"left":{"Value":1},"attr":[]}})",
         "/has/attr: expected a string or an array of strings"},
        {R"({"has":{"left":{"Value":1},"attr":["a","b c"]}})",
         "/has/attr: in a path of names each one is an identifier"},
        {R"({"like":{"left":{"Value":1},"pattern":"a*"}})", "/like/pattern: expected an array"},
        {R"({"like":{"left":{"Value":1},"pattern":["wildcard"]}})",
         R"(/like/pattern/0: expected "Wildcard" or an object with `Literal`)"},
        {R"({"isIpv4":[]})", "/isIpv4: a method needs the value that it is called on"},
        {R"({"ip":{"Value":1}})", "/ip: expected an array"},
        {R"({"Record":[]})", "/Record: expected an object"},
        {R"({"Set":[{"Value":1},2]})",
         "/Set/1: expected an expression: an object with one member, the operator"},
        {R"({"Set":1})", R"(/Set: expected an array)"},
        {R"({"!":{"arg":1}})",
         R"(/!/arg: expected an expression: an object with one member, the operator)"},
        {R"({"isEmpty":{}})", R"(/isEmpty: `arg` is missing)"},
        {R"({"||":{"left":1,"right":{"Value":1}}})",
         R"(/||/left: expected an expression: an object with one member, the operator)"},
        {R"({"&&":{"left":{},"right":{"Value":1}}})",
         R"(/&&/left: expected an expression: an object with one member, the operator)"},
        {R"({"==":{"left":{"Var":1},"right":{"Value":1}}})",
         R"(/==/left/Var: expected "principal", "action", "resource" or "context")"},
        {R"({"==":{"left":{"Value":1},"right":1}})",
         R"(/==/right: expected an expression: an object with one member, the operator)"},
        {R"({"if-then-else":{"if":{"Value":1}}})", R"(/if-then-else: `then` is missing)"},
        {R"({"if-then-else":{"if":1,"then":1,"else":1}})",
         R"(/if-then-else/if: expected an expression: an object with one member, the operator)"},
        {R"({"if-then-else":{"if":{"Value":1},"then":1,"else":1}})",
         R"(/if-then-else/then: expected an expression: an object with one member, the operator)"},
        {R"({"if-then-else":{"if":{"Value":1},"then":{"Value":1},"else":1}})",
         R"(/if-then-else/else: expected an expression: an object with one member, the operator)"},
        {R"({".":{"left":{"Value":1}}})", R"(/.: `attr` is missing)"},
        {R"({".":{"left":1,"attr":"a"}})",
         R"(/./left: expected an expression: an object with one member, the operator)"},
        {R"({".":{"left":{"Value":1},"attr":1}})", R"(/./attr: expected a string)"},
        {R"({"has":{"left":{"Value":1}}})", R"(/has: `attr` is missing)"},
        {R"({"has":{"left":1,"attr":"a"}})",
         R"(/has/left: expected an expression: an object with one member, the operator)"},
        {R"({"has":{"left":{"Value":1},"attr":1}})",
         R"(/has/attr: expected a string or an array of strings)"},
        {R"({"has":{"left":{"Value":1},"attr":["a",1]}})",
         R"(/has/attr: expected a string or an array of strings)"},
        {R"({"like":{"left":{"Value":1}}})", R"(/like: `pattern` is missing)"},
        {R"({"like":{"left":1,"pattern":[]}})",
         R"(/like/left: expected an expression: an object with one member, the operator)"},
        {R"({"like":{"left":{"Value":1},"pattern":[{"literal":"a"}]}})",
         R"(/like/pattern/0: `Literal` is missing)"},
        {R"({"like":{"left":{"Value":1},"pattern":[{"Literal":1}]}})",
         R"(/like/pattern/0/Literal: expected a string)"},
        {R"({"is":{"left":{"Value":1}}})", R"(/is: `entity_type` is missing)"},
        {R"({"is":{"left":1,"entity_type":"A"}})",
         R"(/is/left: expected an expression: an object with one member, the operator)"},
        {R"({"is":{"left":{"Value":1},"entity_type":1}})", R"(/is/entity_type: expected a string)"},
        {R"({"is":{"left":{"Value":1},"entity_type":"A","in":1}})",
         R"(/is/in: expected an expression: an object with one member, the operator)"},
        {R"({"Value":{"__entity":{"type":"A","id":1}}})",
         R"(/Value/__entity/id: expected a string)"},
        {R"({"Value":{"__extn":1}})", R"(/Value/__extn: expected an object)"},
        {R"({"Value":{"__extn":{"fn":1,"arg":1}}})", R"(/Value/__extn/fn: expected a string)"},
        {R"({"Value":{"__extn":{"fn":"ip","arg":1,"args":[]}}})",
         R"(/Value/__extn: either `arg` or `args` is needed)"},
        {R"({"Value":{"__extn":{"fn":"ip","args":[]}}})",
         R"(/Value/__extn/args: a function needs an argument)"},
        {R"({"Value":{"__extn":{"fn":"ip","args":1}}})",
         R"(/Value/__extn/args: expected an array)"},
        {R"({"Value":{"__extn":{"fn":"ip","arg":{"__expr":1}}}})",
         R"(/Value/__extn/arg: the escape `__expr` is no longer part of Cedar)"},
        {R"({"Record":{"a/b~c":1}})",
         "/Record/a~1b~0c: expected an expression: an object with one member, the operator"},
    };

    for (const auto& [body, expected] : cases) {
        EXPECT_EQ(body_refusal(body), expected) << body;
    }
}

TEST(PolicyJsonTest, SaysWhatIsWrongInAPolicyAndWhere) {
    const json good = json::parse(document_with(R"({"Value":true})"));
    const std::vector<std::tuple<std::string, json, std::string>> cases = {
        {"/foo", 1, R"(/: there is no member "foo" here)"},
        {"/effect", "Permit", R"(/effect: expected "permit" or "forbid")"},
        {"/principal", json::object(), "/principal: expected an object with `op`"},
        {"/principal",
         {{"op", "!="}},
         "/principal/op: there is no such operator in this part of the scope"},
        {"/principal", {{"op", "=="}}, "/principal: `entity` is missing"},
        {"/principal", {{"op", "All"}, {"x", 1}}, R"(/principal: there is no member "x" here)"},
        {"/principal",
         {{"op", "in"}, {"slot", "?resource"}},
         R"(/principal/slot: expected "?principal")"},
        {"/principal",
         {{"op", "=="}, {"entity", "A::\"b\""}},
         "/principal/entity: expected an object"},
        {"/resource",
         {{"op", "is"}, {"entity_type", "A"}, {"in", {{"op", "in"}}}},
         "/resource/in: `entity` is missing"},
        {"/action",
         {{"op", "is"}},
         "/action/op: there is no such operator in this part of the scope"},
        {"/action", {{"op", "=="}, {"slot", "?action"}}, "/action: `entity` is missing"},
        {"/action", {{"op", "=="}, {"entities", json::array()}}, "/action: `entity` is missing"},
        {"/action",
         {{"op", "=="}, {"entity", {{"type", "A"}, {"id", "b"}}}},
         "/action/entity: expected an entity of type `Action`, found `A::\"b\"`"},
        {"/principal", 1, "/principal: expected an object with `op`"},
        {"/principal", {{"op", 1}}, "/principal/op: expected a string"},
        {"/principal", {{"op", "is"}}, "/principal: `entity_type` is missing"},
        {"/principal",
         {{"op", "is"}, {"entity_type", 1}},
         "/principal/entity_type: expected a string"},
        {"/principal",
         {{"op", "is"}, {"entity_type", "A"}, {"in", 1}},
         "/principal/in: expected an object"},
        {"/principal",
         {{"op", "is"}, {"entity_type", "A"}, {"in", {{"slot", true}}}},
         R"(/principal/in/slot: expected "?principal")"},
        {"/action", {{"op", "All"}, {"x", 1}}, R"(/action: there is no member "x" here)"},
        {"/action", {{"op", "=="}, {"entity", "a"}}, "/action/entity: expected an object"},
        {"/action", {{"op", "in"}, {"entities", "a"}}, "/action/entities: expected an array"},
        {"/action", {{"op", "in"}, {"entities", {"a"}}}, "/action/entities/0: expected an object"},
        {"/action",
         {{"op", "in"}, {"entities", json::array()}, {"entity", 1}},
         R"(/action: there is no member "entity" here)"},
        {"/conditions/0", {{"kind", "when"}}, "/conditions/0: `body` is missing"},
        {"/annotations", json::array(), "/annotations: expected an object"},
        {"/conditions", json::object(), "/conditions: expected an array"},
        {"/conditions/0/kind", "if", R"(/conditions/0/kind: expected "when" or "unless")"},
        {"/annotations",
         {{"a b", "x"}},
         "/annotations/a b: an annotation has an identifier for its name"},
        {"/annotations", {{"a", 1}}, "/annotations/a: expected a string or null"},
    };

    EXPECT_EQ(refusal(good.dump()), "");
    for (const auto& [place, value, expected] : cases) {
        json wrong = good;
        wrong[json::json_pointer(place)] = value;
        EXPECT_EQ(refusal(wrong.dump()), expected) << place;
    }
    json without = good;
    without.erase("conditions");
    EXPECT_EQ(refusal(without.dump()), "/: `conditions` is missing");
    EXPECT_NE(refusal(R"({"effect":"permit","effect":"permit"})").find("stands twice"),
              std::string::npos);
    EXPECT_NE(refusal("{"), "");
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
