#include "charter/cells/read_restrictions.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace charter::cells {
namespace {

using namespace charter::policy;
using nlohmann::json;
using Comparison = Predicate::Comparison;

const Predicate always = Predicate::constant(true);
const Predicate never = Predicate::constant(false);

Column column(const std::string& name, std::int32_t id, const std::string& type = "string",
              bool nullable = true) {
    return {name, id, ColumnType::parse(type).value(), nullable};
}

Predicate is(const std::string& value) {
    return Predicate::compare(Predicate::Column{"country"}, Comparison::equal,
                              Value::string(value));
}

struct Told {
    json said;
    bool exact;
};

Told told(std::vector<ColumnAccess> columns) {
    const Result<ReadRestrictions> result = read_restrictions(TableAccess(std::move(columns)));
    EXPECT_TRUE(result) << (result ? "" : result.error().message());
    return result ? Told{json::parse(result->json), result->exact} : Told{};
}

const ColumnAccess country{column("country", 1), always, never, {}};

TEST(ReadRestrictionsTest, NothingIsRestricted) {
    EXPECT_EQ(told({country}).said, json::object());
    EXPECT_TRUE(told({country}).exact);
}

TEST(ReadRestrictionsTest, ActionsByFieldId) {
    const Told actions = told({country,
                               {column("mail", 7), never, always, Mask::sha_256_query_local},
                               {column("login", 8), never, never, {}},
                               {column("born", 9, "date", false), never, never, {}}});
    EXPECT_EQ(actions.said, json::parse(R"({"required-column-projections": [
        {"field-id": 7, "action": "sha-256-query-local"},
        {"field-id": 8, "action": "replace-with-null"},
        {"field-id": 9, "action": "mask-to-fixed-value"}]})"));
    EXPECT_TRUE(actions.exact);
}

TEST(ReadRestrictionsTest, OneFilterForAll) {
    const Told filter = told({{column("country", 1), is("GERMANY"), never, {}},
                              {column("mail", 7), never, is("GERMANY"), Mask::show_last_4}});
    EXPECT_EQ(filter.said, json::parse(R"({
        "required-row-filter": {"type": "eq", "left": {"type": "reference", "id": 1},
            "right": {"type": "literal", "value": "GERMANY", "data-type": "string"}},
        "required-column-projections": [{"field-id": 7, "action": "show-last-4"}]})"));
    EXPECT_TRUE(filter.exact);
    const Told none = told({{column("country", 1), never, never, {}}});
    EXPECT_EQ(none.said["required-row-filter"], json(false));
    EXPECT_TRUE(none.exact);
}

TEST(ReadRestrictionsTest, WhatDiffersByColumnIsHidden) {
    const Told some = told({country, {column("name", 2), is("GERMANY"), never, {}}});
    EXPECT_EQ(some.said, json::parse(R"({"required-column-projections": [
        {"field-id": 2, "action": "replace-with-null"}]})"));
    EXPECT_FALSE(some.exact);

    const Told masked =
        told({country, {column("name", 2), is("GERMANY"), always, Mask::show_last_4}});
    EXPECT_EQ(masked.said["required-column-projections"][0]["action"], "show-last-4");
    EXPECT_FALSE(masked.exact);

    // No column on all permitted rows: the rows of most columns.
    const Told most = told({{column("country", 1), is("FRANCE"), never, {}},
                            {column("name", 2), is("GERMANY"), never, {}},
                            {column("mail", 3), is("GERMANY"), never, {}}});
    EXPECT_EQ(most.said["required-row-filter"]["right"]["value"], "GERMANY");
    EXPECT_EQ(most.said["required-column-projections"].size(), 1U);
    EXPECT_FALSE(most.exact);
}

Told filter_of(const Predicate& predicate) {
    Told all = told({{column("country", 1), predicate, never, {}},
                     {column("key", 2, "long"), predicate, never, {}},
                     {column("born", 3, "date"), predicate, never, {}},
                     {column("worth", 4, "decimal(7,2)"), predicate, never, {}},
                     {column("other", 5, "decimal(7,3)"), predicate, never, {}},
                     {column("member", 6, "boolean"), predicate, never, {}}});
    all.said = all.said.value("required-row-filter", json(true));
    return all;
}

TEST(ReadRestrictionsTest, TestsThatAbsentValuesCouldTurnAround) {
    const Predicate::Column key{"key", ValueKind::integer};
    const std::string not_null = R"({"type": "not-null", "child": {"type": "reference", "id": 2}})";
    const std::string below = R"({"type": "lt", "left": {"type": "reference", "id": 2},
        "right": {"type": "literal", "value": 3, "data-type": "long"}})";
    EXPECT_EQ(
        filter_of(Predicate::compare(key, Comparison::less, Value::integer(3))).said,
        json::parse(R"({"type": "and", "left": )" + not_null + R"(, "right": )" + below + "}"));
    const Predicate equal = Predicate::compare(key, Comparison::equal, Value::integer(3));
    EXPECT_EQ(filter_of(equal).said["type"], "eq");
    const json negated = filter_of(Predicate::negation(equal)).said;
    EXPECT_EQ(negated["type"], "not");
    EXPECT_EQ(negated["child"]["left"], json::parse(not_null));
    EXPECT_EQ(negated["child"]["right"]["type"], "eq");
}

TEST(ReadRestrictionsTest, LiteralsInIcebergsForm) {
    const auto value = [](const std::string& name, const Value& literal) {
        return filter_of(Predicate::compare(Predicate::Column{name, literal.kind()},
                                            Comparison::equal, literal))
            .said["right"];
    };
    EXPECT_EQ(value("born", Value::parse_datetime("2026-01-02").value()),
              json::parse(R"({"type": "literal", "value": "2026-01-02", "data-type": "date"})"));
    EXPECT_EQ(
        value("worth", Value::decimal(-12'300)),
        json::parse(R"x({"type": "literal", "value": "-1.23", "data-type": "decimal(7,2)"})x"));
    EXPECT_EQ(value("key", Value::integer(-9'223'372'036'854'775'807 - 1))["value"].dump(),
              "-9223372036854775808");
    EXPECT_EQ(filter_of(Predicate::holds("member")).said["right"]["value"], json(true));
    EXPECT_EQ(
        filter_of(Predicate::one_of("country", {Value::string("a"), Value::string("b")})).said,
        json::parse(R"({"type": "in", "child": {"type": "reference", "id": 1},
                  "values": {"type": "literals", "values": ["a", "b"], "data-type": "string"}})"));
    EXPECT_EQ(filter_of(Predicate::has("key")).said["type"], "not-null");
}

TEST(ReadRestrictionsTest, WhatCannotBeSaidLeavesLess) {
    const Predicate like = Predicate::like("country", {"", "A", ""});
    const Predicate has = Predicate::has("key");
    EXPECT_TRUE(filter_of(Predicate::like("country", {"A", ""})).exact);
    EXPECT_EQ(filter_of(Predicate::like("country", {"A", ""})).said["right"]["type"],
              "starts-with");
    for (const Predicate& predicate :
         {like, Predicate::negation(like), Predicate::all_of({has, like}),
          Predicate::all_of({has, Predicate::negation(like)}),
          Predicate::compare(Predicate::Column{"worth", ValueKind::decimal}, Comparison::less,
                             Predicate::Column{"other", ValueKind::decimal})}) {
        EXPECT_EQ(filter_of(predicate).said, json(false)) << predicate.to_cedar_text();
        EXPECT_FALSE(filter_of(predicate).exact);
    }
    EXPECT_EQ(filter_of(Predicate::any_of({has, like})).said["type"], "not-null");
    EXPECT_FALSE(filter_of(Predicate::any_of({has, like})).exact);
}

TEST(ReadRestrictionsTest, NeedsFieldIds) {
    const Column no_id{"a", std::nullopt, ColumnType::parse("string").value(), true};
    EXPECT_TRUE(read_restrictions(TableAccess({{no_id, always, never, {}}})));
    EXPECT_FALSE(read_restrictions(TableAccess({{no_id, never, never, {}}, country})));
    EXPECT_FALSE(read_restrictions(TableAccess({{no_id, Predicate::has("a"), never, {}}})));
}

}  // namespace
}  // namespace charter::cells
