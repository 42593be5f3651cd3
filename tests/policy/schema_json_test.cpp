// Schemas in JSON: what is wrong and where, and what the text form can say of them.

#include "charter/policy/schema.hpp"
#include "charter/base/limits.hpp"

#include <gtest/gtest.h>

#include <string>

namespace charter::testing {
namespace {

using namespace charter::policy;

std::string space(const std::string& types, const std::string& actions = "") {
    return R"({"":{"entityTypes":{)" + types + R"(},"actions":{)" + actions + "}}}";
}
std::string shaped(const std::string& type) {
    return space(R"("A":{"shape":{"type":"Record","attributes":{"x":)" + type + "}}}");
}

TEST(SchemaJsonTest, SaysWhatIsWrongAndWhere) {
    const std::string applies = R"("a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"])";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"({"":{"entityTypes":{},"actions":{},"annotations":{"a":"b"}}})",
         "/: the empty namespace has no annotations"},
        {R"({"N":{"entityTypes":{},"actions":{},"annotations":1}})",
         "/N/annotations: expected an object"},
        {R"({"N":{"entityTypes":{},"actions":{},"annotations":{"a":1}}})",
         "/N/annotations/a: expected a string"},
        {R"({"N":{"entityTypes":{},"actions":{},"annotations":{"a b":""}}})",
         "/N/annotations/a b: is no name of an annotation"},
        {R"({"N":{"actions":{}}})", "/N: `entityTypes` is missing"},
        {R"({"":{"commonTypes":{"__cedar":{"type":"Long"}},"entityTypes":{},"actions":{}}})",
         "//commonTypes/__cedar: is no name of a common type"},
        {space(R"("A":{"annotations":1})"), "//entityTypes/A/annotations: expected an object"},
        {space(R"("A":{"enum":[]})"), "//entityTypes/A: `enum` has at least one id"},
        {space(R"("A":{"enum":[1]})"), "//entityTypes/A/enum/0: expected a string"},
        {space(R"("A":{"memberOfTypes":1})"), "//entityTypes/A/memberOfTypes: expected an array"},
        {space(R"("A":1)"), "//entityTypes/A: expected an object"},
        {R"({"N":1})", "/N: expected an object"},
        {R"({"a~b":1})", "/a~0b: is no name of a namespace"},
        {space("", R"("a":{"annotations":1})"), "//actions/a/annotations: expected an object"},
        {space("", R"("a":{"attributes":1})"), "//actions/a: `attributes` is an object"},
        {space("", R"("a":{"memberOf":[1]})"), "//actions/a/memberOf/0: expected an object"},
        {space("", R"("a":{"memberOf":[{}]})"), "//actions/a/memberOf/0: `id` is missing"},
        {space("", R"("a":{"memberOf":[{"id":1}]})"), "//actions/a/memberOf/0: expected a string"},
        {space("", R"("a":{"memberOf":[{"id":"b","type":1}]})"),
         "//actions/a/memberOf/0: expected a string"},
        {space("", R"("a":{"memberOf":[{"id":"b","type":"A B"}]})"),
         R"(//actions/a/memberOf/0: "A B" is no name of a type)"},
        {space("", R"("a":{"appliesTo":{"principalTypes":[]}})"),
         "//actions/a/appliesTo: `resourceTypes` is missing"},
        {space("", R"("a":{"appliesTo":{"principalTypes":1,"resourceTypes":[]}})"),
         "//actions/a/appliesTo/principalTypes: expected an array"},
        {space("", R"("a":{"appliesTo":{"principalTypes":[],"resourceTypes":[1]}})"),
         "//actions/a/appliesTo/resourceTypes/0: expected a string"},
        {space(R"("A":{})", applies + R"(,"context":1}})"),
         "//actions/a/appliesTo/context: expected an object"},
        {shaped("1"), "//entityTypes/A/shape/attributes/x: expected an object"},
        {shaped("{}"), "//entityTypes/A/shape/attributes/x: a type is an object with `type`"},
        {shaped(R"({"type":1})"), "//entityTypes/A/shape/attributes/x: expected a string"},
        {shaped(R"({"type":"Entity"})"), "//entityTypes/A/shape/attributes/x: `name` is missing"},
        {shaped(R"({"type":"Extension","name":"a::b"})"),
         R"(//entityTypes/A/shape/attributes/x: "a::b" is no name of an extension type)"},
        {shaped(R"({"type":"Extension","name":"__cedar"})"),
         R"(//entityTypes/A/shape/attributes/x: "__cedar" is no name of an extension type)"},
        {shaped(R"({"type":"Long","required":1})"),
         "//entityTypes/A/shape/attributes/x: `required` is true or false"},
        {shaped(R"({"type":"Record","attributes":[]})"),
         "//entityTypes/A/shape/attributes/x/attributes: expected an object"},
        {shaped(R"({"type":"Long","name":"x"})"),
         R"(//entityTypes/A/shape/attributes/x: unknown member "name")"},
    };
    for (const auto& [json, expected] : cases) {
        const auto schema = Schema::parse_json(json);
        EXPECT_EQ(schema ? "accepted" : schema.error().message(), expected) << json;
    }
}

TEST(SchemaJsonTest, RefusesTypesThatAreTooDeep) {
    std::string type = R"({"type":"Long"})";
    for (int i = 0; i < 1'000; ++i) {
        type = R"({"type":"Set","element":)" + type + "}";
    }
    EXPECT_FALSE(Schema::parse_json(shaped(type)));
}

TEST(SchemaJsonTest, IsWrittenAsText) {
    const auto text = schema_json_to_text(
        R"({"":{"commonTypes":{"T":{"type":"Record","attributes":{}}},"entityTypes":{"A":{"shape":{"type":"Record",)"
        R"("attributes":{"b":{"type":"Boolean"},"e":{"type":"Entity","name":"A"},"i d":{"type":"Extension","name":"ipaddr"},)"
        R"("l":{"type":"Long","required":false},"r":{"type":"Record","attributes":{}},"s":{"type":"Set","element":{"type":"String"}},)"
        R"("t":{"type":"T"}}}}},"actions":{"a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"T"}}},)"
        R"("b":{"appliesTo":{"principalTypes":[],"resourceTypes":["A"]}},)"
        R"("c":{"appliesTo":{"principalTypes":["A"],"resourceTypes":[]},"memberOf":[{"id":"a"},{"id":"b","type":"Action"}]}}}})");
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_EQ(
        *text,
        "type T = {};\n\nentity A = {\n  b: __cedar::Bool,\n  e: A,\n  \"i d\": __cedar::ipaddr,\n"
        "  l?: __cedar::Long,\n  r: {},\n  s: Set<__cedar::String>,\n  t: T\n};\n\n"
        "action \"a\" appliesTo {\n  principal: [A],\n  resource: [A],\n  context: T\n};\n\n"
        "action \"b\";\n\naction \"c\" in [\"a\", Action::\"b\"];\n");
    const auto again = Schema::parse(*text);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(
        again->entity_type("A")->attributes.text(),
        R"({"b": Bool, "e": A, "i d": ipaddr, "l"?: Long, "r": {}, "s": Set<String>, "t": {}})");
}

TEST(SchemaJsonTest, IsNotWrittenAsTextThatWouldSayAnotherThing) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {space("", R"("a":{"attributes":{}})"),
         "action Action::\"a\": attributes of actions are not supported"},
        {space(R"("A":{"shape":{"type":"Long"}})"),
         "entity type `A`: the shape of `A` is a record, not Long"},
        {space(R"("A":{"shape":{"type":"Record","attributes":{},"additionalAttributes":true}})"),
         "entity type `A`: records with more attributes than are declared (`additionalAttributes`) "
         "are not "
         "supported"},
        {space(
             R"("A":{})",
             R"("a":{"appliesTo":{"principalTypes":["A"],"resourceTypes":["A"],"context":{"type":"Long"}}})"),
         "action Action::\"a\": the context of Action::\"a\" is a record, not Long"},
        {R"({"":{"commonTypes":{"A":{"type":"Long"}},"entityTypes":{"A":{},"B":{"shape":{"type":"Record","attributes":{"x":{"type":"Entity","name":"A"}}}}},"actions":{}}})",
         "entity `B`: the entity type `A` has the name of a common type, which the text form would "
         "take it for"},
        {R"({"N":{"commonTypes":{"A":{"type":"Long"}},"entityTypes":{"A":{}},"actions":{}}})",
         "`N::A` is both an entity type and a common type, which the text form cannot tell apart"},
    };
    for (const auto& [json, expected] : cases) {
        const auto text = schema_json_to_text(json);
        EXPECT_EQ(text ? *text : text.error().message(), expected) << json;
    }
}

TEST(SchemaJsonTest, IsNotWrittenAsTextThatIsTooLarge) {
    // One byte in JSON, six in the text: \u{7f}.
    const std::string id(limits::schema_written_bytes_max / 4, '\x7f');
    const std::string large = R"("a":{"enum":[")" + id + R"("]},"b":{})";

    for (const std::string& json : {space(large), space(large, R"("x":{})")}) {
        const auto text = schema_json_to_text(json);
        ASSERT_FALSE(text);
        EXPECT_EQ(text.error().code(), ErrorCode::too_large);
        EXPECT_EQ(text.error().message(), "the schema is too large when it is written");
    }
}

TEST(SchemaJsonTest, IsTranslatedFromTextWithEveryKindOfType) {
    const auto json = schema_text_to_json("type T = Long; entity A { s: Set<T> } tags String;");
    ASSERT_TRUE(json) << json.error().message();
    EXPECT_EQ(*json, *schema_text_to_json(*schema_json_to_text(*json)));
}

TEST(TypeTest, IsEqualToATypeThatSaysTheSame) {
    const auto schema = Schema::parse(
        "entity A { a: Set<Long>, b: Set<Long>, c: Set<Bool>, d: {x: Long}, e: {x: Long}, f: {x?: "
        "Long},"
        " g: decimal, h: datetime, i: duration, j: A };");
    ASSERT_TRUE(schema) << schema.error().message();
    const Type& record = schema->entity_type("A")->attributes;
    const auto type = [&](std::string_view name) { return record.find(name)->type; };

    EXPECT_EQ(type("a"), type("b"));
    EXPECT_FALSE(type("a") == type("c"));
    EXPECT_EQ(type("d"), type("e"));
    EXPECT_FALSE(type("d") == type("f"));
    EXPECT_FALSE(type("a") == type("d"));
    EXPECT_EQ(type("a"), type("a"));
    EXPECT_EQ(type("j").find("a"), nullptr);
    EXPECT_EQ(
        record.text(),
        R"({"a": Set<Long>, "b": Set<Long>, "c": Set<Bool>, "d": {"x": Long}, "e": {"x": Long}, )"
        R"("f": {"x"?: Long}, "g": decimal, "h": datetime, "i": duration, "j": A})");
}

}  // namespace
}  // namespace charter::testing
