// What a schema means once its names are found, and what is said when they are not.

#include "charter/policy/schema.hpp"
#include "charter/base/limits.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace charter::testing {
namespace {

using namespace charter::policy;

using Names = std::vector<std::string>;

Schema parsed(const std::string& text) {
    const Result<Schema> schema = Schema::parse(text);
    EXPECT_TRUE(schema) << schema.error().message();
    return *schema;
}

std::string error_of(const std::string& text) {
    const Result<Schema> schema = Schema::parse(text);
    return schema ? "accepted" : schema.error().message();
}

std::string attribute_type(const Schema& schema, std::string_view type, std::string_view name) {
    return schema.entity_type(type)->attributes.find(name)->type.text();
}

TEST(SchemaTest, ReplacesCommonTypesByWhatTheyStandFor) {
    const Schema schema = parsed(R"(
        type Name = String;
        type Address = { "zip code": Long, street?: Name };
        entity User = { home: Address, others: Set<Address>, boss?: User, "ip": ipaddr };)");

    EXPECT_EQ(schema.entity_type("User")->attributes.text(),
              R"({"boss"?: User, "home": {"street"?: String, "zip code": Long}, "ip": ipaddr, )"
              R"("others": Set<{"street"?: String, "zip code": Long}>})");
    EXPECT_FALSE(schema.entity_type("User")->attributes.find("boss")->required);
    EXPECT_EQ(schema.entity_type("User")->attributes.find("bos"), nullptr);
    EXPECT_EQ(schema.entity_type("Address"), nullptr);
}

TEST(SchemaTest, FindsANameInTheOwnNamespaceFirst) {
    const Schema schema = parsed(R"(
        entity Global;
        namespace N { type T = Long; entity String; entity A { t: T, s: String, g: Global, c: __cedar::String }; }
        namespace M { entity T; entity B { t: T, n: N::T, s: String }; })");

    EXPECT_EQ(attribute_type(schema, "N::A", "t"), "Long");
    EXPECT_EQ(attribute_type(schema, "N::A", "s"), "N::String");
    EXPECT_EQ(attribute_type(schema, "N::A", "g"), "Global");
    EXPECT_EQ(attribute_type(schema, "N::A", "c"), "String");
    EXPECT_EQ(attribute_type(schema, "M::B", "t"), "M::T");
    EXPECT_EQ(attribute_type(schema, "M::B", "n"), "Long");
    EXPECT_EQ(attribute_type(schema, "M::B", "s"), "String");
}

TEST(SchemaTest, TakesACommonTypeBeforeAnEntityTypeOfTheSameName) {
    const Schema schema = parsed("entity T; type T = Long; entity A in [T] { t: T };");

    EXPECT_EQ(attribute_type(schema, "A", "t"), "Long");
    EXPECT_EQ(schema.entity_type("A")->parents, Names{"T"});
}

TEST(SchemaTest, ClosesTheHierarchyOfEntityTypes) {
    const Schema schema = parsed(R"(
        entity Top; entity Middle in Top; entity Low in [Middle]; entity Ring in [Ring, Low];
        entity Role enum ["b", "a"];)");

    EXPECT_EQ(schema.entity_type("Low")->parents, Names{"Middle"});
    EXPECT_EQ(schema.entity_type("Low")->ancestors, (Names{"Middle", "Top"}));
    EXPECT_EQ(schema.entity_type("Ring")->ancestors, (Names{"Low", "Middle", "Ring", "Top"}));
    EXPECT_TRUE(schema.entity_type("Top")->ancestors.empty());
    EXPECT_EQ(schema.entity_type("Role")->ids, (Names{"a", "b"}));
    EXPECT_FALSE(schema.entity_type("Role")->tags);
}

TEST(SchemaTest, KnowsTheActionsAndTheirGroupsAcrossNamespaces) {
    const Schema schema = parsed(R"(
        entity User, Doc;
        type Context = { mfa: Bool };
        action all;
        namespace N {
            action "read" in [Action::"all"];
            action view, list in read appliesTo { principal: [User], resource: Doc, context: Context };
        })");
    const EntityUid read("N::Action", "read");
    const EntityUid all("Action", "all");
    const ActionInfo* view = schema.action(EntityUid("N::Action", "view"));

    ASSERT_NE(view, nullptr);
    EXPECT_EQ(view->parents, std::vector<EntityUid>{read});
    EXPECT_EQ(view->ancestors, (std::vector<EntityUid>{all, read}));
    EXPECT_EQ(view->principals, Names{"User"});
    EXPECT_EQ(view->resources, Names{"Doc"});
    EXPECT_EQ(view->context.text(), R"({"mfa": Bool})");
    EXPECT_TRUE(schema.action(all)->principals.empty());
    EXPECT_EQ(schema.action(all)->context.text(), "{}");
    EXPECT_EQ(schema.actions().size(), 4U);
    EXPECT_TRUE(EntityMap::make(schema.action_entities())->is_in(view->uid, all));
}

TEST(SchemaTest, ReadsTheSameFromJson) {
    const std::string text = R"(
        type T = { a?: Set<User> };
        entity User in [User] = { t: T, d: decimal } tags Bool;
        action a appliesTo { principal: User, resource: User, context: T };)";
    const Result<Schema> json = Schema::parse_json(*schema_text_to_json(text));
    const Schema schema = parsed(text);

    ASSERT_TRUE(json) << json.error().message();
    EXPECT_EQ(json->entity_type("User")->attributes, schema.entity_type("User")->attributes);
    EXPECT_EQ(json->entity_type("User")->tags, schema.entity_type("User")->tags);
    EXPECT_EQ(json->action(EntityUid("Action", "a"))->context,
              schema.action(EntityUid("Action", "a"))->context);
}

TEST(SchemaTest, SaysWhereAndWhatWasExpected) {
    EXPECT_EQ(error_of("entity User;\nentity Doc in [Usr];"),
              "line 2, column 16: unknown entity type `Usr`; did you mean `User`?");
    EXPECT_EQ(error_of("entity A { a: Lng };"),
              "line 1, column 15: unknown type `Lng`; did you mean `Long`?");
    EXPECT_EQ(error_of("entity A { a: Set };"),
              "line 1, column 15: unknown type `Set`; a set is written `Set<…>`");
    EXPECT_EQ(error_of("namespace N { entity A; } namespace M { entity B in A; }"),
              "line 1, column 53: unknown entity type `A`; did you mean `N::A`?");
    EXPECT_EQ(error_of("action a in raed; action read;"),
              "line 1, column 13: unknown action Action::\"raed\"; did you mean `read`?");
    EXPECT_EQ(error_of("entity A { a: Long b: Long };"),
              "line 1, column 20: expected `,` or `}`, found `b`");
    EXPECT_EQ(error_of("type T = { a: T };"),
              "line 1, column 15: the common type `T` is made of itself");
    EXPECT_EQ(error_of("action a in b;\naction b in a;"),
              "line 1, column 8: the action Action::\"a\" is in itself");
    EXPECT_EQ(error_of("entity A; namespace N { entity A; }"),
              "line 1, column 32: `N::A` would hide `A` of the empty namespace, which is not "
              "allowed");
    // What may follow an action depends on what it has.
    EXPECT_EQ(error_of("action a b;"),
              "line 1, column 10: expected `,`, `in`, `appliesTo` or `;`, found `b`");
    EXPECT_EQ(error_of("action a in [c], b;"),
              "line 1, column 16: expected `appliesTo` or `;`, found `,`");
    EXPECT_EQ(error_of("entity U; action a appliesTo { principal: U, resource: U }, b;"),
              "line 1, column 59: expected `;`, found `,`");
}

TEST(SchemaTest, CollectsTheErrorsOfSeveralDeclarations) {
    const auto schema =
        Schema::parse("entity ;\nentity A in [;\nnamespace N {\n action in;\n}\ntype = Long;");

    ASSERT_FALSE(schema);
    ASSERT_EQ(schema.error().violations().size(), 4U);
    EXPECT_EQ(schema.error().violations()[2].detail,
              "line 4, column 9: `in` is reserved and cannot be a name");
    EXPECT_EQ(Schema::parse("entity A {x: X1, y: Y1, z: Z1};").error().violations().size(), 3U);
}

TEST(SchemaTest, NamesThePlaceInJson) {
    const auto syntax = Schema::parse_json(
        R"({"N": {"entityTypes": {"A": {"shape": {"type": "Record", "attributes": {"x/y": {"type": "Set"}}}}}, "actions": {}}})");
    const auto names = Schema::parse_json(
        R"({"N": {"entityTypes": {"A": {"memberOfTypes": ["B"]}}, "actions": {}}})");

    EXPECT_EQ(syntax.error().message(),
              "/N/entityTypes/A/shape/attributes/x~1y: `element` is missing");
    EXPECT_EQ(syntax.error().violations().front().pointer,
              "/N/entityTypes/A/shape/attributes/x~1y");
    EXPECT_EQ(names.error().message(),
              "entity type `N::A`: unknown entity type `B`; did you mean `A`?");
}

TEST(SchemaTest, KeepsAnnotationsAndCommonTypesInTranslation) {
    const std::string text =
        "@doc(\"all \\\"of\\\" it\")\nnamespace N {\n  @internal\n  type T = {\n    @doc(\"x\")\n"
        "    a?: Long\n  };\n\n  entity A = {\n    t: T\n  };\n}\n";

    EXPECT_EQ(*schema_json_to_text(*schema_text_to_json(text)), text);
}

std::string repeated(const std::string& piece, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out += piece;
    }
    return out;
}

TEST(SchemaLimitsTest, RefusesTypesThatAreTooDeep) {
    const auto nested = [](std::size_t depth) {
        return "entity A {a: " + repeated("Set<", depth) + "Long" + repeated(">", depth) + "};";
    };

    EXPECT_EQ(error_of(nested(limits::schema_type_depth_max - 3)), "accepted");
    EXPECT_NE(error_of(nested(limits::schema_type_depth_max + 1)), "accepted");
    EXPECT_NE(error_of("entity A {a: " + repeated("Set<", 100'000)), "accepted");
    EXPECT_NE(error_of("entity A {a: " + repeated("{a:", 100'000)), "accepted");
}

TEST(SchemaLimitsTest, RefusesTypesThatGrowThroughTheirNames) {
    std::string doubling = "type T0 = Long;";
    std::string chain = "type C0 = Long;";
    for (int i = 1; i < 30; ++i) {
        const std::string last = "T" + std::to_string(i - 1);
        doubling += "type T" + std::to_string(i) + " = {a: " + last + ", b: " + last + "};";
    }
    for (int i = 1; i < 10'000; ++i) {
        chain += "type C" + std::to_string(i) + " = C" + std::to_string(i - 1) + ";";
    }

    EXPECT_NE(error_of(doubling), "accepted");
    EXPECT_NE(error_of(chain), "accepted");
}

TEST(SchemaLimitsTest, RefusesHierarchiesThatTakeTooLong) {
    std::string actions = "action a0;";
    for (int i = 1; i < 3'000; ++i) {
        actions += "action a" + std::to_string(i) + " in a" + std::to_string(i - 1) + ";";
    }
    std::string names = "entity A0";
    for (int i = 1; i < 5'000; ++i) {
        names += ", A" + std::to_string(i);
    }
    const std::string list = "[" + names.substr(7) + "]";

    EXPECT_NE(error_of(actions).find("too many"), std::string::npos) << error_of(actions);
    EXPECT_NE(error_of(names + " in " + list + ";").find("too many"), std::string::npos);
}

TEST(SchemaLimitsTest, DoesNotWriteMoreThanItsLimit) {
    std::string names = "entity A0";
    std::string shape;
    for (int i = 1; i < 2'000; ++i) {
        names += ", A" + std::to_string(i);
        shape += "attribute" + std::to_string(i) + ": Long, ";
    }

    const auto json = schema_text_to_json(names + " {" + shape + "};");
    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().code(), ErrorCode::too_large);
}

TEST(SchemaLimitsTest, AnswersToAnyBytes) {
    const std::string text =
        "@a(\"b\") namespace N { entity A, B in [A] = {\"a\"?: Set<{x: Long}>} tags T; type T = "
        "decimal; action x, \"y\" in [x] appliesTo {principal: [A], resource: B, context: {}}; "
        "entity E enum [\"a\"]; }";
    const std::string json = *schema_text_to_json(
        "entity A {a?: Set<{x: Long}>}; @a(\"b\") type T "
        "= decimal; action x appliesTo {principal: A, "
        "resource: A};");
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        static_cast<void>(Schema::parse(text.substr(0, cut)));
    }
    std::mt19937 random(7);
    for (int i = 0; i < 20'000; ++i) {
        std::string changed = i % 2 == 0 ? text : json;
        for (int changes = 0; changes < 3; ++changes) {
            const std::size_t at = random() % changed.size();
            switch (random() % 3) {
                case 0:
                    changed[at] = static_cast<char>(random() % 256);
                    break;
                case 1:
                    changed.erase(at, 1 + random() % 4);
                    break;
                default:
                    changed.insert(at, changed.substr(random() % changed.size(), 5));
            }
        }
        const auto schema = i % 2 == 0 ? Schema::parse(changed) : Schema::parse_json(changed);
        if (!schema) {
            EXPECT_EQ(schema.error().code(), ErrorCode::invalid_request);
        }
    }
}

}  // namespace
}  // namespace charter::testing
