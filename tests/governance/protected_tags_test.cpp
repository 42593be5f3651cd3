// Protected keys, effective tags, and what becomes of values that go.
#include "support/mesh.hpp"

#include "governance/fold.hpp"

#include <iostream>

namespace charter::testing {
namespace {

Json columns() {
    return Json::array({{{"name", "mail"}, {"type", "string"}, {"tags", {{"class", {"pii"}}}}},
                        {{"name", "city"}, {"type", "string"}}});
}

/// The domain customer below retail, owned by olga; class is a key whose steward is stella,
/// who is a steward of customer too. The product customer/people has the port files.
class ProtectedTagsTest : public ::testing::Test {
protected:
    ProtectedTagsTest() {
        for (const char* name : {"ana", "olga", "stella"}) {
            mesh.user(name);
        }
        Mesh::check(protect(false), "the key");
        mesh.put(Kind::tag, "area", {{"values", {"x", "y"}}});
        mesh.domain("retail", {{"tags", {{"class", {"legal"}}}}});
        mesh.domain("customer", {{"parent", "retail"},
                                 {"owners", {"user:olga"}},
                                 {"stewards", {"user:stella"}},
                                 {"tags", {{"area", {"x"}}}}});
        mesh.product("customer/people", columns());
    }

    Result<Written> protect(bool is_protected, const Json& values = {"pii", "legal", "open"}) {
        return mesh.try_put(Kind::tag, "class",
                            {{"values", values},
                             {"protected", is_protected},
                             {"stewards", {"user:stella"}}});
    }

    Json document(Kind kind, const std::string& path) {
        const auto found = mesh.draft().find(kind, path);
        return Json::parse((*found)->document);
    }

    /// What rules see: Column::"customer/people/files/mail".
    std::string tags_of(const policy::EntityUid& uid) {
        const policy::Entity* entity = mesh.world().find(uid);
        return entity != nullptr ? entity->tags.to_cedar_text() : "none";
    }
    std::string column(const std::string& name) {
        return tags_of({"Column", "customer/people/files/" + name});
    }

    Result<Written> put_product(const std::string& by, const std::function<void(Json&)>& edit) {
        Json product = document(Kind::product, "customer/people");
        edit(product);
        return mesh.try_put(Kind::product, "customer/people", product, by);
    }

    Mesh mesh;
};

TEST_F(ProtectedTagsTest, ALowerLevelReplacesAKeyUntilItIsProtected) {
    EXPECT_EQ(column("mail"), R"({"area": ["x"], "class": ["pii"]})");
    EXPECT_EQ(column("city"), R"({"area": ["x"], "class": ["legal"]})");

    ASSERT_TRUE(protect(true));

    EXPECT_EQ(column("mail"), R"({"area": ["x"], "class": ["legal", "pii"]})");
    ASSERT_TRUE(protect(false));
    EXPECT_EQ(column("mail"), R"({"area": ["x"], "class": ["pii"]})");
}

TEST_F(ProtectedTagsTest, AWorldRebuiltFromTheStoreKnowsTheProtectedKeysToo) {
    ASSERT_TRUE(protect(true));
    mesh.commit();
    const World again = mesh.rebuilt();

    for (const char* name : {"mail", "city"}) {
        const policy::EntityUid uid("Column", std::string("customer/people/files/") + name);
        EXPECT_EQ(again.find(uid)->tags.to_cedar_text(), tags_of(uid)) << name;
    }
    EXPECT_EQ(again.domain("customer")->effective_tags,
              mesh.world().domain("customer")->effective_tags);
}

TEST_F(ProtectedTagsTest, AForbidOnAnInheritedValueOfAProtectedKeyCannotBeTaggedAway) {
    ASSERT_TRUE(protect(true));
    mesh.put(Kind::guardrail, "legal",
             {{"cedar", R"(forbid (principal, action in Action::"data", resource) when )"
                        R"({ resource.hasTag("class") && resource.getTag("class").contains("legal") };)"}});
    mesh.grant("user:ana", "customer/people", {"read"});

    Decider read(mesh.world(), mesh.caller("user:ana"), Action::read);

    EXPECT_EQ(read.decide_columns(*mesh.world().port("customer/people/files")).allowed, 0u);
}

TEST_F(ProtectedTagsTest, OnlyItsStewardsSetOrLoseAValue) {
    ASSERT_TRUE(protect(true));
    const auto set = [](const Json& values) {
        return [values](Json& product) { product["tags"] = {{"class", values}}; };
    };
    for (const char* who : {"user:olga", "user:admin"}) {
        const Result<Written> refused = put_product(who, set({"pii"}));
        ASSERT_FALSE(refused) << who;
        EXPECT_EQ(refused.error().code(), ErrorCode::forbidden) << who;
    }
    ASSERT_TRUE(put_product("user:stella", set({"pii", "open"})));

    for (const Json& fewer : {Json::array({"pii"}), Json::array({"open"})}) {
        EXPECT_FALSE(put_product("user:olga", set(fewer)));
    }
    EXPECT_FALSE(put_product("user:olga", [](Json& product) { product.erase("tags"); }));
    EXPECT_FALSE(mesh.try_patch(Kind::product, "customer/people", {{"tags", nullptr}}));
    EXPECT_TRUE(put_product("user:stella", set({"pii"})));
}

TEST_F(ProtectedTagsTest, AColumnOrPortThatCarriesAProtectedKeyGoesByItsStewardsOnly) {
    ASSERT_TRUE(protect(true));
    const auto drop_column = [](Json& product) { product["ports"][0]["columns"].erase(0); };
    const auto drop_port = [](Json& product) { product["ports"] = Json::array(); };
    const auto rename = [](Json& product) { product["ports"][0]["columns"][0]["name"] = "email"; };

    EXPECT_FALSE(put_product("user:olga", drop_column));
    EXPECT_FALSE(put_product("user:olga", drop_port));
    EXPECT_FALSE(put_product("user:olga", rename));

    EXPECT_TRUE(put_product("user:olga", [](Json& product) { product["title"] = "other"; }));
    EXPECT_TRUE(put_product("user:stella", drop_column));
}

TEST_F(ProtectedTagsTest, WhatCarriesAProtectedKeyIsDeletedByItsStewardsOnly) {
    ASSERT_TRUE(protect(true));

    EXPECT_FALSE(mesh.try_remove(Kind::product, "customer/people"));
    EXPECT_FALSE(mesh.try_remove(Kind::domain, "customer", true));

    ASSERT_TRUE(protect(false));
    EXPECT_TRUE(mesh.try_remove(Kind::product, "customer/people"));
}

TEST_F(ProtectedTagsTest, ADomainDoesNotMoveAwayFromAProtectedValue) {
    ASSERT_TRUE(protect(true));
    Json document = this->document(Kind::domain, "customer");
    document.erase("parent");

    const Result<Written> moved = mesh.try_put(Kind::domain, "customer", document);

    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code(), ErrorCode::forbidden);
    ASSERT_TRUE(protect(false));
    EXPECT_TRUE(mesh.try_put(Kind::domain, "customer", document));
}

TEST_F(ProtectedTagsTest, ANewDomainAtTheTopNeedsTheRightToItsKeysToo) {
    ASSERT_TRUE(protect(true));

    EXPECT_FALSE(mesh.try_put(Kind::domain, "legal", {{"title", "l"}, {"tags", {{"class", {"legal"}}}}}));
    EXPECT_TRUE(mesh.try_put(Kind::domain, "legal", {{"title", "l"}, {"tags", {{"area", {"x"}}}}}));
}

TEST_F(ProtectedTagsTest, TaggingInTheCallThatCreatesNeedsBothRights) {
    ASSERT_TRUE(protect(true));
    const Json document{{"title", "new"}, {"tags", {{"class", {"pii"}}}}};

    EXPECT_FALSE(mesh.try_put(Kind::product, "customer/new", document, "user:olga"));
    EXPECT_FALSE(mesh.try_put(Kind::product, "customer/new", document, "user:stella"));
    EXPECT_FALSE(mesh.world().product("customer/new"));

    EXPECT_TRUE(mesh.try_put(Kind::product, "customer/new", {{"title", "new"}}, "user:olga"));
    EXPECT_TRUE(mesh.try_put(Kind::product, "customer/new", document, "user:stella"));
}

TEST_F(ProtectedTagsTest, AColumnThatMayNotBeTaggedIsNotTaggedThroughItsProduct) {
    mesh.put(Kind::guardrail, "frozen",
             {{"cedar", R"(forbid (principal, action == Action::"assign_tag", resource is Column);)"}});
    const auto tag = [](const char* column) {
        return [column](Json& product) {
            for (Json& each : product["ports"][0]["columns"]) {
                if (each["name"] == column) {
                    each["tags"] = {{"area", {"y"}}};
                }
            }
        };
    };

    EXPECT_FALSE(put_product("user:olga", tag("city")));
    EXPECT_TRUE(put_product("user:olga", [](Json& product) {
        product["ports"][0]["tags"] = {{"area", {"y"}}};
    }));
}

TEST_F(ProtectedTagsTest, NobodyTagsHimself) {
    const Json document{{"title", "admin"}, {"tags", {{"area", {"x"}}}}};

    const Result<Written> own = mesh.try_put(Kind::user, "admin", document);
    ASSERT_FALSE(own);
    EXPECT_EQ(own.error().code(), ErrorCode::forbidden);

    mesh.put(Kind::user, "ana", document);
    ASSERT_TRUE(protect(true));
    const Json with_class{{"title", "ana"}, {"tags", {{"class", {"open"}}}}};
    EXPECT_FALSE(mesh.try_put(Kind::user, "ana", with_class)) << "not a steward of the key";
}

TEST_F(ProtectedTagsTest, ARemovedOverrideShowsTheInheritedTagAgain) {
    EXPECT_EQ(column("mail"), R"({"area": ["x"], "class": ["pii"]})");

    ASSERT_TRUE(put_product("user:olga", [](Json& product) {
        product["ports"][0]["columns"][0].erase("tags");
    }));

    EXPECT_EQ(column("mail"), R"({"area": ["x"], "class": ["legal"]})");
}

TEST_F(ProtectedTagsTest, EffectiveTagsSayWhereEachKeyComesFrom) {
    const auto shown = [&] {
        const auto resource = mesh.draft().find(Kind::product, "customer/people");
        Json json = represent(mesh.world(), **resource, mesh.now);
        add_effective_tags(json, mesh.world(), *mesh.world().product("customer/people"));
        return json;
    };
    const Json before = shown();
    EXPECT_EQ(before["effective_tags"], (Json{{"area", {{"values", {"x"}}, {"origin", "customer"}}},
                                              {"class", {{"values", {"legal"}}, {"origin", "retail"}}}}));
    EXPECT_EQ(before["ports"], document(Kind::product, "customer/people")["ports"]) << "as put";
    EXPECT_EQ(before["effective_tags_below"],
              (Json{{"files/mail",
                     {{"area", {{"values", {"x"}}, {"origin", "customer"}}},
                      {"class", {{"values", {"pii"}}, {"origin", "customer/people/files/mail"}}}}}}));

    ASSERT_TRUE(protect(true));

    EXPECT_EQ(shown()["effective_tags_below"]["files/mail"]["class"],
              (Json{{"values", {"legal", "pii"}}, {"origin", "customer/people/files/mail"}}));
    // They may be sent back with the values they have.
    ASSERT_TRUE(mesh.try_put(Kind::product, "customer/people", shown(), "user:olga"));
    for (const char* field : {"effective_tags", "effective_tags_below"}) {
        Json other = shown();
        other[field] = Json::object();
        const Result<Written> refused = mesh.try_put(Kind::product, "customer/people", other);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().violations().at(0).pointer, std::string("/") + field);
    }
}

TEST_F(ProtectedTagsTest, WhatIsInUseIsNotTakenFromTheVocabularyAndTheAnswerSaysWhere) {
    mesh.put(Kind::user, "ana", {{"title", "ana"}, {"tags", {{"class", {"pii"}}}}});
    mesh.put(Kind::policy, "customer/open",
             {{"cedar", R"(permit (principal, action == Action::"read", resource in Domain::"customer") )"
                        R"(when { resource.hasTag("class") && resource.getTag("class").contains("pii") };)"}});

    const Result<Written> fewer = protect(false, {"legal", "open"});

    ASSERT_FALSE(fewer);
    EXPECT_EQ(fewer.error().code(), ErrorCode::conflict);
    std::set<std::string> places;
    for (const Violation& each : fewer.error().violations()) {
        places.insert(each.detail);
    }
    EXPECT_EQ(places, (std::set<std::string>{"in use by customer/people/files/mail",
                                             "in use by user:ana",
                                             "in use by policy:customer/open"}));
    EXPECT_TRUE(protect(false, {"pii", "legal"})) << "nothing has `open`";
    EXPECT_FALSE(mesh.try_remove(Kind::tag, "class"));
}

TEST_F(ProtectedTagsTest, ForceTakesAValueAwayFromAllThatCarriesIt) {
    mesh.put(Kind::user, "ana", {{"title", "ana"}, {"tags", {{"class", {"pii", "open"}}}}});
    const std::uint64_t revision = mesh.world().product("customer/people")->revision;
    const auto force = [&](const std::string& by) {
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return put_document(draft, who, Mesh::address(Kind::tag, "class"),
                                {{"values", {"legal", "open"}}, {"stewards", {"user:stella"}}}, {},
                                {.force = true});
        });
    };
    ASSERT_TRUE(protect(true));
    EXPECT_FALSE(force("user:admin")) << "it is protected, and the administrator no steward";
    ASSERT_TRUE(protect(false));

    ASSERT_TRUE(force("user:admin"));

    EXPECT_EQ(column("mail"), R"({"area": ["x"], "class": ["legal"]})");
    EXPECT_EQ(document(Kind::user, "ana")["tags"], (Json{{"class", {"open"}}}));
    EXPECT_EQ(mesh.world().product("customer/people")->revision, revision + 1);
    EXPECT_EQ(mesh.world().uses("tag:class=pii"), 0u);
    mesh.commit();
    EXPECT_EQ(mesh.rebuilt().uses("tag:class=pii"), 0u);
    // Published columns that left the working copy carry it no more either.
    ASSERT_TRUE(mesh.change("user:admin", [&](Draft& draft, const Caller& who) {
        return delete_document(draft, who, Mesh::address(Kind::tag, "class"), {}, {.force = true});
    }));
    EXPECT_EQ(column("mail"), R"({"area": ["x"]})");
    EXPECT_FALSE(mesh.world().find(Kind::tag, "class"));
}

TEST_F(ProtectedTagsTest, ForceReachesWhatIsPublishedAndNotInTheWorkingCopy) {
    ASSERT_TRUE(put_product("user:olga", [](Json& product) {
        product["ports"][0]["columns"].erase(0);
    }));
    EXPECT_EQ(column("mail"), R"({"area": ["x"], "class": ["pii"]})") << "still published";
    EXPECT_FALSE(protect(false, {"legal", "open"}));

    ASSERT_TRUE(mesh.change("user:admin", [&](Draft& draft, const Caller& who) {
        return put_document(draft, who, Mesh::address(Kind::tag, "class"),
                            {{"values", {"legal", "open"}}}, {}, {.force = true});
    }));

    EXPECT_EQ(column("mail"), R"({"area": ["x"], "class": ["legal"]})");
}

TEST_F(ProtectedTagsTest, AWithdrawnColumnKeepsTheProtectedValuesItHad) {
    ASSERT_TRUE(protect(true));
    ASSERT_TRUE(put_product("user:stella", [](Json& product) {
        product["ports"][0]["tags"] = {{"class", {"open"}}};
    }));
    ASSERT_TRUE(mesh.try_publish("customer/people", "1.1.0"));
    // Another port comes to that place, without the column.
    ASSERT_TRUE(put_product("user:stella", [](Json& product) {
        product["ports"][0] = {{"name", "away"},
                               {"location", "local://lake/customer/away/"},
                               {"opaque", true}};
    }));
    ASSERT_TRUE(mesh.try_publish("customer/people", "2.0.0"));
    ASSERT_TRUE(put_product("user:stella", [](Json& product) {
        product["ports"].push_back({{"name", "other"},
                                    {"location", "local://lake/customer/people/files/"},
                                    {"columns", Json::array({{{"name", "city"}, {"type", "string"}}})}});
    }));
    ASSERT_TRUE(mesh.try_publish("customer/people", "2.1.0"));

    EXPECT_EQ(tags_of({"Column", "customer/people/other/mail"}),
              R"({"area": ["x"], "class": ["legal", "open", "pii"]})");
}

}  // namespace
}  // namespace charter::testing
