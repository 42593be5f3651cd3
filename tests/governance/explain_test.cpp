// What is said of each rule and grant that was a candidate, and to whom.
#include "charter/governance/explain.hpp"

#include "support/mesh.hpp"

#include "charter/governance/suppose.hpp"

#include <algorithm>

namespace charter::testing {
namespace {

/// The domain retail with customer below it. customer/people/files has the columns `name`
/// (class pii), `city` and `age`.
class ExplainTest : public ::testing::Test {
protected:
    ExplainTest() {
        mesh.grouping = true;
        mesh.user("ana");
        mesh.user("olga");
        mesh.put(Kind::group, "analysts", {{"title", "Analysts"}, {"members", {"user:ana"}}});
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        mesh.put(Kind::purpose, "fraud", {{"description", "Fraud"}});
        mesh.domain("retail");
        mesh.domain("customer", {{"parent", "retail"}, {"owners", {"user:olga"}}});
        const Json columns =
            Json::array({{{"name", "name"}, {"type", "string"}, {"tags", {{"class", {"pii"}}}}},
                         {{"name", "city"}, {"type", "string"}},
                         {{"name", "age"}, {"type", "int"}}});
        mesh.product("customer/people", columns);
    }

    void rule(const std::string& path, const std::string& cedar) {
        mesh.put(Kind::policy, path, {{"cedar", cedar}});
    }

    std::vector<Explained> read(const std::string& asker = "user:olga",
                                std::optional<std::string_view> purpose = {}) {
        const World& world = mesh.world();
        const PortPtr port = world.port("customer/people/files");
        std::vector<const ColumnEntry*> columns;
        for (const ColumnEntry& column : port->columns) {
            columns.push_back(&column);
        }
        who_ = mesh.caller("user:ana");
        asker_ = mesh.caller(asker);
        RuleSight sight(world, asker_);
        return Decider(world, who_, Action::read, purpose).explain_columns(*port, columns, sight);
    }

    static const Explained* find(const std::vector<Explained>& list, std::string_view label) {
        const auto found = std::ranges::find(list, label, &Explained::label);
        return found == list.end() ? nullptr : &*found;
    }

    std::string term_of(ResourceId grant, std::optional<std::string_view> purpose = {}) {
        const std::vector<Explained> list = read("user:admin", purpose);
        const Explained* found = find(list, "grant:" + grant.text());
        return found == nullptr ? "no candidate" : found->holds() ? "holds" : found->term;
    }

    Mesh mesh;
    Caller who_;
    Caller asker_;
};

TEST_F(ExplainTest, ARuleSaysForWhichColumnsItHeldAndWhyNotForTheFirst) {
    rule("customer/open", R"(permit (principal, action == Action::"read", resource in Domain::"customer")
        unless { resource.hasTag("class") && resource.getTag("class").contains("pii") };)");

    const std::vector<Explained> list = read();

    const Explained* open = find(list, "policy:customer/open");
    ASSERT_NE(open, nullptr);
    EXPECT_EQ(open->asked, 3u);
    EXPECT_EQ(open->held, (std::vector<std::uint32_t>{1, 2}));
    EXPECT_EQ(open->first, 0u);
    ASSERT_TRUE(open->clause);
    EXPECT_EQ(open->clause->text,
              "unless { resource.hasTag(\"class\") && resource.getTag(\"class\").contains(\"pii\") }");
    ASSERT_EQ(open->clause->values.size(), 1u);
    EXPECT_EQ(open->clause->values[0].value->to_cedar_text(), "[\"pii\"]");
}

TEST_F(ExplainTest, EveryTermOfAGrantIsTold) {
    const ResourceId good = mesh.grant("user:ana", "customer/people", {"read"});
    const ResourceId later = mesh.grant("user:ana", "customer/people", {"read"},
                                        {{"not_before", "2099-01-01T00:00:00Z"}});
    const ResourceId ended = mesh.grant("user:ana", "customer/people", {"read"},
                                        {{"expires_at", "2026-11-22T00:00:00Z"}});
    const ResourceId fraud =
        mesh.grant("group:analysts", "customer/people", {"read"}, {{"purposes", {"fraud"}}});
    const ResourceId above = mesh.grant("user:ana", "retail", {"read"});
    mesh.now += std::chrono::hours(48);

    EXPECT_EQ(term_of(good), "holds");
    EXPECT_EQ(term_of(later), "not_before");
    EXPECT_EQ(term_of(ended), "expires_at");
    EXPECT_EQ(term_of(fraud), "purposes");
    EXPECT_EQ(term_of(fraud, "fraud"), "holds");
    EXPECT_EQ(term_of(above), "resource");
}

TEST_F(ExplainTest, AGrantToAnOldBearerOfTheNameIsToldAsSuch) {
    const ResourceId grant = mesh.grant("group:analysts", "customer/people", {"read"});
    ASSERT_TRUE(mesh.try_remove(Kind::group, "analysts"));
    mesh.put(Kind::group, "analysts", {{"title", "Others"}, {"members", {"user:ana"}}});

    EXPECT_EQ(term_of(grant), "grantee");
}

TEST_F(ExplainTest, WhatSaysNothingIsNoCandidate) {
    rule("retail/wide", R"(permit (principal, action == Action::"read", resource in Domain::"retail");)");
    rule("retail/stop", R"(forbid (principal, action == Action::"read", resource in Domain::"retail");)");
    rule("customer/write", R"(permit (principal, action == Action::"write", resource in Domain::"customer");)");
    const std::vector<Explained> list = read();

    EXPECT_EQ(find(list, "policy:retail/wide"), nullptr) << "a permit of a domain above";
    EXPECT_NE(find(list, "policy:retail/stop"), nullptr) << "a forbid of a domain above";
    EXPECT_EQ(find(list, "policy:customer/write"), nullptr) << "another action";
}

TEST_F(ExplainTest, WhoMayNotSeeARuleIsToldInWords) {
    rule("retail/stop", R"(forbid (principal, action == Action::"read", resource in Domain::"retail");)");
    mesh.put(Kind::guardrail, "g", {{"cedar", R"(forbid (principal, action == Action::"read", resource);)"},
                                    {"mode", "enforce"}});
    const std::vector<Explained> list = read("user:ana");

    ASSERT_FALSE(find(list, "policy:retail/stop")->shown);
    EXPECT_FALSE(find(list, "policy:retail/stop")->clause);
    EXPECT_EQ(reasons_in_words(mesh.world(), asker_, list, false),
              (std::vector<std::string>{"a guardrail forbids it", "a rule of the domain retail forbids it",
                                        "no rule permits it, and no grant covers it"}));
    EXPECT_TRUE(find(read("user:admin"), "policy:retail/stop")->shown);
    EXPECT_TRUE(find(read("user:admin"), "guardrail:g")->shown);
}

TEST_F(ExplainTest, TheOwnerOfADomainBelowSeesNoRuleOfTheOneAbove) {
    rule("retail/stop", R"(forbid (principal, action == Action::"read", resource in Domain::"retail");)");

    EXPECT_FALSE(find(read("user:olga"), "policy:retail/stop")->shown);
}

TEST_F(ExplainTest, ARuleThatCannotBeEvaluatedSaysSo) {
    rule("customer/broken", R"(forbid (principal, action == Action::"read", resource in Domain::"customer")
                               when { 9223372036854775807 + 1 == 0 };)");
    const std::vector<Explained> list = read();
    const Explained* broken = find(list, "policy:customer/broken");

    ASSERT_NE(broken, nullptr);
    EXPECT_EQ(broken->errors, 3u);
    EXPECT_NE(broken->error.find("overflow"), std::string::npos);
    EXPECT_EQ(broken->clause->text, "9223372036854775807 + 1 == 0");
    EXPECT_EQ(reasons_in_words(mesh.world(), mesh.caller("user:ana"), read("user:ana"), false).front(),
              "a rule of the domain customer forbids it, since it cannot be evaluated");
}

TEST_F(ExplainTest, AnExplanationAgreesWithTheDecision) {
    rule("customer/some", R"(permit (principal, action == Action::"read", resource in Domain::"customer")
                             when { resource.name like "*a*" };)");
    rule("customer/not", R"(forbid (principal, action == Action::"read", resource in Domain::"customer")
                            when { resource.type == "int" };)");
    mesh.grant("user:ana", "customer/people/files", {"read"});
    const std::vector<Explained> list = read();
    const PortPtr port = mesh.world().port("customer/people/files");
    const ColumnsVerdict verdict =
        Decider(mesh.world(), mesh.caller("user:ana"), Action::read).decide_columns(*port);

    for (std::uint32_t i = 0; i < port->columns.size(); ++i) {
        const auto says = [&](bool forbids) {
            return std::ranges::any_of(list, [&](const Explained& each) {
                return each.decides() && each.forbids() == forbids &&
                       std::ranges::find(each.held, i) != each.held.end();
            });
        };
        EXPECT_EQ(verdict.columns[i] != 0, says(false) && !says(true)) << port->columns[i].name;
    }
}

class SupposeTest : public ExplainTest {
protected:
    Result<Supposed> suppose_as(const std::string& by, Supposition what) {
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return suppose(draft, who, what);
        });
    }
    bool reads(const World& world) {
        Caller caller = mesh.caller("user:ana");
        return Decider(world, caller, Action::read)
            .decide_columns(*world.port("customer/people/files"))
            .verdict.allow;
    }
    const Json open{{"cedar", R"(permit (principal, action == Action::"read", resource in Domain::"customer");)"}};
};

TEST_F(SupposeTest, ARuleIsSupposedAndNothingOfItStays) {
    const std::uint64_t records = mesh.draft().transaction().ledger.size();
    const Result<Supposed> supposed =
        suppose_as("user:olga", {Kind::policy, "customer", "", open});

    ASSERT_TRUE(supposed) << supposed.error().message();
    EXPECT_EQ(supposed->label, "policy:customer/if-added");
    EXPECT_TRUE(reads(*supposed->world));
    EXPECT_FALSE(reads(mesh.world()));
    EXPECT_EQ(mesh.world().find(Kind::policy, "customer/if-added"), nullptr);
    EXPECT_EQ(mesh.draft().transaction().ledger.size(), records);
}

TEST_F(SupposeTest, ARuleOfThatNameIsReplaced) {
    mesh.put(Kind::policy, "customer/open", open);
    const Json closed{{"cedar", R"(permit (principal == User::"olga", action == Action::"read", resource in Domain::"customer");)"}};
    const Result<Supposed> supposed =
        suppose_as("user:olga", {Kind::policy, "customer", "open", closed});

    ASSERT_TRUE(supposed);
    EXPECT_EQ(supposed->label, "policy:customer/open");
    EXPECT_FALSE(reads(*supposed->world));
    EXPECT_TRUE(reads(mesh.world()));
}

TEST_F(SupposeTest, AGrantAndAGuardrailAreSupposed) {
    const Result<Supposed> grant = suppose_as(
        "user:olga", {Kind::grant, "", "", {{"grantee", "user:ana"}, {"resource", "customer/people"},
                                            {"actions", {"read"}}, {"reason", "t"}}});
    mesh.grant("user:ana", "customer", {"read"});
    const Result<Supposed> guardrail = suppose_as(
        "user:admin", {Kind::guardrail, "", "",
                       {{"cedar", R"(forbid (principal, action == Action::"read", resource);)"}}});

    ASSERT_TRUE(grant);
    EXPECT_TRUE(reads(*grant->world));
    EXPECT_TRUE(grant->label.starts_with("grant:"));
    ASSERT_TRUE(guardrail);
    EXPECT_FALSE(reads(*guardrail->world));
    EXPECT_TRUE(reads(mesh.world()));
}

TEST_F(SupposeTest, OnlyWhoCouldWriteItMayAsk) {
    EXPECT_FALSE(suppose_as("user:ana", {Kind::policy, "customer", "", open}));
    EXPECT_FALSE(suppose_as("user:olga", {Kind::policy, "retail", "", open}));
    EXPECT_FALSE(suppose_as("user:olga", {Kind::guardrail, "", "",
                                          {{"cedar", R"(forbid (principal, action == Action::"read", resource);)"}}}));
    EXPECT_FALSE(suppose_as("user:olga", {Kind::policy, "customer", "", {{"cedar", "permit"}}}));
}

}  // namespace
}  // namespace charter::testing
