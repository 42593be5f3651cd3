// What is suspended is closed, whatever rules say, until it is opened again.
#include "support/mesh.hpp"

#include "charter/governance/suspensions.hpp"

#include <iostream>

namespace charter::testing {
namespace {

/// The domain europe below customer, below retail; olga owns customer, rita retail. ana may read
/// everything in europe and customer.
class SuspensionsTest : public ::testing::Test {
protected:
    SuspensionsTest() {
        for (const char* name : {"ana", "olga", "rita", "second"}) {
            mesh.user(name);
        }
        mesh.put(Kind::group, "analysts", {{"title", "g"}, {"members", {"user:ana"}}});
        mesh.put(Kind::engine, "trino",
                 {{"title", "t"}, {"enforces", {"columns"}}, {"speaks_for", {"user:ana"}}});
        mesh.domain("retail", {{"owners", {"user:rita"}}});
        mesh.domain("customer", {{"parent", "retail"}, {"owners", {"user:olga"}}});
        mesh.domain("europe", {{"parent", "customer"}, {"members", {"user:ana"}}});
        for (const char* product : {"customer/a", "europe/a"}) {
            mesh.product(product, Json::array({{{"name", "c"}, {"type", "int"}}}));
        }
        mesh.grant("user:ana", "customer", {"read", "write"});
        mesh.grant("group:analysts", "europe", {"read"});
        mesh.put(Kind::policy, "europe/trust",
                 {{"cedar", R"(permit (principal, action == Action::"enforce", resource in Domain::"europe");)"}});
    }

    Result<Resource> try_suspend(const Json& what, const std::string& by = "user:admin",
                                 AdministratorsGoBy rule = AdministratorsGoBy::one) {
        Json body{{"reason", "an incident"}};
        body.update(what);
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return suspend(draft, who, rule, body);
        });
    }
    ResourceId suspended(const Json& what, const std::string& by = "user:admin") {
        Result<Resource> made = try_suspend(what, by);
        Mesh::check(made, "suspend " + what.dump());
        return made->id;
    }
    Result<> try_lift(ResourceId id, const std::string& by = "user:admin") {
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return lift_suspension(draft, who, id, "over");
        });
    }

    bool reads(const std::string& port, const std::string& who = "user:ana") {
        Decider read(mesh.world(), mesh.caller(who), Action::read);
        return read.decide_columns(*mesh.world().port(port)).some();
    }
    Verdict verdict(const std::string& who, Action action, const std::string& port) {
        return Decider(mesh.world(), mesh.caller(who), action)
            .decide(target_of(mesh.world(), *mesh.world().port(port)));
    }
    bool readable(const std::string& who, ResourceId id) {
        return check_readable(mesh.world(), mesh.caller(who), *mesh.world().find(id)).has_value();
    }

    Mesh mesh;
};

TEST_F(SuspensionsTest, ADomainIsClosedWithAllThatLiesInItAndBelowIt) {
    ASSERT_TRUE(reads("europe/a/files"));
    const ResourceId id = suspended({{"resource", "customer"}});

    EXPECT_FALSE(reads("customer/a/files"));
    EXPECT_FALSE(reads("europe/a/files"));
    EXPECT_FALSE(verdict("user:ana", Action::write, "customer/a/files").allow);
    EXPECT_FALSE(verdict("engine:trino", Action::enforce, "europe/a/files").allow);
    EXPECT_TRUE(verdict("user:ana", Action::describe, "europe/a/files").allow)
        << "what is known of it stays visible";
    EXPECT_TRUE(verdict("user:olga", Action::edit, "customer/a/files").allow);

    ASSERT_TRUE(try_lift(id));
    EXPECT_TRUE(reads("customer/a/files"));
    EXPECT_TRUE(reads("europe/a/files"));
    EXPECT_TRUE(verdict("engine:trino", Action::enforce, "europe/a/files").allow);
    EXPECT_FALSE(mesh.world().any_suspended());
}

TEST_F(SuspensionsTest, AProductOrPortIsClosedAloneAndTheVerdictNamesTheSuspension) {
    const ResourceId id = suspended({{"resource", "customer/a/files"}});

    const Verdict closed = verdict("user:ana", Action::write, "customer/a/files");

    ASSERT_EQ(closed.determined_by.size(), 1u);
    EXPECT_EQ(closed.determined_by[0].label, "suspension:" + id.text());
    EXPECT_NE((*closed.determined_by[0].evidence)->content.find("an incident"), std::string::npos);
    EXPECT_EQ(closed.reason(), "it is suspended");
    const World& world = mesh.world();
    const Target target = target_of(world, *world.port("customer/a/files"));
    EXPECT_EQ(reason_for(world, mesh.caller("user:ana"), closed, target), "suspended: an incident");
    EXPECT_TRUE(reads("europe/a/files"));
    EXPECT_FALSE(reads("customer/a/files"));
}

TEST_F(SuspensionsTest, WhyIsForWhoMayDescribe) {
    mesh.product("customer/hidden", Json::array({{{"name", "c"}, {"type", "int"}}}),
                 {{"visibility", "hidden"}});
    const ResourceId id = suspended({{"resource", "customer/hidden"}});
    const World& world = mesh.world();
    const Target target = target_of(world, *world.port("customer/hidden/files"));
    const Verdict closed = verdict("user:second", Action::write, "customer/hidden/files");

    EXPECT_EQ(reason_for(world, mesh.caller("user:second"), closed, target), "it is suspended");
    EXPECT_FALSE(readable("user:second", id));
    EXPECT_TRUE(readable("user:ana", id));
    EXPECT_TRUE(readable("user:olga", id));
    EXPECT_FALSE(try_lift(id, "user:second"));
    EXPECT_EQ(try_lift(id, "user:second").error().code(), ErrorCode::not_found);
}

TEST_F(SuspensionsTest, APrincipalIsClosedByItselfOrByItsGroup) {
    for (const char* name : {"user:ana", "group:analysts"}) {
        const Caller ana = mesh.signed_in("user:ana");
        ASSERT_TRUE(renewed(mesh.world(), ana));
        const ResourceId id = suspended({{"principal", name}});

        EXPECT_FALSE(renewed(mesh.world(), ana)) << name;
        EXPECT_FALSE(reads("customer/a/files")) << name;
        EXPECT_TRUE(closed(mesh.world(), *mesh.caller("user:ana").principal)) << name;
        EXPECT_FALSE(closed(mesh.world(), *mesh.caller("user:olga").principal)) << name;
        EXPECT_FALSE(readable("user:olga", id)) << "why somebody is shut out is not for everybody";

        ASSERT_TRUE(try_lift(id));
        EXPECT_TRUE(renewed(mesh.world(), ana)) << name;
        EXPECT_TRUE(reads("customer/a/files")) << name;
    }
}

TEST_F(SuspensionsTest, AClosedDomainDoesNotShutOutItsTeam) {
    suspended({{"resource", "europe"}});

    EXPECT_FALSE(closed(mesh.world(), *mesh.caller("user:ana").principal));
    EXPECT_TRUE(reads("customer/a/files"));
}

TEST_F(SuspensionsTest, OwnersCloseWhatIsTheirsAndNothingElse) {
    EXPECT_TRUE(try_suspend({{"resource", "customer/a"}}, "user:olga"));
    EXPECT_TRUE(try_suspend({{"resource", "europe"}}, "user:olga"));
    for (const Json& what : {Json{{"resource", "retail"}}, Json{{"principal", "user:ana"}},
                             Json{{"principal", "engine:trino"}}, Json{{"storage", "lake"}}}) {
        const Result<Resource> refused = try_suspend(what, "user:olga");
        ASSERT_FALSE(refused) << what;
        EXPECT_TRUE(refused.error().code() == ErrorCode::forbidden ||
                    refused.error().code() == ErrorCode::invalid_request)
            << what;
    }
    EXPECT_FALSE(try_suspend({{"resource", "customer/a/files"}}, "user:ana"));
}

TEST_F(SuspensionsTest, WhoStandsLowerDoesNotOpenItAgain) {
    const ResourceId by_admin = suspended({{"resource", "customer/a"}});
    EXPECT_EQ(try_lift(by_admin, "user:olga").error().code(), ErrorCode::forbidden);
    const ResourceId by_rita = suspended({{"resource", "europe/a"}}, "user:rita");
    EXPECT_EQ(try_lift(by_rita, "user:olga").error().code(), ErrorCode::forbidden);

    EXPECT_TRUE(try_lift(by_rita, "user:rita"));
    EXPECT_TRUE(try_lift(by_admin));
}

TEST_F(SuspensionsTest, WhoStandsHigherTakesOverAndNobodyElse) {
    const ResourceId own = suspended({{"resource", "customer/a"}}, "user:olga");
    EXPECT_EQ(try_suspend({{"resource", "customer/a"}}, "user:olga").error().code(),
              ErrorCode::conflict);

    const ResourceId over = suspended({{"resource", "customer/a"}});

    EXPECT_FALSE(mesh.world().find(own));
    EXPECT_EQ(try_suspend({{"resource", "customer/a"}}, "user:olga").error().code(),
              ErrorCode::conflict);
    EXPECT_FALSE(try_lift(over, "user:olga"));
    EXPECT_FALSE(reads("customer/a/files"));
}

TEST_F(SuspensionsTest, NobodyShutsOutHimselfOrTheLastAdministrator) {
    mesh.put(Kind::group, "administrators", {{"title", "a"}, {"members", {"user:admin", "user:second"}}});
    for (const char* name : {"user:admin", "group:administrators"}) {
        EXPECT_EQ(try_suspend({{"principal", name}}).error().code(), ErrorCode::conflict) << name;
    }
    EXPECT_EQ(try_suspend({{"principal", "user:second"}}, "user:admin", AdministratorsGoBy::two)
                  .error()
                  .code(),
              ErrorCode::conflict);
    const ResourceId id = suspended({{"principal", "user:second"}});

    // The last one who can still sign in stays.
    EXPECT_FALSE(mesh.try_put(Kind::group, "administrators",
                              {{"title", "a"}, {"members", {"user:second"}}}));
    ASSERT_TRUE(try_lift(id));
    EXPECT_TRUE(mesh.try_put(Kind::group, "administrators",
                             {{"title", "a"}, {"members", {"user:second"}}}));
}

TEST_F(SuspensionsTest, WhatIsGoneTakesItsSuspensionWithIt) {
    suspended({{"resource", "customer/a/files"}});
    suspended({{"resource", "europe"}});
    suspended({{"resource", "europe/a"}});
    suspended({{"principal", "user:second"}});
    ASSERT_TRUE(mesh.try_remove(Kind::product, "customer/a"));
    ASSERT_TRUE(mesh.try_remove(Kind::domain, "europe", true));
    ASSERT_TRUE(mesh.try_remove(Kind::user, "second"));

    EXPECT_FALSE(mesh.world().any_suspended());
    mesh.commit();
    EXPECT_FALSE(mesh.rebuilt().any_suspended());
    mesh.user("second");
    EXPECT_FALSE(closed(mesh.world(), *mesh.caller("user:second").principal));
}

TEST_F(SuspensionsTest, WhatIsSuspendedDoesNotSlipOutOfItsPlace) {
    suspended({{"resource", "customer/a/files"}});
    const auto put = [&](const std::string& by, const char* port, const char* place) {
        return mesh.try_put(Kind::product, "customer/a",
                            {{"title", "a"},
                             {"ports", Json::array({{{"name", port},
                                                     {"location", std::string("local://lake/customer/") + place},
                                                     {"columns", Json::array({{{"name", "c"}, {"type", "int"}}})}}})}},
                            by);
    };
    EXPECT_FALSE(mesh.change("user:olga", [&](Draft& draft, const Caller& who) {
        return delete_document(draft, who, Mesh::address(Kind::product, "customer/a"), {}, {});
    }));
    EXPECT_TRUE(put("user:olga", "files", "a/files/")) << "its title may change";
    ASSERT_TRUE(put("user:olga", "files", "elsewhere/")) << "what is published stays where it is";
    EXPECT_EQ(mesh.change("user:olga", [&](Draft& draft, const Caller& who) {
                      return publish_product(draft, who, Mesh::address(Kind::product, "customer/a"),
                                             {{"version", "2.0.0"}});
                  }).error().code(),
              ErrorCode::forbidden);
    ASSERT_TRUE(put("user:admin", "other", "other/"));
    ASSERT_TRUE(mesh.try_publish("customer/a", "3.0.0"));
    EXPECT_FALSE(mesh.world().any_suspended()) << "the port is gone, by an administrator";
}

TEST_F(SuspensionsTest, ADomainDoesNotMoveOutOfASuspendedOne) {
    suspended({{"resource", "retail"}});
    const Json moved{{"title", "customer"}, {"parent", "free"}, {"owners", {"user:olga"}}};
    mesh.domain("free", {{"owners", {"user:rita"}}});

    EXPECT_FALSE(mesh.try_put(Kind::domain, "customer", moved, "user:rita"));
    EXPECT_TRUE(mesh.try_put(Kind::domain, "customer", moved)) << "an administrator may";
}

TEST_F(SuspensionsTest, AWorldRebuiltFromTheStoreIsAsClosed) {
    const ResourceId id = suspended({{"resource", "customer"}}, "user:olga");
    mesh.commit();

    const World again = mesh.rebuilt();

    const SuspensionEntry* found = again.suspension_of(again.domain("customer")->id);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->reason, "an incident");
    EXPECT_EQ(found->held_by, again.domain("customer")->id);
    Decider read(again, mesh.caller("user:ana"), Action::read);
    EXPECT_FALSE(read.decide_columns(*again.port("europe/a/files")).some());
}

TEST_F(SuspensionsTest, WhatItNamesMustBeThereAndAReasonIsNeeded) {
    for (const Json& what : {Json{{"resource", "nowhere"}}, Json{{"principal", "user:nobody"}},
                             Json{{"storage", "none"}}, Json{{"principal", "domain:customer"}},
                             Json{{"resource", "customer"}, {"storage", "lake"}}, Json::object(),
                             Json{{"resource", "customer"}, {"reason", " "}},
                             Json{{"resource", "customer/a/files/c"}}}) {
        const Result<Resource> refused = try_suspend(what);
        ASSERT_FALSE(refused) << what;
        EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request) << what;
    }
}

}  // namespace
}  // namespace charter::testing
