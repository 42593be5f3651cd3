// Who can do what, by which way, against decisions on everything.
#include "charter/governance/access.hpp"
#include "support/random_mesh.hpp"

namespace charter::testing {
namespace {

using Names = std::set<std::string>;

/// All pages; no name comes twice.
template <class Ask>
std::vector<Access> all_pages(Ask&& ask) {
    std::vector<Access> items;
    AccessPosition after;
    for (;;) {
        const Result<AccessPage> page = ask(after);
        Mesh::check(page, "a page of access");
        items.insert(items.end(), page->items.begin(), page->items.end());
        if (!page->next) {
            return items;
        }
        EXPECT_GT(*page->next, after);
        after = *page->next;
    }
}

Names names_of(const std::vector<Access>& items) {
    Names names;
    for (const Access& item : items) {
        if (item.scope.empty()) {
            EXPECT_TRUE(names.insert(item.name).second) << item.name << " twice";
            EXPECT_FALSE(item.paths.empty()) << item.name;
        }
    }
    return names;
}

std::vector<Access> who(const Mesh& mesh, const std::string& resource, Action action,
                        std::size_t limit = 100, const std::string& asker = "user:admin") {
    const Caller caller = mesh.caller(asker);
    return all_pages([&](const AccessPosition& after) {
        return who_can(mesh.world(), caller, action, resource, after, limit);
    });
}

std::vector<Access> what(const Mesh& mesh, const std::string& principal, Action action,
                         std::size_t limit = 100, const std::string& asker = "user:admin") {
    const Caller caller = mesh.caller(asker);
    return all_pages([&](const AccessPosition& after) {
        return what_can(mesh.world(), caller, PrincipalName::parse(principal).value(), action,
                        after, limit);
    });
}

TEST(Access, ListsExactlyThoseForWhomTheDeciderAllows) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        RandomMesh random(seed);
        for (int i = 0; i < 6; ++i) {
            random.any_grant();
            random.any_policy();
        }
        random.any_guardrail();
        const Mesh& mesh = random.mesh;
        for (const Action action : {Action::read, Action::read_masked, Action::write}) {
            std::map<std::string, Names> by_principal;
            for (const std::string& port : RandomMesh::ports()) {
                Names expected;
                for (const std::string& name : RandomMesh::everybody()) {
                    if (random.may(mesh.world(), name, port, action)) {
                        expected.insert(name);
                        by_principal[name].insert(port);
                    }
                }
                EXPECT_EQ(names_of(who(mesh, port, action, 1 + seed % 3)), expected)
                    << seed << " " << port << " " << action_name(action);
            }
            for (const std::string& name : RandomMesh::everybody()) {
                EXPECT_EQ(names_of(what(mesh, name, action, 1 + seed % 3)), by_principal[name])
                    << seed << " " << name << " " << action_name(action);
            }
        }
    }
}

TEST(Access, OfAProductOrDomainListsWhoMayOnAPortOfIt) {
    for (unsigned seed = 50; seed <= 55; ++seed) {
        RandomMesh random(seed);
        for (int i = 0; i < 8; ++i) {
            random.any_grant();
        }
        for (const std::string resource : {"d0", "d1", "d0/p1"}) {
            Names expected;
            for (const std::string& port : RandomMesh::ports()) {
                for (const std::string& name : RandomMesh::everybody()) {
                    if (port.starts_with(resource + "/") &&
                        random.may(random.mesh.world(), name, port, Action::read)) {
                        expected.insert(name);
                    }
                }
            }
            EXPECT_EQ(names_of(who(random.mesh, resource, Action::read, 2)), expected)
                << seed << " " << resource;
        }
    }
}

/// The domain customer of olga with one product; ana is in the group analysts, which is in the
/// group everyone. max owns sales, where bo is a member.
class AccessPathsTest : public ::testing::Test {
protected:
    AccessPathsTest() {
        mesh.grouping = true;
        for (const char* name : {"ana", "bo", "max", "olga"}) {
            mesh.user(name);
        }
        mesh.put(Kind::group, "analysts", {{"title", "A"}, {"members", {"user:ana"}}});
        mesh.put(Kind::group, "everyone", {{"title", "E"}, {"members", {"group:analysts"}}});
        mesh.put(Kind::purpose, "analytics", {{"description", "a"}});
        mesh.domain("customer", {{"owners", {"user:olga"}}});
        mesh.domain("sales", {{"owners", {"user:max"}}, {"members", {"user:bo"}}});
        mesh.product("customer/people", Json::array({{{"name", "a"}, {"type", "int"}},
                                                     {{"name", "b"}, {"type", "int"}}}));
    }

    std::vector<Access> readers(const std::string& asker = "user:olga") {
        return who(mesh, "customer/people/files", Action::read, 100, asker);
    }
    const Access& only(const std::vector<Access>& items) {
        EXPECT_EQ(items.size(), 1u);
        return items.at(0);
    }

    Mesh mesh;
    const std::string port = "customer/people/files";
};

TEST_F(AccessPathsTest, SaysByWhichWay) {
    const ResourceId grant = mesh.grant("group:everyone", "customer", {"read"});
    const std::vector<Access> items = readers();

    const AccessPath& path = only(items).paths.at(0);
    EXPECT_EQ(path.via, "grant:" + grant.text());
    EXPECT_EQ(path.grantee, "group:everyone");
    EXPECT_EQ(path.chain, (std::vector<std::string>{"user:ana", "group:analysts", "group:everyone"}));
    EXPECT_EQ(path.on, "customer");
    EXPECT_TRUE(path.conditions.empty());
}

TEST_F(AccessPathsTest, WaysAddUpInOneItem) {
    mesh.grant("user:ana", "customer/people", {"read"});
    mesh.grant("group:analysts", port, {"read"});
    mesh.grant("domain:sales", "customer/people", {"read"});
    const std::vector<Access> items = readers();

    EXPECT_EQ(names_of(items), (Names{"user:ana", "user:bo"}));
    for (const Access& item : items) {
        EXPECT_EQ(item.paths.size(), item.name == "user:ana" ? 2u : 1u);
    }
}

TEST_F(AccessPathsTest, WhatAGrantStillAsksForIsSaid) {
    mesh.grant("user:ana", "customer/people", {"read"},
               {{"purposes", {"analytics"}}, {"not_before", "2027-01-01T00:00:00Z"},
                {"expires_at", "2028-01-01T00:00:00Z"}});
    const std::vector<Access> items = readers();

    EXPECT_EQ(only(items).paths.at(0).conditions,
              (std::vector<std::string>{"purpose is one of analytics", "from 2027-01-01T00:00:00Z",
                                        "until 2028-01-01T00:00:00Z"}));
}

TEST_F(AccessPathsTest, AGrantForAPurposeThatOneMayNotClaimIsNone) {
    mesh.put(Kind::purpose, "billing", {{"description", "b"}, {"claimable_by", {"user:bo"}}});
    mesh.grant("user:ana", "customer/people", {"read"}, {{"purposes", {"billing"}}});

    EXPECT_TRUE(readers().empty());
}

TEST_F(AccessPathsTest, AnExpiredGrantIsNone) {
    mesh.grant("user:ana", "customer/people", {"read"}, {{"expires_at", "2026-11-22T00:00:00Z"}});
    mesh.now = parse_time("2026-11-22T00:00:00Z").value();

    EXPECT_TRUE(readers().empty());
    EXPECT_TRUE(what(mesh, "user:ana", Action::read).empty());
}

TEST_F(AccessPathsTest, AConditionOnTheContextIsSaidAndOneOnTheResourceIsDecided) {
    mesh.put(Kind::policy, "customer/day",
             {{"cedar", "@note(\"(\") permit (principal in Group::\"analysts\", action == Action::\"read\", "
                        "resource in Domain::\"customer\") when { context has purpose };"}});
    mesh.put(Kind::policy, "customer/no",
             {{"cedar", "permit (principal == User::\"bo\", action == Action::\"read\", "
                        "resource in Domain::\"customer\") when { resource.hasTag(\"x\") };"}});
    const std::vector<Access> items = readers();

    EXPECT_EQ(only(items).name, "user:ana");
    EXPECT_EQ(items.at(0).paths.at(0).via, "policy:customer/day");
    EXPECT_EQ(items.at(0).paths.at(0).conditions,
              (std::vector<std::string>{"when { context has purpose }"}));
    // The text of a rule is for those who may read the rule.
    EXPECT_EQ(only(what(mesh, "user:ana", Action::read, 10, "user:ana")).paths.at(0).conditions,
              (std::vector<std::string>{"its conditions hold"}));
}

TEST_F(AccessPathsTest, WhatIsForEverybodyIsOneItem) {
    mesh.put(Kind::policy, "customer/open",
             {{"cedar", "permit (principal is User, action == Action::\"read\", "
                        "resource in Domain::\"customer\");"}});
    std::vector<Access> items = readers();

    EXPECT_EQ(only(items).scope, "every user");
    EXPECT_EQ(items.at(0).name, "");

    mesh.put(Kind::guardrail, "closed",
             {{"cedar", "forbid (principal, action == Action::\"read\", resource);"}});
    EXPECT_TRUE(readers().empty());
}

TEST_F(AccessPathsTest, AForbidWithoutAConditionLeavesNobodyAndOneWithIsSaid) {
    mesh.grant("user:ana", "customer/people", {"read"});
    mesh.put(Kind::guardrail, "hours",
             {{"cedar", "forbid (principal, action == Action::\"read\", resource) "
                        "unless { context has purpose };"}});
    const std::vector<Access> admin_sees = readers("user:admin");
    const std::vector<Access> owner_sees = readers();

    EXPECT_EQ(only(admin_sees).forbidden_by.at(0).by, "guardrail:hours");
    EXPECT_EQ(admin_sees.at(0).forbidden_by.at(0).conditions,
              (std::vector<std::string>{"unless { context has purpose }"}));
    EXPECT_EQ(only(owner_sees).forbidden_by.at(0).conditions,
              (std::vector<std::string>{"its conditions hold"}));

    mesh.put(Kind::guardrail, "hours",
             {{"cedar", "forbid (principal == User::\"ana\", action == Action::\"read\", resource);"}});
    EXPECT_TRUE(readers().empty());
}

TEST_F(AccessPathsTest, AForbidOnAColumnTakesAPart) {
    mesh.grant("user:ana", "customer/people", {"read"});
    mesh.put(Kind::policy, "customer/part",
             {{"cedar", "forbid (principal, action == Action::\"read\", "
                        "resource == Column::\"customer/people/files/a\");"}});

    EXPECT_EQ(only(readers()).forbidden_by.at(0).by, "policy:customer/part");
    EXPECT_TRUE(only(readers()).forbidden_by.at(0).conditions.empty());
}

TEST_F(AccessPathsTest, AShadowGuardrailIsNotInIt) {
    mesh.grant("user:ana", "customer/people", {"read"});
    mesh.put(Kind::guardrail, "trial",
             {{"cedar", "forbid (principal, action == Action::\"read\", resource);"},
              {"mode", "shadow"}});

    EXPECT_TRUE(only(readers()).forbidden_by.empty());
}

TEST_F(AccessPathsTest, AForbidOfADomainAboveCountsAndItsPermitDoesNot) {
    mesh.domain("retail");
    mesh.put(Kind::domain, "customer",
             {{"title", "customer"}, {"owners", {"user:olga"}}, {"parent", "retail"}});
    mesh.put(Kind::policy, "retail/open",
             {{"cedar", "permit (principal == User::\"bo\", action == Action::\"read\", "
                        "resource in Domain::\"retail\");"}});
    mesh.grant("user:bo", "retail", {"read"});
    mesh.grant("user:ana", "customer", {"read"});

    EXPECT_EQ(names_of(readers()), (Names{"user:ana"}));
    EXPECT_TRUE(names_of(what(mesh, "user:bo", Action::read)).empty());

    mesh.put(Kind::policy, "retail/shut",
             {{"cedar", "forbid (principal, action == Action::\"read\", resource in Domain::\"retail\");"}});
    EXPECT_TRUE(readers().empty());
}

TEST_F(AccessPathsTest, NewBearersOfOldNamesHaveNothing) {
    mesh.grant("group:analysts", "customer/people", {"read"});
    mesh.grant("user:bo", "customer/people", {"read"});
    Mesh::check(mesh.try_patch(Kind::domain, "sales", {{"members", Json::array()}}), "patch");
    Mesh::check(mesh.try_remove(Kind::user, "bo"), "remove");
    mesh.user("bo");
    Mesh::check(mesh.try_patch(Kind::group, "everyone", {{"members", Json::array()}}), "patch");
    Mesh::check(mesh.try_remove(Kind::group, "analysts"), "remove");
    mesh.put(Kind::group, "analysts", {{"title", "A"}, {"members", {"user:ana"}}});

    EXPECT_TRUE(readers().empty());
    EXPECT_TRUE(what(mesh, "user:bo", Action::read).empty());
}

TEST_F(AccessPathsTest, MembersOfAClaimedGroupCount) {
    mesh.put(Kind::group, "outside",
             {{"title", "O"}, {"members", Json::array()},
              {"claimed", {{{"issuer", "okta"}, {"group", "data"}}}}});
    mesh.put(Kind::user, "eva", {{"title", "Eva"},
                                 {"identity", {{"issuer", "okta"}, {"subject", "e"}}}});
    mesh.grant("group:outside", "customer/people", {"read"});
    World world = mesh.world();
    const auto claim = [&](const Json& groups) {
        Resource eva = mesh.draft().find(world.principal({Kind::user, "eva"})->id).value().value();
        eva.state = Json{{"claims", {{"groups", groups}, {"tags", Json::object()}}}}.dump();
        Mesh::check(world.put(eva), "claims");
    };
    const auto names = [&] {
        return names_of(all_pages([&](const AccessPosition& after) {
            return who_can(world, mesh.caller("user:olga"), Action::read, port, after, 10);
        }));
    };

    claim({"data"});
    EXPECT_EQ(names(), (Names{"user:eva"}));
    claim(Json::array());
    EXPECT_EQ(names(), Names{});
}

TEST_F(AccessPathsTest, AWorldRebuiltFromTheStoreSaysTheSame) {
    mesh.grant("group:everyone", "customer/people", {"read"});
    mesh.grant("domain:sales", port, {"read"});
    mesh.put(Kind::policy, "customer/max",
             {{"cedar", "permit (principal == User::\"max\", action == Action::\"read\", "
                        "resource in Domain::\"customer\");"}});
    mesh.commit();
    const World rebuilt = mesh.rebuilt();
    Caller olga = mesh.caller("user:olga");
    olga.principal = rebuilt.principal({Kind::user, "olga"});
    Caller max = olga;
    max.principal = rebuilt.principal({Kind::user, "max"});

    EXPECT_EQ(names_of(all_pages([&](const AccessPosition& after) {
                  return who_can(rebuilt, olga, Action::read, port, after, 1);
              })),
              (Names{"user:ana", "user:bo", "user:max"}));
    EXPECT_EQ(names_of(all_pages([&](const AccessPosition& after) {
                  return what_can(rebuilt, max, {Kind::user, "max"}, Action::read, after, 1);
              })),
              (Names{port}));
}

TEST_F(AccessPathsTest, WhoIsForOwnersAndAuditors) {
    mesh.put(Kind::product, "customer/secret",
             {{"title", "s"}, {"visibility", "hidden"}, {"ports", Json::array()}});
    const auto ask = [&](const std::string& asker, const std::string& resource) {
        const Result<AccessPage> page =
            who_can(mesh.world(), mesh.caller(asker), Action::read, resource, {}, 10);
        return page ? std::string("yes") : page.error().code() == ErrorCode::forbidden ? "403" : "404";
    };

    EXPECT_EQ(ask("user:olga", "customer/people"), "yes");
    EXPECT_EQ(ask("user:admin", "customer/people"), "yes");
    EXPECT_EQ(ask("user:ana", "customer/people"), "403");
    EXPECT_EQ(ask("user:max", "customer/people"), "403");
    EXPECT_EQ(ask("user:ana", "customer/secret"), "404");
    EXPECT_EQ(ask("user:ana", "customer/nothing"), "404");
}

TEST_F(AccessPathsTest, WhatAboutOthersIsOfWhatOneOwns) {
    mesh.product("sales/orders", Json::array({{{"name", "a"}, {"type", "int"}}}));
    mesh.grant("user:ana", "customer/people", {"read"});
    mesh.grant("user:ana", "sales/orders", {"read"});
    const auto ports = [&](const std::string& asker) {
        return names_of(what(mesh, "user:ana", Action::read, 10, asker));
    };

    EXPECT_EQ(ports("user:ana"), (Names{port, "sales/orders/files"}));
    EXPECT_EQ(ports("user:admin"), (Names{port, "sales/orders/files"}));
    EXPECT_EQ(ports("user:olga"), (Names{port}));
    EXPECT_EQ(what_can(mesh.world(), mesh.caller("user:bo"), {Kind::user, "ana"}, Action::read, {},
                       10)
                  .error()
                  .code(),
              ErrorCode::forbidden);
}

TEST_F(AccessPathsTest, WhatIsHiddenFromTheAskerIsLeftOut) {
    mesh.grant("domain:sales", "customer/people", {"read"});
    mesh.put(Kind::guardrail, "no-directory",
             {{"cedar", "forbid (principal == User::\"olga\", action == Action::\"describe\", "
                        "resource is Mesh);"}});

    EXPECT_TRUE(readers("user:olga").empty());
    // Sales has nothing that she may discover either.
    mesh.put(Kind::guardrail, "no-directory",
             {{"cedar", "forbid (principal == User::\"olga\", action == Action::\"discover\", "
                        "resource == Domain::\"sales\");"}});
    const std::vector<Access> items = readers("user:olga");
    EXPECT_EQ(only(items).paths.at(0).chain, (std::vector<std::string>{"user:bo"}));
    EXPECT_EQ(items.at(0).paths.at(0).grantee, "");
}

TEST_F(AccessPathsTest, MetadataAreTheResourcesOfGrantsAndTheScopesOfPolicies) {
    mesh.product("customer/secret", Json::array({{{"name", "a"}, {"type", "int"}}}),
                 {{"visibility", "hidden"}});
    mesh.grant("user:ana", "customer/secret", {"discover"});
    const std::vector<Access> items = what(mesh, "user:ana", Action::discover);
    Names scopes;
    for (const Access& item : items) {
        if (!item.scope.empty()) {
            scopes.insert(item.scope);
        }
    }

    EXPECT_EQ(names_of(items), (Names{"customer/secret"}));
    EXPECT_TRUE(scopes.contains("resource is Product"));
    // Nobody is told apart from everybody where the product is listed.
    EXPECT_EQ(names_of(who(mesh, "customer/secret", Action::discover)),
              (Names{"user:ana", "user:admin"}));
}

}  // namespace
}  // namespace charter::testing
