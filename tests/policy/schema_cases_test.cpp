// Odd and hostile schemas, entities and requests, judged as the official engine
// judges them. tests/peers/schema.test.mjs asks it whether the file is right.

#include "charter/policy/schema.hpp"
#include "policy/entities_json.hpp"
#include "policy/json_text.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace charter::testing {
namespace {

using namespace charter::policy;

class SchemaCases : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        std::ifstream in(std::string(CHARTER_SOURCE_DIR) + "/tests/policy/schema_cases.json");
        cases_ = Json::parse(in);
    }
    static void TearDownTestSuite() { cases_ = Json(); }

    static Result<Schema> parse(const Json& test) {
        const auto text = test.at("schema").get<std::string>();
        return test.at("form") == "text" ? Schema::parse(text) : Schema::parse_json(text);
    }

    static Schema entities_schema() {
        return *Schema::parse(cases_.at("entities_schema").get<std::string>());
    }

    static bool expected(const Json& test) {
        return test.value("accepted", false) && !test.value("stricter", false);
    }

    static inline Json cases_;
};

/// The official text form writes `Action::"a"` for an action named without its type.
Json with_action_types(Json schema) {
    for (auto& space : schema) {
        for (auto& action : space["actions"]) {
            if (action.contains("memberOf")) {
                for (Json& parent : action["memberOf"]) {
                    if (!parent.contains("type")) {
                        parent["type"] = "Action";
                    }
                }
            }
        }
    }
    return schema;
}

TEST_F(SchemaCases, AreAcceptedOrRefusedAsTheOfficialEngineDoes) {
    ASSERT_GT(cases_.at("schemas").size(), 400U);
    for (const Json& test : cases_.at("schemas")) {
        const Result<Schema> schema = parse(test);

        EXPECT_EQ(schema.has_value(), expected(test))
            << test.at("form") << " " << test.at("what") << ": "
            << (schema ? "accepted" : schema.error().message());
        if (!schema) {
            EXPECT_EQ(schema.error().code(), ErrorCode::invalid_request) << test.at("what");
            EXPECT_FALSE(schema.error().violations().empty() && test.at("form") == "text");
        }
    }
}

TEST_F(SchemaCases, AreTranslatedAsTheOfficialTranslatorDoes) {
    for (const Json& test : cases_.at("schemas")) {
        const auto schema = test.at("schema").get<std::string>();
        if (!test.contains("json")) {
            continue;
        }
        const bool is_text = test.at("form") == "text";
        const Result<std::string> text = is_text ? schema : schema_json_to_text(schema);
        ASSERT_TRUE(text) << test.at("what") << ": " << text.error().message();
        const Result<std::string> json = schema_text_to_json(*text);
        ASSERT_TRUE(json) << test.at("what") << ": " << json.error().message() << "\n" << *text;

        EXPECT_EQ(with_action_types(Json::parse(*json)), with_action_types(test.at("json")))
            << test.at("form") << " " << test.at("what") << "\n"
            << *text;
    }
}

TEST_F(SchemaCases, SurviveTranslationThereAndBack) {
    for (const Json& test : cases_.at("schemas")) {
        if (!expected(test) || test.at("form") != "text") {
            continue;
        }
        const auto schema = test.at("schema").get<std::string>();
        const Result<std::string> json = schema_text_to_json(schema);
        ASSERT_TRUE(json) << test.at("what");
        const Result<std::string> text = schema_json_to_text(*json);
        if (!text) {
            // The one thing that text can say and not take back: an entity type and a
            // common type of the same name in a namespace.
            EXPECT_NE(text.error().message().find("both an entity type and a common type"),
                      std::string::npos)
                << text.error().message();
            continue;
        }

        EXPECT_EQ(*schema_text_to_json(*text), *json) << test.at("what") << "\n" << *text;
        EXPECT_EQ(Schema::parse(*text)->entity_types().size(),
                  Schema::parse(schema)->entity_types().size());
    }
}

TEST_F(SchemaCases, EntitiesAreCheckedAsTheOfficialEngineDoes) {
    const Schema schema = entities_schema();
    for (const Json& test : cases_.at("entities")) {
        const auto entities = entities_from_json(test.at("entities"), schema);

        EXPECT_EQ(entities.has_value(), expected(test))
            << test.at("what") << ": " << (entities ? "accepted" : entities.error().message());
    }
}

TEST_F(SchemaCases, RequestsAreCheckedAsTheOfficialEngineDoes) {
    const Schema schema = entities_schema();
    for (const Json& test : cases_.at("requests")) {
        Request request{*entity_uid_from_json(test.at("principal")),
                        *entity_uid_from_json(test.at("action")),
                        *entity_uid_from_json(test.at("resource")), Value::record({})};
        const auto context = context_from_json(test.at("context"), schema, request.action);
        if (context) {
            request.context = *context;
        }
        const bool accepted = context.has_value() && check_request(schema, request).has_value();

        EXPECT_EQ(accepted, expected(test)) << test.at("what");
    }
}

}  // namespace
}  // namespace charter::testing
