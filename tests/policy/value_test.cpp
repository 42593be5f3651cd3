// Values, entity names and entities in memory, and their JSON.

#include "support/policy_world.hpp"

#include "policy/entities_json.hpp"

#include <nlohmann/json.hpp>

namespace charter::testing {
namespace {

TEST(ValueTest, KeepsSetsSortedAndWithoutRepetition) {
    const Value set = Value::set({Value::integer(2), Value::string("a"), Value::integer(1),
                                  Value::integer(2), Value::boolean(true)});

    EXPECT_EQ(set.to_cedar_text(), "[true, 1, 2, \"a\"]");
    EXPECT_TRUE(set.contains(Value::integer(2)));
    EXPECT_FALSE(set.contains(Value::integer(3)));
}

TEST(ValueTest, KeepsTheLastOfEqualMembers) {
    const Value record = Value::record(
        {{"b", Value::integer(1)}, {"a", Value::integer(2)}, {"b", Value::integer(3)}});

    EXPECT_EQ(record.to_cedar_text(), "{\"a\": 2, \"b\": 3}");
    EXPECT_EQ(record.find("b")->as_integer(), 3);
    EXPECT_EQ(record.find("c"), nullptr);
}

TEST(ValueTest, WritesTextThatReadsBackToTheSameValue) {
    const std::vector<Value> values = {
        Value::boolean(false),
        Value::integer(std::numeric_limits<std::int64_t>::min()),
        Value::string(std::string("a\"b\\\n\r\t\0\x01\x7f é", 13)),
        Value::entity(uid("A::B", "x\"y")),
        Value::decimal(std::numeric_limits<std::int64_t>::min()),
        Value::decimal(-1),
        Value::datetime(1'700'000'000'123),
        Value::datetime(std::numeric_limits<std::int64_t>::min()),
        Value::duration(-5),
        *Value::parse_ip_address("2001:db8::/32"),
        *Value::parse_ip_address("::ffff:102:304"),
        Value::set({Value::set({}), Value::record({{"a b", Value::integer(1)}})}),
    };

    for (const Value& value : values) {
        EXPECT_EQ(evaluated(value.to_cedar_text()), value.to_cedar_text());
        EXPECT_EQ(evaluated(value.to_cedar_text() + " == " + value.to_cedar_text()), "true");
    }
}

TEST(EntityUidTest, IsEqualByTypeAndId) {
    EXPECT_EQ(uid("A", "b"), uid("A", "b"));
    EXPECT_EQ(uid("A", "b").hash(), uid("A", "b").hash());
    EXPECT_NE(uid("A", "b"), uid("b", "A"));
    EXPECT_LT(uid("A", "z"), uid("B", "a"));
    EXPECT_EQ(EntityUid(), EntityUid("", ""));
    EXPECT_EQ(uid("Group", "customer/owners").text(), "Group::\"customer/owners\"");
}

TEST(EntityMapTest, RefusesCyclesAndRepetition) {
    Entity a;
    a.uid = uid("G", "a");
    a.parents = {uid("G", "b")};
    Entity b;
    b.uid = uid("G", "b");
    b.parents = {uid("G", "a")};

    EXPECT_EQ(EntityMap::make({a, b}).error().code(), ErrorCode::invalid_request);
    Entity other = a;
    other.parents = {uid("G", "c")};
    EXPECT_TRUE(EntityMap::make({a, a}));
    EXPECT_EQ(EntityMap::make({a, other}).error().message(),
              "G::\"a\" is given twice, and not the same");
}

TEST(EntityMapTest, FindsAncestorsThroughEntitiesThatExist) {
    const EntityMap entities = sample_entities();

    EXPECT_TRUE(entities.is_in(uid("User", "ana"), uid("Group", "staff")));
    EXPECT_TRUE(entities.is_in(uid("Nobody", "x"), uid("Nobody", "x")));
    EXPECT_FALSE(entities.is_in(uid("Group", "staff"), uid("User", "ana")));
    EXPECT_EQ(entities.find(uid("Group", "staff")), nullptr);
}

TEST(EntitiesJsonTest, ReadsEscapesAndPlainValues) {
    const auto entities = entities_from_json(Json::parse(R"([{
        "uid": {"__entity": {"type": "User", "id": "ana"}},
        "attrs": {"boss": {"__entity": {"type": "User", "id": "bo"}},
                  "home": {"__extn": {"fn": "ip", "arg": "10.0.0.1"}},
                  "since": {"__extn": {"fn": "offset", "args": [
                      {"__extn": {"fn": "datetime", "arg": "1970-01-01"}},
                      {"__extn": {"fn": "duration", "arg": "5ms"}}]}},
                  "plain": {"type": "T", "id": "i"}, "list": [2, 1, 2], "big": -9223372036854775808},
        "tags": {"t": "v"},
        "parents": [{"type": "Group", "id": "g"}]}])"));

    ASSERT_TRUE(entities) << entities.error().message();
    const Entity* ana = entities->find(uid("User", "ana"));
    ASSERT_NE(ana, nullptr);
    EXPECT_EQ(ana->attributes.to_cedar_text(),
              "{\"big\": -9223372036854775808, \"boss\": User::\"bo\", \"home\": ip(\"10.0.0.1\"), "
              "\"list\": [1, 2], \"plain\": {\"id\": \"i\", \"type\": \"T\"}, "
              "\"since\": datetime(\"1970-01-01T00:00:00.005Z\")}");
    EXPECT_EQ(ana->tags.to_cedar_text(), "{\"t\": \"v\"}");
    EXPECT_TRUE(entities->is_in(ana->uid, uid("Group", "g")));
}

TEST(EntitiesJsonTest, RefusesWhatCedarHasNoValueFor) {
    for (const char* text : {"null", "1.5", "18446744073709551615", R"({"__entity": 1})",
                             R"({"__extn": {"fn": "nothing", "arg": "x"}})",
                             R"({"__extn": {"fn": "ip", "arg": "x"}})", R"([[null]])"}) {
        EXPECT_FALSE(value_from_json(Json::parse(text))) << text;
    }
    for (const char* text : {"{}", "[1]", R"([{"uid": {"type": "T"}}])",
                             R"([{"uid": {"type": "T", "id": "i"}, "attrs": 1}])",
                             R"([{"uid": {"type": "T", "id": "i"}, "other": 1}])",
                             R"([{"uid": {"type": "T", "id": "i"}, "parents": {}}])",
                             R"([{"uid": {"type": "A::Action", "id": "read"}, "attrs": {},
                                  "parents": [{"type": "T", "id": "i"}]}])"}) {
        EXPECT_FALSE(entities_from_json(Json::parse(text))) << text;
    }
}

}  // namespace
}  // namespace charter::testing
