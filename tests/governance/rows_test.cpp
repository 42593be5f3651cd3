// Rules and grants that look at rows: what the Decider keeps of them, against the plain evaluator
// asked about each cell with the row at hand; and what is refused when it is written.
#include "support/mesh.hpp"

#include "charter/governance/grant_standing.hpp"
#include "charter/policy/authorize.hpp"

#include <algorithm>
#include <iostream>
#include <random>

namespace charter::testing {
namespace {

using policy::Value;

const Json columns = Json::parse(R"json([
    {"name": "key", "type": "long", "nullable": false, "tags": {"class": ["open"]}},
    {"name": "country", "type": "string"},
    {"name": "born", "type": "date"},
    {"name": "worth", "type": "decimal(9,2)", "nullable": false},
    {"name": "email", "type": "string", "tags": {"class": ["pii"]}},
    {"name": "login", "type": "binary"}])json");

const std::vector<std::string> row_conditions = {
    "context.row.key == 1",
    "context.row.key > 1",
    "context.row has country && context.row.country == \"GERMANY\"",
    "context.row has country && [\"GERMANY\", \"FRANCE\"].contains(context.row.country)",
    "context.row has country && context.row.country like \"*AN*\"",
    "!(context.row has country)",
    "context.row has born && context.row.born < context.now",
    "context.row.worth.greaterThan(decimal(\"1.5\"))",
    "principal.hasTag(\"region\") && context.row has country && "
    "principal.getTag(\"region\").contains(context.row.country)",
    "if context.row has country then context.row.country != \"FRANCE\" else context.row.key == 2",
};

class Rows : public ::testing::TestWithParam<unsigned> {
protected:
    std::size_t number(std::size_t below) { return random() % below; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[number(list.size())];
    }
    bool chance(std::size_t one_in) { return number(one_in) == 0; }

    void fill() {
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        mesh.put(Kind::tag, "region", {{"values", {"GERMANY", "FRANCE"}}});
        mesh.user("ana", {{"tags", {{"region", {"FRANCE"}}}}});
        mesh.user("bob");
        mesh.user("eve");
        mesh.put(Kind::group, "analysts", {{"title", "g"}, {"members", {"user:ana", "user:bob"}}});
        mesh.put(Kind::purpose, "analytics", {{"description", "p"}});
        mesh.domain("sales", {{"members", {"user:bob"}}, {"owners", {"user:eve"}}});
        mesh.domain("customer");
        mesh.product("customer/a", columns);
        mesh.product("customer/b", columns);
    }

    std::string scope() {
        static const std::vector<std::string> scopes = {
            "resource in Domain::\"customer\"", "resource in Product::\"customer/a\"",
            "resource in Port::\"customer/b/files\"", "resource == Column::\"customer/a/files/key\"",
            "resource is Column in Product::\"customer/a\""};
        return one_of(scopes);
    }
    std::string condition() {
        static const std::vector<std::string> others = {
            "resource.name == \"email\"", "resource.hasTag(\"class\") && resource.getTag(\"class\").contains(\"pii\")",
            "context has purpose && context.purpose == \"analytics\"", "resource.name != \"login\""};
        const std::string row = one_of(row_conditions);
        switch (number(5)) {
            case 0: return one_of(others);
            case 1: return "(" + row + ") && (" + one_of(others) + ")";
            case 2: return "(" + one_of(others) + ") || (" + row + ")";
            default: return row;
        }
    }
    std::string rule(const std::string& where) {
        static const std::vector<std::string> who = {
            "principal == User::\"ana\"", "principal in Group::\"analysts\"", "principal"};
        return std::string(chance(3) ? "forbid" : "permit") + " (" + one_of(who) + ", action in [Action::\"read\"" +
               (chance(2) ? ", Action::\"read_masked\"" : "") + "], " + where + ") " +
               (chance(3) ? "unless" : "when") + " { " + condition() + " };";
    }

    void write_rules() {
        for (int i = 0; i < 5; ++i) {
            const std::string text = rule(scope());
            const Result<Written> written =
                mesh.try_put(Kind::policy, "customer/p" + std::to_string(i), {{"cedar", text}});
            ASSERT_TRUE(written) << text << written.error().message();
            add_text(text);
        }
        if (chance(2)) {
            const std::string text = "forbid (principal, action == Action::\"read\", resource in Domain::\"customer\") when { " +
                                     condition() + " };";
            const Result<Written> written = mesh.try_put(Kind::guardrail, "g", {{"cedar", text}});
            ASSERT_TRUE(written) << text << written.error().message();
            add_text(text);
        }
    }
    void add_text(const std::string& text) {
        texts.push_back(policy::parse_policy("text", text).value());
    }

    Json random_cells() {
        Json cells = Json::object();
        if (chance(2)) {
            cells["rows"] = one_of(row_conditions);
        }
        if (chance(2)) {
            cells["columns"][chance(2) ? "include" : "exclude"] =
                chance(2) ? Json{"key", "country"} : Json{"email"};
        }
        return cells;
    }
    void make_grants() {
        std::vector<ResourceId> made;
        for (int i = 0; i < 6; ++i) {
            Json body{{"grantee", chance(3) ? "domain:sales" : chance(2) ? "user:ana" : "group:analysts"},
                      {"resource", chance(2) ? "customer/a" : "customer/b/files"},
                      {"actions", {"read"}}};
            body.update(random_cells());
            body["delegable"] = body["grantee"] == "domain:sales";
            const Result<Written> written = mesh.try_grant(body);
            ASSERT_TRUE(written) << body << written.error().message();
            made.push_back(written->resource.id);
            if (body["delegable"] == true) {
                Json child{{"grantee", "user:bob"}, {"resource", body["resource"]},
                           {"actions", {"read"}}, {"parent", made.back().text()}};
                child.update(random_cells());
                const Result<Written> passed = mesh.try_grant(child, "user:eve");
                ASSERT_TRUE(passed) << child << passed.error().message();
                made.push_back(passed->resource.id);
            }
        }
        for (const ResourceId id : made) {
            const auto grant = mesh.world().find<GrantEntry>(id);
            for (const std::string& text : grant_as_cedar(mesh.world(), *grant)) {
                add_text(text);
            }
        }
    }

    Value random_row() {
        std::vector<Value::Member> row{{"key", Value::integer(static_cast<std::int64_t>(number(3)))},
                                       {"worth", Value::decimal(static_cast<std::int64_t>(number(3)) * 10'000)}};
        if (chance(2)) {
            row.emplace_back("country", Value::string(one_of(std::vector<std::string>{"GERMANY", "FRANCE", "JAPAN"})));
        }
        if (chance(2)) {
            row.emplace_back("born", Value::datetime(static_cast<std::int64_t>(number(2)) * 86'400'000 * 36'500));
        }
        if (chance(2)) {
            row.emplace_back("email", Value::string("a@b"));
        }
        return Value::record(std::move(row));
    }

    /// A forbid that errs denies.
    bool truth(const Caller& who, Action action, const std::optional<std::string_view>& purpose,
               const ColumnEntry& column, const Value& row) {
        const Value context = call_context(who, purpose);
        std::vector<Value::Member> members(context.as_record().begin(), context.as_record().end());
        members.emplace_back("row", row);
        const policy::Request request{who.principal->node->entity.uid, action_uid(action),
                                      column.node->entity.uid, Value::record(std::move(members))};
        bool permitted = false;
        for (const policy::Policy& text : texts) {
            const auto kind = policy::evaluate(text, request, mesh.world()).kind;
            if (text.effect() == policy::Effect::forbid && kind != policy::Outcome::Kind::not_matched) {
                return false;
            }
            permitted |= text.effect() == policy::Effect::permit && kind == policy::Outcome::Kind::matched;
        }
        return permitted;
    }

    void compare(const Caller& who, Action action, const std::optional<std::string_view>& purpose,
                 const PortEntry& port) {
        Decider decider(mesh.world(), who, action, purpose);
        const ColumnsVerdict verdict = decider.decide_columns(port);
        for (int i = 0; i < 8; ++i) {
            const Value row = random_row();
            for (std::size_t column = 0; column < port.columns.size(); ++column) {
                const bool is = truth(who, action, purpose, port.columns[column], row);
                (is ? seen : hidden) += 1;
                const policy::Predicate rows = verdict.rows_of(column);
                partly += rows.is_always() || rows.is_never() ? 0U : 1U;
                ASSERT_EQ(rows.holds_for(row), is)
                    << "seed " << GetParam() << who.principal->principal.text() << " "
                    << action_name(action) << " " << port.path << "/" << port.columns[column].name << " "
                    << rows.to_cedar_text() << " " << row.to_cedar_text();
            }
        }
    }

    Mesh mesh;
    std::mt19937 random{GetParam()};
    std::vector<policy::Policy> texts;
    std::size_t seen = 0;
    std::size_t hidden = 0;
    std::size_t partly = 0;
};

TEST_P(Rows, EachCellIsDecidedAsWithTheRowAtHand) {
    mesh.grouping = true;
    fill();
    ASSERT_NO_FATAL_FAILURE(write_rules());
    ASSERT_NO_FATAL_FAILURE(make_grants());
    for (const char* name : {"user:ana", "user:bob", "user:eve"}) {
        const Caller who = mesh.caller(name);
        for (const Action action : {Action::read, Action::read_masked}) {
            for (const auto purpose : {std::optional<std::string_view>(), std::optional<std::string_view>("analytics")}) {
                for (const char* port : {"customer/a/files", "customer/b/files"}) {
                    compare(who, action, purpose, *mesh.world().port(port));
                    if (HasFatalFailure()) {
                        return;
                    }
                }
            }
        }
    }
    mesh.commit();
    const World again = mesh.rebuilt();
    const PortPtr port = again.port("customer/a/files");
    const Caller ana = mesh.caller("user:ana");
    const ColumnsVerdict is = Decider(mesh.world(), ana, Action::read).decide_columns(*mesh.world().port("customer/a/files"));
    Caller ana_anew = ana;
    ana_anew.principal = again.principal(ana.principal->principal);
    const ColumnsVerdict anew = Decider(again, ana_anew, Action::read).decide_columns(*port);
    for (std::size_t i = 0; i < port->columns.size(); ++i) {
        EXPECT_EQ(anew.rows_of(i).to_cedar_text(), is.rows_of(i).to_cedar_text());
    }
    std::cout << "seed " << GetParam() << ": " << seen << " cells seen, " << hidden << " hidden, "
              << partly << " by the row\n";
}

INSTANTIATE_TEST_SUITE_P(Seeds, Rows, ::testing::Range(1u, 13u));

// --- what is refused ---

class RowRules : public ::testing::Test {
protected:
    RowRules() {
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        mesh.domain("customer");
        mesh.product("customer/a", columns);
        mesh.user("ana");
    }
    std::string refused(const std::string& condition,
                        const std::string& scope = "resource in Domain::\"customer\"") {
        const std::string text = "permit (principal, action == Action::\"read\", " + scope +
                                 ") when { " + condition + " };";
        const Result<Written> written = mesh.try_put(Kind::policy, "customer/p", {{"cedar", text}});
        std::string said;
        for (const Violation& each : written ? std::vector<Violation>{} : written.error().violations()) {
            said += each.detail + "\n";
        }
        return said;
    }
    std::string refused_grant(const Json& cells, const std::string& on = "customer/a") {
        Json body{{"grantee", "user:ana"}, {"resource", on}, {"actions", {"read"}}};
        body.update(cells);
        const Result<Written> written = mesh.try_grant(body);
        if (written) {
            return "";
        }
        return written.error().violations().empty() ? written.error().message()
                                                    : written.error().violations().front().pointer +
                                                          ": " + written.error().violations().front().detail;
    }

    Mesh mesh;
};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

TEST_F(RowRules, AConditionFitsTheTableOrIsRefused) {
    EXPECT_EQ(refused("context.row.key == 1"), "");
    EXPECT_EQ(refused("context.row has country && context.row.country == \"GERMANY\""), "");
    // A column that may be absent is asked for first.
    EXPECT_TRUE(has(refused("context.row.country == \"GERMANY\""), "for the rows of customer/a/files"));
    EXPECT_TRUE(has(refused("context.row.contry == \"GERMANY\""), "contry"));
    EXPECT_TRUE(has(refused("context.row has contry"), "no table that it reaches has a column `contry`"));
    // Of a type that no condition can look at.
    EXPECT_EQ(refused("context.row has login"), "");
    EXPECT_TRUE(has(refused("context.row has login && context.row.login == \"x\""), "for the rows of"));
    EXPECT_TRUE(has(refused("context.row.key == \"1\""), "for the rows of"));
    EXPECT_TRUE(has(refused("context.row.key + 1 == 2"), "arithmetic"));
    EXPECT_TRUE(has(refused("context.row.worth > 1"), "for the rows of"));
}

TEST_F(RowRules, ARuleFitsEveryTableThatItReaches) {
    mesh.product("customer/b", Json::parse(R"([{"name": "id", "type": "long"}])"));

    EXPECT_TRUE(has(refused("context.row.key == 1"), "for the rows of customer/b/files"));
    EXPECT_EQ(refused("context.row.key == 1", "resource in Product::\"customer/a\""), "");
    // Whoever asks whether a column is there says something of every table.
    EXPECT_EQ(refused("context.row has key && context.row.key == 1"), "");
}

TEST_F(RowRules, ATableThatARuleDoesNotFitIsNotPublished) {
    ASSERT_EQ(refused("context.row.key == 1"), "");
    ASSERT_EQ(refused_grant({{"rows", "context.row has country && context.row.country == \"X\""}}), "");
    Json document{{"title", "a"},
                  {"ports", {{{"name", "files"}, {"location", "local://lake/customer/a/files/"},
                              {"columns", columns}}}}};
    const auto publish = [&](const Json& changed, const char* version) {
        document["ports"][0]["columns"] = changed;
        mesh.put(Kind::product, "customer/a", document);
        const Result<Written> published = mesh.try_publish("customer/a", version);
        return published ? "" : published.error().message();
    };
    Json wider = columns;
    wider.push_back({{"name", "more"}, {"type", "string"}});
    EXPECT_EQ(publish(wider, "1.1.0"), "");
    Json without_key = columns;
    without_key.erase(0);
    EXPECT_TRUE(has(publish(without_key, "2.0.0"), "policy:customer/p"));
    Json nullable = columns;
    nullable[0]["nullable"] = true;
    EXPECT_TRUE(has(publish(nullable, "2.0.0"), "policy:customer/p"));
    // One that asks for the column says the same without it.
    Json without_country = columns;
    without_country.erase(1);
    EXPECT_EQ(publish(without_country, "2.0.0"), "");
    Json another_type = columns;
    another_type[1]["type"] = "int";
    EXPECT_TRUE(has(publish(another_type, "3.0.0"), "grant:"));
    // What was refused left nothing.
    EXPECT_EQ(mesh.world().product("customer/a")->version, "2.0.0");
}

TEST_F(RowRules, AGrantsRowsAreOneExpressionOverColumns) {
    EXPECT_EQ(refused_grant({{"rows", "context.row.key == 1 // of the first"}}), "");
    for (const char* rows : {"context.row.key == 1 } unless { false", "context.row.key == 1) || (true",
                             "context.row.key ==", "1 == 1", "principal == User::\"ana\" && context.row.key == 1",
                             "context.row.country == \"X\"", "context.row has nothing", "context.row.key == 1 };"}) {
        EXPECT_TRUE(has(refused_grant({{"rows", rows}}), "/rows: ")) << rows;
    }
    EXPECT_TRUE(has(refused_grant({{"rows", "context.row.key == 1"}}, "customer"), "/rows: goes with a product"));
    EXPECT_TRUE(has(refused_grant({{"rows", "context.row.key == 1"}, {"actions", {"write"}}}), "/rows: "));
    EXPECT_TRUE(has(refused_grant({{"columns", {{"include", {"nothing"}}}}}), "/columns/include/0"));
    EXPECT_TRUE(has(refused_grant({{"columns", {{"include", {"key"}}, {"exclude", {"key"}}}}}), "/columns"));
    EXPECT_TRUE(has(refused_grant({{"columns", Json::object()}}), "/columns"));
}

TEST_F(RowRules, WhatAGrantExcludesLeavesLaterColumnsClosed) {
    ASSERT_EQ(refused_grant({{"columns", {{"exclude", {"email"}}}}}), "");
    Json wider = columns;
    wider.push_back({{"name", "more"}, {"type", "string"}});
    mesh.put(Kind::product, "customer/a",
             {{"title", "a"}, {"ports", {{{"name", "files"}, {"location", "local://lake/customer/a/files/"},
                                          {"columns", wider}}}}});
    ASSERT_TRUE(mesh.try_publish("customer/a", "1.1.0"));

    const ColumnsVerdict verdict =
        Decider(mesh.world(), mesh.caller("user:ana"), Action::read).decide_columns(*mesh.world().port("customer/a/files"));

    EXPECT_EQ(verdict.columns, (std::vector<char>{1, 1, 1, 1, 0, 1, 0}));
}

TEST_F(RowRules, TwoGrantsDoNotAddUpToMoreCells) {
    ASSERT_EQ(refused_grant({{"columns", {{"include", {"key", "country"}}}}, {"rows", "context.row.key == 1"}}), "");
    ASSERT_EQ(refused_grant({{"columns", {{"include", {"key", "worth"}}}}, {"rows", "context.row.key == 2"}}), "");

    const ColumnsVerdict verdict =
        Decider(mesh.world(), mesh.caller("user:ana"), Action::read).decide_columns(*mesh.world().port("customer/a/files"));

    EXPECT_EQ(verdict.rows_of(0).to_cedar_text(), "context.row.key == 1 || context.row.key == 2");
    EXPECT_EQ(verdict.rows_of(1).to_cedar_text(), "context.row.key == 1");
    EXPECT_EQ(verdict.rows_of(3).to_cedar_text(), "context.row.key == 2");
    EXPECT_TRUE(verdict.rows_of(4).is_never());
    EXPECT_FALSE(verdict.verdict.allow);
}

}  // namespace
}  // namespace charter::testing
