// What is said of entities, requests and values that do not fit: those made in
// memory and those read from JSON.

#include "charter/policy/request_json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace charter::testing {
namespace {

using namespace charter::policy;

constexpr std::string_view sample_schema = R"(
entity Group;
entity User in [Group] { name: String, age?: Long, groups: Set<Group>, boss?: User } tags Long;
entity Doc;
entity Color enum ["red", "green"];
action all;
action some;
action read in [all] appliesTo {
  principal: [User, Color], resource: Doc,
  context: { purpose: String, ip?: ipaddr, at?: datetime, who?: Color, wide?: {
    first: { a: String, b: String, c: String, d: String, e: String, f: String, g: String },
    second: { a: String, b: String, c: String, d: String, e: String, f: String, g: String },
    third: Long
  } }
};)";

const Schema& schema() {
    static const Schema parsed = Schema::parse(sample_schema).value();
    return parsed;
}

std::string said(const Result<void>& checked) {
    return checked ? "" : checked.error().message();
}

Entity ana() {
    Entity entity;
    entity.uid = EntityUid("User", "ana");
    entity.attributes = Value::record({{"name", Value::string("Ana")}, {"groups", Value::set({})}});
    return entity;
}

/// What is wrong with ana when this attribute is added.
std::string with_attribute(const std::string& name, Value value) {
    Entity entity = ana();
    std::vector<Value::Member> members(entity.attributes.as_record().begin(),
                                       entity.attributes.as_record().end());
    members.emplace_back(name, std::move(value));
    entity.attributes = Value::record(std::move(members));
    return said(check_entities(schema(), {entity}));
}

TEST(ConformanceTest, TellsWhichAttributeDoesNotFit) {
    const Value group = Value::entity(EntityUid("Group", "g"));
    Entity nameless = ana();
    nameless.attributes = Value::record({{"groups", Value::set({group})}});

    EXPECT_EQ(said(check_entities(schema(), {ana()})), "");
    EXPECT_EQ(with_attribute("boss", Value::entity(EntityUid("User", "bo"))), "");
    EXPECT_EQ(with_attribute("agee", Value::integer(3)),
              "User::\"ana\": attribute \"agee\" is not declared; did you mean `age`?");
    EXPECT_EQ(with_attribute("age", Value::string("3")),
              "User::\"ana\": attribute \"age\": expected Long, found string");
    EXPECT_EQ(with_attribute("boss", group),
              "User::\"ana\": attribute \"boss\": expected User, found an entity of type Group");
    EXPECT_EQ(said(check_entities(schema(), {nameless})),
              "User::\"ana\": attribute \"name\" is missing");
    nameless.attributes = Value::string("Ana");
    EXPECT_FALSE(EntityMap::make({nameless}));
    EXPECT_FALSE(check_entities(schema(), {nameless}));
}

TEST(ConformanceTest, ChecksElementsOfSets) {
    Entity entity = ana();
    entity.attributes = Value::record(
        {{"name", Value::string("Ana")}, {"groups", Value::set({Value::integer(1)})}});

    EXPECT_EQ(said(check_entities(schema(), {entity})),
              "User::\"ana\": attribute \"groups\": expected Group, found long");
}

TEST(ConformanceTest, ChecksTags) {
    Entity entity = ana();
    entity.tags = Value::record({{"t", Value::integer(1)}});
    EXPECT_EQ(said(check_entities(schema(), {entity})), "");
    entity.tags = Value::record({{"t", Value::string("1")}});
    EXPECT_EQ(said(check_entities(schema(), {entity})),
              "User::\"ana\": tag \"t\": expected Long, found string");
    entity.tags = Value::integer(1);
    EXPECT_EQ(said(check_entities(schema(), {entity})), "User::\"ana\": tags are a record");
    EXPECT_FALSE(EntityMap::make({entity}));

    Entity untagged;
    untagged.uid = EntityUid("Doc", "d");
    untagged.tags = Value::record({{"t", Value::integer(1)}});
    EXPECT_EQ(said(check_entities(schema(), {untagged})),
              "Doc::\"d\": entities of type Doc have no tags");
}

TEST(ConformanceTest, ChecksTypesAndParents) {
    Entity unknown;
    unknown.uid = EntityUid("Dok", "d");
    Entity parent = ana();
    parent.parents = {EntityUid("Doc", "d")};
    Entity child;
    child.uid = EntityUid("Doc", "d");
    child.parents = {EntityUid("Group", "g")};
    Entity color;
    color.uid = EntityUid("Color", "grey");

    EXPECT_EQ(said(check_entities(schema(), {unknown})),
              "Dok::\"d\": the schema has no entity type `Dok`; did you mean `Doc`?");
    EXPECT_EQ(said(check_entities(schema(), {parent})),
              "User::\"ana\": cannot be in Doc::\"d\": the schema has User in other types");
    EXPECT_EQ(said(check_entities(schema(), {child})),
              "Doc::\"d\": cannot be in Group::\"g\": the schema has Doc in nothing");
    EXPECT_TRUE(
        said(check_entities(schema(), {color}))
            .starts_with("Color::\"grey\": Color::\"grey\" is none of the entities that the "
                         "schema lists for Color"));
}

TEST(ConformanceTest, WantsActionsAsTheSchemaHasThem) {
    Entity read;
    read.uid = EntityUid("Action", "read");
    read.parents = {EntityUid("Action", "all")};
    EXPECT_EQ(said(check_entities(schema(), {read})), "");
    const std::string other =
        "Action::\"read\": the action is not as the schema declares it; it can be left out";
    read.parents = {EntityUid("Action", "some")};
    EXPECT_EQ(said(check_entities(schema(), {read})), other);
    read.parents.clear();
    EXPECT_EQ(said(check_entities(schema(), {read})), other);
    read.uid = EntityUid("Action", "raed");
    EXPECT_EQ(said(check_entities(schema(), {read})),
              "Action::\"raed\": the schema has no action Action::\"raed\"; did you mean "
              "`Action::\"read\"`?");
}

TEST(ConformanceTest, ChecksRequests) {
    const Request good{EntityUid("User", "ana"), EntityUid("Action", "read"), EntityUid("Doc", "d"),
                       Value::record({{"purpose", Value::string("x")}})};
    EXPECT_EQ(said(check_request(schema(), good)), "");

    Request wrong = good;
    wrong.action = EntityUid("Action", "write");
    EXPECT_TRUE(said(check_request(schema(), wrong))
                    .starts_with("the schema has no action Action::\"write\""));
    wrong = good;
    wrong.principal = EntityUid("Group", "g");
    EXPECT_EQ(said(check_request(schema(), wrong)),
              "Action::\"read\" does not apply to a principal of type Group");
    wrong = good;
    wrong.resource = EntityUid("Dok", "d");
    EXPECT_EQ(said(check_request(schema(), wrong)),
              "Dok::\"d\": the schema has no entity type `Dok`; did you mean `Doc`?");
    wrong = good;
    wrong.context = Value::record({{"purpose", Value::integer(1)}});
    EXPECT_EQ(said(check_request(schema(), wrong)),
              "context: attribute \"purpose\": expected String, found long");
    wrong.context = Value::record({{"purpose", Value::string("")}, {"wide", Value::integer(1)}});
    EXPECT_EQ(said(check_request(schema(), wrong)),
              "context: attribute \"wide\": expected record, found long");
}

TEST(EntityMapTest, TakesAnEntityTwiceOnlyWhenBothAreTheSame) {
    EXPECT_TRUE(EntityMap::make({ana(), ana()}));
    Entity other = ana();
    other.attributes = Value::record({});
    Entity tagged = ana();
    tagged.tags = Value::record({{"t", Value::integer(1)}});
    Entity moved = ana();
    moved.parents = {EntityUid("Group", "g")};
    for (const Entity& second : {other, tagged, moved}) {
        const auto map = EntityMap::make({ana(), second});
        ASSERT_FALSE(map);
        EXPECT_EQ(map.error().message(), "User::\"ana\" is given twice, and not the same");
    }
}

std::string context_said(const std::string& json, bool with_schema) {
    const auto context =
        parse_context(json, EntityUid("Action", "read"), with_schema ? &schema() : nullptr);
    return context ? context->to_cedar_text() : "refused: " + context.error().message();
}

TEST(ValuesJsonTest, SaysWhichAttributeIsWrong) {
    const std::string extension =
        "refused: attribute \"a\": __extn takes an object with fn and arg";
    const std::string name =
        "refused: attribute \"a\": an entity is named by an object with type and id";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"1", "refused: the context is an object"},
        {R"({"a":null})", "refused: attribute \"a\": Cedar has no value for this JSON: null"},
        {R"({"a":[1.5]})", "refused: attribute \"a\": Cedar has no value for this JSON: number"},
        {R"({"a":{"b":[true]}})", R"({"a": {"b": [true]}})"},
        {R"({"a":9223372036854775808})",
         "refused: attribute \"a\": a number does not fit 64 bits with sign"},
        {R"({"a":{"__extn":1}})", extension},
        {R"({"a":{"__extn":{"arg":"::1","x":1}}})", extension},
        {R"({"a":{"__extn":{"fn":1,"arg":"::1"}}})", extension},
        {R"({"a":{"__extn":{"fn":"ip"}}})", extension},
        {R"({"a":{"__extn":{"fn":"ip","arg":"::1","x":1}}})", extension},
        {R"({"a":{"__extn":{"fn":"pi","arg":"::1"}}})",
         "refused: attribute \"a\": __extn names an unknown function"},
        {R"({"a":{"__extn":{"fn":"ip","arg":null}}})",
         "refused: attribute \"a\": Cedar has no value for this JSON: null"},
        {R"({"a":{"__extn":{"fn":"ip","args":"::1"}}})",
         "refused: attribute \"a\": `ip` takes 1 argument, found 0"},
        {R"({"a":{"__extn":{"fn":"ip","argument":"::1"}}})",
         "refused: attribute \"a\": `ip` takes 1 argument, found 0"},
        {R"({"a":{"__entity":1}})", name},
        {R"({"a":{"__entity":{"type":"A"}}})", name},
        {R"({"a":{"__entity":{"type":"A","it":"b"}}})", name},
        {R"({"a":{"__entity":{"tipe":"A","id":"b"}}})", name},
        {R"({"a":{"__entity":{"type":1,"id":"b"}}})", name},
        {R"({"a":{"__entity":{"type":"A","id":1}}})", name},
        {R"({"a":{"__entity":{"type":"if","id":"b"}}})",
         "refused: attribute \"a\": \"if\" is no name of an entity type"},
        {R"({"a":{"__entity":{"type":"__cedar","id":"b"}}})",
         "refused: attribute \"a\": \"__cedar\" is no name of an entity type"},
    };
    for (const auto& [json, expected] : cases) {
        EXPECT_EQ(context_said(json, false), expected) << json;
    }
}

TEST(ValuesJsonTest, ReadsValuesAsTheirTypesSay) {
    const std::string loopback = R"({"ip": ip("0:0:0:0:0:0:0:1"), "purpose": "x"})";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"({"ip":"::1","purpose":"x"})", loopback},
        {R"({"ip":{"fn":"ip","arg":"::1"},"purpose":"x"})", loopback},
        {R"({"ip":{"__extn":{"fn":"ip","arg":"::1"}},"purpose":"x"})", loopback},
        {R"({"at":{"fn":"offset","args":["2024-01-01","1d"]},"purpose":"x"})",
         R"({"at": datetime("2024-01-02T00:00:00.000Z"), "purpose": "x"})"},
        {R"({"ip":{"arg":"::1"},"purpose":"x"})",
         "refused: context: attribute \"ip\": `ip` expects string, found record"},
        {R"({"ip":null,"purpose":"x"})",
         "refused: context: attribute \"ip\": Cedar has no value for this JSON: null"},
        {R"({"who":{"type":"Color","id":"red"},"purpose":"x"})",
         R"({"purpose": "x", "who": Color::"red"})"},
        {R"({"who":"red","purpose":"x"})",
         "refused: context: attribute \"who\": an entity is named by an object with type and id"},
        {R"({"wide":{"first":1},"purpose":"x"})",
         R"(refused: context: attribute "wide": attribute "first": expected {"a": String, "b": String, "c": String, "d": String, "e": String, "f": String, "g": String}, found number)"},
        {R"({"purpos":"x"})",
         "refused: context: attribute \"purpos\" is not declared; did you mean `purpose`?"},
        {R"({})", "refused: context: attribute \"purpose\" is missing"},
    };
    for (const auto& [json, expected] : cases) {
        EXPECT_EQ(context_said(json, true), expected) << json;
    }
}

std::string request_said(const std::string& json, bool with_schema = false) {
    const auto request = parse_request(json, with_schema ? &schema() : nullptr);
    return request ? request->principal.text() + " " + request->action.text() + " " +
                         request->resource.text() + " " + request->context.to_cedar_text()
                   : "refused: " + request.error().message();
}

TEST(RequestJsonTest, ReadsARequest) {
    const std::string names =
        R"("principal":"User::\"ana\"","action":"Action::\"read\"","resource":"Doc::\"d\"")";
    const std::string read = R"(User::"ana" Action::"read" Doc::"d" )";

    EXPECT_EQ(request_said("{" + names + "}"), read + "{}");
    EXPECT_EQ(request_said("{" + names + R"(,"context":{"ip":"::1"}})"), read + R"({"ip": "::1"})");
    EXPECT_EQ(request_said("{" + names + R"(,"context":{"ip":"::1","purpose":"x"}})", true),
              read + R"({"ip": ip("0:0:0:0:0:0:0:1"), "purpose": "x"})");
    EXPECT_EQ(request_said("{" + names + R"(,"context":{"purpos":"x"}})", true),
              "refused: context: attribute \"purpos\" is not declared; did you mean `purpose`?");
    EXPECT_EQ(request_said("{" + names + R"(,"context":[]})"), "refused: the context is an object");
    EXPECT_EQ(request_said("{" + names + R"(,"context":{"__entity":{"type":"A","id":"b"}}})"),
              "refused: the context is a record");
}

TEST(RequestJsonTest, SaysWhatIsWrongWithARequest) {
    EXPECT_EQ(request_said("{"), "refused: not JSON at byte 2");
    EXPECT_EQ(context_said("{", false), "refused: not JSON at byte 2");
    EXPECT_EQ(request_said("[]"), "refused: a request is an object");
    EXPECT_EQ(request_said(R"({"who":1})"), "refused: a request has no member \"who\"");
    EXPECT_EQ(request_said(R"({"principal":"A::\"b\""})"),
              "refused: a request has `principal`, `action` and `resource`");
    EXPECT_EQ(request_said(R"({"principal":{"type":"A","id":"b"},"action":"","resource":""})"),
              "refused: /principal: expected an entity such as User::\"alice\"");
    EXPECT_EQ(request_said(R"({"principal":"A","action":"","resource":""})"),
              "refused: /principal: line 1, column 2: expected `::`, found the end of the text");
}

}  // namespace
}  // namespace charter::testing
