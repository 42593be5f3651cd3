// Which policies take part in a decision, and what follows from each.
#include "support/mesh.hpp"

#include "charter/base/limits.hpp"

#include <iostream>
#include <random>
#include <set>

namespace charter::testing {
namespace {

std::set<std::string> label_set(const std::vector<Ground>& grounds) {
    std::set<std::string> labels;
    for (const Ground& ground : grounds) {
        labels.emplace(ground.label);
    }
    return labels;
}

/// The domain retail with customer below it, and sales beside them. The port
/// customer/people/files has the columns `name` (class pii), `city` and `age`.
class DecideTest : public ::testing::Test {
protected:
    DecideTest() {
        mesh.grouping = true;
        mesh.user("ana");
        mesh.user("olga");
        mesh.put(Kind::group, "analysts", {{"title", "Analysts"}, {"members", {"user:ana"}}});
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        mesh.domain("retail");
        mesh.domain("customer", {{"parent", "retail"}, {"owners", {"user:olga"}}});
        mesh.domain("sales");
        const Json columns =
            Json::array({{{"name", "name"}, {"type", "string"}, {"tags", {{"class", {"pii"}}}}},
                         {{"name", "city"}, {"type", "string"}, {"tags", {{"class", {"open"}}}}},
                         {{"name", "age"}, {"type", "int"}}});
        mesh.product("customer/people", columns);
        mesh.product("customer/secret", columns, {{"visibility", "hidden"}});
        mesh.product("customer/other", columns, {{"visibility", "hidden"}});
    }

    void rule(const std::string& path, const std::string& cedar) {
        mesh.put(Kind::policy, path, {{"cedar", cedar}});
    }
    void guardrail(const std::string& name, const std::string& cedar,
                   const std::string& mode = "enforce") {
        mesh.put(Kind::guardrail, name, {{"cedar", cedar}, {"mode", mode}});
    }
    void open_customer() {
        rule("customer/open", R"(permit (principal, action == Action::"read", resource in Domain::"customer");)");
    }

    ColumnsVerdict read(const World& world, const std::string& who = "user:ana") {
        Caller caller = mesh.caller(who);
        caller.principal = world.principal(caller.principal->principal);
        return Decider(world, caller, Action::read).decide_columns(*world.port("customer/people/files"));
    }
    ColumnsVerdict read(const std::string& who = "user:ana") { return read(mesh.world(), who); }

    /// Puts a rule into a World that the API would refuse. Without a domain it is a guardrail.
    void put_unchecked(World& world, const std::string& domain, const std::string& name,
                       const std::string& cedar, const std::string& mode = "enforce") {
        Resource resource;
        resource.kind = domain.empty() ? Kind::guardrail : Kind::policy;
        const EntryPtr old = world.find(resource.kind, domain.empty() ? name : domain + "/" + name);
        resource.id = old ? old->id : mesh.draft().new_id();
        resource.parent = domain.empty() ? ResourceId{} : world.domain(domain)->id;
        resource.name = name;
        resource.revision = 1;
        resource.document = Json{{"cedar", cedar}}.dump();
        if (domain.empty()) {
            resource.document = Json{{"cedar", cedar}, {"mode", mode}}.dump();
        }
        Mesh::check(world.put(resource), "put a rule");
    }
    World with_unchecked_rule(const std::string& domain, const std::string& cedar,
                              const std::string& mode = "enforce") {
        World world = mesh.world();
        put_unchecked(world, domain, "unchecked", cedar, mode);
        return world;
    }

    Mesh mesh;
};

TEST_F(DecideTest, NothingIsPermittedWithoutARule) {
    const ColumnsVerdict verdict = read();

    EXPECT_FALSE(verdict.some());
    EXPECT_FALSE(verdict.verdict.allow);
    EXPECT_TRUE(verdict.verdict.determined_by.empty());
}

TEST_F(DecideTest, OwnersAndAdministratorsHaveNoDataOfTheirOwn) {
    EXPECT_FALSE(read("user:olga").some());
    EXPECT_FALSE(read("user:admin").some());
}

TEST_F(DecideTest, APermitOfTheOwnDomainOpensItsData) {
    open_customer();

    EXPECT_TRUE(read().verdict.allow);
    EXPECT_EQ(label_set(read().verdict.determined_by), (std::set<std::string>{"policy:customer/open"}));
}

TEST_F(DecideTest, APermitOfADomainAboveGivesNothingBelow) {
    rule("retail/open", R"(permit (principal, action == Action::"read", resource in Domain::"retail");)");

    EXPECT_FALSE(read().some());
}

TEST_F(DecideTest, AForbidOfADomainAboveHoldsBelow) {
    open_customer();
    rule("retail/shut", R"(forbid (principal, action == Action::"read", resource in Domain::"retail");)");

    EXPECT_FALSE(read().some());
    EXPECT_EQ(label_set(read().verdict.determined_by), (std::set<std::string>{"policy:retail/shut"}));
}

TEST_F(DecideTest, AForbidTwoDomainsAboveHoldsToo) {
    open_customer();
    mesh.domain("world");
    mesh.put(Kind::domain, "retail", {{"title", "retail"}, {"parent", "world"}});
    rule("world/shut", R"(forbid (principal, action == Action::"read", resource in Domain::"world");)");

    EXPECT_FALSE(read().some());
}

TEST_F(DecideTest, RulesOfAnotherDomainNeverTakePart) {
    const std::string all = R"((principal, action == Action::"read", resource);)";

    EXPECT_FALSE(read(with_unchecked_rule("sales", "permit " + all)).some());
    open_customer();
    EXPECT_TRUE(read(with_unchecked_rule("sales", "forbid " + all)).verdict.allow);
    EXPECT_FALSE(read(with_unchecked_rule("customer", "forbid " + all)).some());
}

TEST_F(DecideTest, AForbidOfADomainBelowDoesNotReachUp) {
    mesh.domain("leaf", {{"parent", "customer"}});
    open_customer();

    EXPECT_TRUE(read(with_unchecked_rule("leaf", R"(forbid (principal, action, resource);)")).verdict.allow);
}

TEST_F(DecideTest, AGuardrailBeatsPoliciesAndGrants) {
    open_customer();
    mesh.grant("user:ana", "customer", {"read"});
    guardrail("stop", R"(forbid (principal in Group::"analysts", action in Action::"data", resource);)");

    EXPECT_FALSE(read().some());
    EXPECT_EQ(label_set(read().verdict.determined_by), (std::set<std::string>{"guardrail:stop"}));
    EXPECT_TRUE(read("user:olga").verdict.allow) << "it is about analysts only";
}

TEST_F(DecideTest, AShadowGuardrailDecidesNothingAndIsReported) {
    open_customer();
    guardrail("trial", R"(forbid (principal, action in Action::"data", resource);)", "shadow");

    const ColumnsVerdict verdict = read();

    EXPECT_TRUE(verdict.verdict.allow);
    EXPECT_EQ(label_set(verdict.verdict.determined_by), (std::set<std::string>{"policy:customer/open"}));
    EXPECT_EQ(label_set(verdict.verdict.shadow), (std::set<std::string>{"guardrail:trial"}));
}

TEST_F(DecideTest, AShadowGuardrailThatPermitsGivesNothing) {
    guardrail("trial", R"(permit (principal, action in Action::"metadata", resource);)", "shadow");

    Decider discover(mesh.world(), mesh.caller("user:ana"), Action::discover);
    const Verdict verdict = discover.decide(target_of(mesh.world(), *mesh.world().domain("sales")));

    EXPECT_FALSE(verdict.allow);
    EXPECT_EQ(label_set(verdict.shadow), (std::set<std::string>{"guardrail:trial"}));
}

TEST_F(DecideTest, AShadowGuardrailThatChangesNothingIsNotReported) {
    guardrail("closing", R"(forbid (principal, action, resource);)", "shadow");
    guardrail("opening", R"(permit (principal, action in Action::"metadata", resource);)", "shadow");
    const World& world = mesh.world();
    Decider discover(world, mesh.caller("user:ana"), Action::discover);

    EXPECT_EQ(label_set(read().verdict.shadow), std::set<std::string>()) << "it was no already";
    EXPECT_EQ(label_set(discover.decide(target_of(world, *world.product("customer/people"))).shadow),
              (std::set<std::string>{"guardrail:closing"}))
        << "it was yes already, which another permit does not change";
    EXPECT_EQ(label_set(discover.decide(target_of(world, *world.product("customer/secret"))).shadow),
              (std::set<std::string>{"guardrail:opening"}))
        << "it was no already, which another forbid does not change";
    guardrail("stop", R"(forbid (principal, action in Action::"metadata", resource);)");
    Decider again(mesh.world(), mesh.caller("user:ana"), Action::discover);
    EXPECT_EQ(label_set(again.decide(target_of(mesh.world(), *mesh.world().domain("sales"))).shadow),
              std::set<std::string>())
        << "a permit does not help against a forbid";
}

TEST_F(DecideTest, AShadowGuardrailIsReportedWhereItChangesAColumn) {
    rule("customer/open", R"(permit (principal, action == Action::"read", resource in Domain::"customer")
                             unless { resource.name == "name" };)");
    guardrail("names", R"(forbid (principal, action == Action::"read", resource)
                          when { resource.name == "name" };)", "shadow");
    guardrail("ages", R"(forbid (principal, action == Action::"read", resource)
                         when { resource.name == "age" };)", "shadow");

    EXPECT_EQ(label_set(read().verdict.shadow), (std::set<std::string>{"guardrail:ages"}));
}

TEST_F(DecideTest, AForbidThatCannotBeEvaluatedDenies) {
    open_customer();
    const World world = with_unchecked_rule(
        "", R"(forbid (principal, action in Action::"data", resource) when { resource.nothing == 1 };)");

    const ColumnsVerdict verdict = read(world);

    EXPECT_FALSE(verdict.some());
    EXPECT_EQ(label_set(verdict.verdict.determined_by), (std::set<std::string>{"guardrail:unchecked"}));
    EXPECT_NE(verdict.verdict.error, "");
}

TEST_F(DecideTest, AForbidOfADomainAboveThatCannotBeEvaluatedDenies) {
    open_customer();
    // Strictly valid, and errs all the same.
    rule("retail/broken", R"(forbid (principal, action == Action::"read", resource in Domain::"retail")
                             when { 9223372036854775807 + 1 == 0 };)");

    EXPECT_FALSE(read().some());
}

TEST_F(DecideTest, AShadowForbidThatCannotBeEvaluatedDeniesNothing) {
    open_customer();
    const World world = with_unchecked_rule(
        "", R"(forbid (principal, action in Action::"data", resource) when { resource.nothing == 1 };)",
        "shadow");

    EXPECT_TRUE(read(world).verdict.allow);
    EXPECT_EQ(label_set(read(world).verdict.shadow), (std::set<std::string>{"guardrail:unchecked"}))
        << "it would close what it cannot be evaluated for";
}

TEST_F(DecideTest, APermitThatCannotBeEvaluatedGivesNothingAndTakesNothing) {
    rule("customer/broken", R"(permit (principal, action == Action::"read", resource in Domain::"customer")
                               when { 9223372036854775807 + 1 == 0 };)");
    EXPECT_FALSE(read().some());

    open_customer();
    EXPECT_TRUE(read().verdict.allow);
}

TEST_F(DecideTest, CostlyRulesSpoilTheAnswersAboutTheirDomainAndNoOthers) {
    open_customer();
    mesh.product("sales/orders", Json::array({{{"name", "id"}, {"type", "string"}}}));
    rule("sales/open", R"(permit (principal, action == Action::"read", resource in Domain::"sales");)");
    std::string numbers;
    for (int i = 0; i < 1'000; ++i) {
        numbers += (i == 0 ? "" : ", ") + std::to_string(i);
    }
    const World world = with_unchecked_rule(
        "customer", R"(forbid (principal, action == Action::"read", resource in Domain::"customer")
                       when { [)" + numbers + R"(, if resource.name == "no" then 1 else 2].contains(-1) };)");
    const PortPtr people = world.port("customer/people/files");
    const PortPtr orders = world.port("sales/orders/files");
    Decider decider(world, mesh.caller("user:ana"), Action::read);

    ASSERT_TRUE(decider.decide_columns(*people).verdict.allow);
    ASSERT_TRUE(decider.decide_columns(*orders).verdict.allow);
    ColumnsVerdict last;
    for (int i = 0; i < 100'000; ++i) {
        last = decider.decide_columns(*people);
        if (!last.verdict.allow) {
            break;
        }
    }

    EXPECT_FALSE(last.some());
    EXPECT_NE(last.verdict.error.find("authorizer_steps_max"), std::string::npos);
    EXPECT_TRUE(decider.decide_columns(*orders).verdict.allow);
    EXPECT_FALSE(decider.decide_columns(*people).some());
}

TEST_F(DecideTest, ADomainHasSoManyRulesAndNoMore) {
    const std::string cedar =
        R"(permit (principal, action == Action::"read", resource in Domain::"customer");)";
    for (std::size_t i = 0; i < limits::policies_per_domain_max; ++i) {
        rule("customer/r" + std::to_string(i), cedar);
    }

    EXPECT_ANY_THROW(rule("customer/more", cedar));
    EXPECT_NO_THROW(rule("customer/r7", cedar)) << "replacing one makes none more";
    EXPECT_NO_THROW(rule("sales/first",
                         R"(permit (principal, action == Action::"read", resource in Domain::"sales");)"));
}

TEST_F(DecideTest, ADisabledPrincipalGetsNothing) {
    open_customer();
    mesh.put(Kind::user, "ana", {{"title", "ana"}, {"disabled", true}});
    const ProductPtr product = mesh.world().product("customer/people");

    EXPECT_FALSE(read().some());
    EXPECT_FALSE(Decider(mesh.world(), mesh.caller("user:ana"), Action::discover)
                     .allows(target_of(mesh.world(), *product)));
    EXPECT_FALSE(Visibility(mesh.world(), mesh.caller("user:ana")).shows(*product));
}

TEST_F(DecideTest, WhatMayBeDiscoveredShowsWhatItLiesInAndNothingBeside) {
    const World& world = mesh.world();
    const auto shows_product = [&](const char* path) {
        return Visibility(world, mesh.caller("user:ana")).shows(*world.product(path));
    };
    const auto shows_domain = [&](const char* name) {
        return Visibility(world, mesh.caller("user:ana")).shows(*world.domain(name));
    };
    ASSERT_TRUE(mesh.try_remove(Kind::product, "customer/people"));
    ASSERT_FALSE(shows_product("customer/secret"));
    ASSERT_FALSE(shows_domain("customer"));

    mesh.grant("group:analysts", "customer/secret/files", {"discover"});

    EXPECT_TRUE(shows_product("customer/secret"));
    EXPECT_TRUE(shows_domain("customer"));
    EXPECT_TRUE(shows_domain("retail"));
    EXPECT_FALSE(shows_product("customer/other"));
    EXPECT_FALSE(shows_domain("sales"));
}

TEST_F(DecideTest, AOneColumnThatMayBeDiscoveredShowsItsPort) {
    rule("customer/one", R"(permit (principal, action == Action::"discover", resource == Column::"customer/secret/files/age");)");
    const World& world = mesh.world();
    Visibility visibility(world, mesh.caller("user:ana"));

    EXPECT_TRUE(visibility.shows(*world.port("customer/secret/files")));
    EXPECT_TRUE(visibility.shows(*world.product("customer/secret")));
    EXPECT_FALSE(visibility.shows(*world.product("customer/other")));
}

TEST_F(DecideTest, OwnersOfADomainAboveManageBelow) {
    mesh.put(Kind::domain, "retail", {{"title", "retail"}, {"owners", {"user:ana"}}});
    const World& world = mesh.world();
    Decider edit(world, mesh.caller("user:ana"), Action::edit);

    EXPECT_TRUE(edit.allows(target_of(world, *world.product("customer/people"))));
    EXPECT_FALSE(edit.allows(target_of(world, *world.domain("sales"))));
}

TEST_F(DecideTest, AColumnThatIsForbiddenLeavesTheOthers) {
    open_customer();
    rule("customer/no-pii", R"(forbid (principal, action == Action::"read", resource in Domain::"customer")
                               when { resource.hasTag("class") && resource.getTag("class").contains("pii") };)");

    const ColumnsVerdict verdict = read();

    EXPECT_EQ(verdict.columns, (std::vector<char>{0, 1, 1}));
    EXPECT_EQ(verdict.allowed, 2u);
    EXPECT_FALSE(verdict.verdict.allow);
}

TEST_F(DecideTest, AReasonTellsAForbidFromAMissingPermit) {
    EXPECT_EQ(read().verdict.reason(), "no rule or grant permits it");
    rule("customer/one", R"(permit (principal, action == Action::"read", resource == Column::"customer/people/files/age");)");
    EXPECT_EQ(read().verdict.reason(), "not all of its columns are permitted");
    rule("customer/shut", R"(forbid (principal, action == Action::"read", resource in Domain::"customer");)");
    EXPECT_EQ(read().verdict.reason(), "forbidden by policy:customer/shut");
}

class DecideColumns : public DecideTest, public ::testing::WithParamInterface<unsigned> {};

TEST_P(DecideColumns, IsTheSameAsEachColumnOnItsOwn) {
    std::cout << "seed " << GetParam() << "\n";
    std::mt19937 random(GetParam());
    const std::vector<std::string> conditions = {
        "",
        R"( when { resource.hasTag("class") && resource.getTag("class").contains("pii") })",
        R"( when { resource.getTag("class").contains("open") })",  // fails where the tag is not
        R"( unless { resource.hasTag("class") })",
        R"( when { resource.name == "city" })",
        R"( when { ["name", "age"].contains(resource.name) })",
        R"( when { resource.type == "int" })",
        R"( when { resource in Port::"customer/people/files" })",
        R"( when { resource == Column::"customer/people/files/age" })",
        R"( when { context.purpose == "x" })",  // fails always
        R"( when { principal in Group::"analysts" && resource.domain == Domain::"customer" })",
        R"( when { resource.name like "*a*" })",
    };
    const std::vector<std::string> scopes = {
        R"(resource in Domain::"customer")",
        R"(resource is Column in Domain::"customer")",
        R"(resource is Port in Domain::"customer")",
        R"(resource in Port::"customer/people/files")",
        R"(resource == Port::"customer/people/files")",
        R"(resource == Column::"customer/people/files/city")",
        R"(resource in Column::"customer/people/files/name")",
    };
    const auto one_of = [&](const std::vector<std::string>& list) { return list[random() % list.size()]; };
    std::size_t mixed = 0;

    World world = mesh.world();
    for (int round = 0; round < 40; ++round) {
        for (int slot = 0; slot < 4; ++slot) {
            const std::string name = "r" + std::to_string(slot);
            const bool forbid = random() % 3 == 0;
            put_unchecked(world, "customer", name,
                          std::string(forbid ? "forbid" : "permit") +
                              R"( (principal, action == Action::"read", )" + one_of(scopes) + ")" +
                              one_of(conditions) + ";");
        }
        put_unchecked(world, "", "g",
                      R"(forbid (principal, action == Action::"read", resource is Column))" +
                          one_of(conditions) + ";",
                      random() % 4 == 0 ? "enforce" : "shadow");
        const PortPtr port = world.port("customer/people/files");
        Decider decider(world, mesh.caller("user:ana"), Action::read);

        const ColumnsVerdict together = decider.decide_columns(*port);

        std::vector<char> columns;
        std::set<std::string> forbids;
        std::set<std::string> permits;
        std::set<std::string> shadow;
        bool error = false;
        for (const ColumnEntry& column : port->columns) {
            Target target = target_of(world, *port);
            target.node = column.node.get();
            const Verdict alone = decider.decide(target);
            columns.push_back(alone.allow ? 1 : 0);
            (alone.allow ? permits : forbids).merge(label_set(alone.determined_by));
            shadow.merge(label_set(alone.shadow));
            error = error || !alone.error.empty();
        }
        const auto allowed = static_cast<std::size_t>(std::count(columns.begin(), columns.end(), 1));
        mixed += allowed != 0 && allowed != columns.size() ? 1 : 0;
        ASSERT_EQ(together.columns, columns) << "round " << round;
        ASSERT_EQ(together.allowed, allowed);
        ASSERT_EQ(together.verdict.allow, allowed == columns.size());
        ASSERT_EQ(label_set(together.verdict.determined_by), forbids.empty() ? permits : forbids);
        ASSERT_EQ(label_set(together.verdict.shadow), shadow);
        ASSERT_EQ(!together.verdict.error.empty(), error);
    }
    EXPECT_GT(mixed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DecideColumns, ::testing::Range(1u, 7u));

}  // namespace
}  // namespace charter::testing
