// Policies in JSON that are refused, with what is wrong and where.

#include "policy/json_policies.hpp"

namespace charter::testing {
namespace {

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

}  // namespace
}  // namespace charter::testing
