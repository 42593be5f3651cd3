// Columns that leave the schema while the objects stay: raw access is decided for them too.
#include "governance/withdrawn.hpp"
#include "support/writer_bench.hpp"

#include <set>

namespace charter::testing {
namespace {

/// customer/people/files at lake/customer/people/, with the columns that a test names.
class WithdrawnTest : public ::testing::Test {
protected:
    WithdrawnTest() {
        mesh.grouping = true;
        mesh.user("ana");
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        mesh.domain("customer");
        mesh.put(Kind::policy, "customer/open",
                 {{"cedar", R"(permit (principal, action == Action::"read", resource in Domain::"customer");)"}});
        mesh.put(Kind::policy, "customer/no-pii",
                 {{"cedar", R"(forbid (principal, action == Action::"read", resource in Domain::"customer")
                               when { resource.hasTag("class") && resource.getTag("class").contains("pii") };)"}});
    }

    static Json column(const std::string& name, const Json& tags = Json::object()) {
        return {{"name", name}, {"type", "string"}, {"tags", tags}};
    }
    /// `{x}` is x itself to the library of JSON.
    static Json listed(const Json& one_or_more) {
        return one_or_more.is_array() ? one_or_more : Json::array({one_or_more});
    }
    static Json pii(const std::string& name) { return column(name, {{"class", {"pii"}}}); }
    static Json port(const Json& columns, const std::string& location = "people/",
                     const std::string& name = "files") {
        return {{"name", name}, {"location", "local://lake/customer/" + location}, {"columns", listed(columns)}};
    }
    void draft(const Json& ports, const std::string& product = "customer/people") {
        mesh.put(Kind::product, product, {{"title", "People"}, {"ports", listed(ports)}});
    }
    void publish(const Json& ports, const std::string& product = "customer/people") {
        draft(ports, product);
        Mesh::check(mesh.try_publish(product, std::to_string(++version_) + ".0.0"), "publish");
    }

    static std::set<std::string> withdrawn(const World& world, const std::string& path) {
        std::set<std::string> names;
        for (const ColumnEntry& column : world.port(path)->withdrawn) {
            names.insert(column.name);
        }
        return names;
    }
    std::set<std::string> withdrawn(const std::string& path = "customer/people/files") {
        mesh.commit();
        const std::set<std::string> names = withdrawn(mesh.world(), path);
        EXPECT_EQ(withdrawn(mesh.rebuilt(), path), names) << "after a restart";
        return names;
    }
    ColumnsVerdict read(const std::string& path = "customer/people/files") {
        return Decider(mesh.world(), mesh.caller("user:ana"), Action::read)
            .decide_columns(*mesh.world().port(path));
    }
    using Names = std::set<std::string>;

    Mesh mesh;

private:
    int version_ = 0;
};

TEST_F(WithdrawnTest, AColumnThatIsGoneIsStillDecidedByItsTags) {
    publish({port({column("id"), pii("mail")})});
    ASSERT_FALSE(read().verdict.allow);

    publish({port({column("id")})});

    const ColumnsVerdict verdict = read();
    EXPECT_EQ(withdrawn(), Names{"mail"});
    EXPECT_EQ(verdict.columns, (std::vector<char>{1}));
    EXPECT_FALSE(verdict.verdict.allow);
    EXPECT_EQ(verdict.verdict.determined_by.front().label, "policy:customer/no-pii");
}

TEST_F(WithdrawnTest, WhoMayReadTheWithdrawnOneGetsRawAccess) {
    publish({port({column("id"), column("city")})});
    publish({port({column("id")})});

    EXPECT_EQ(withdrawn(), Names{"city"});
    EXPECT_TRUE(read().verdict.allow);
}

TEST_F(WithdrawnTest, ADraftWithdrawsNothing) {
    publish({port({column("id"), pii("mail")})});
    draft({port({column("id")})});

    EXPECT_EQ(withdrawn(), Names{});
    EXPECT_EQ(mesh.world().port("customer/people/files")->columns.size(), 2u);
    EXPECT_FALSE(read().verdict.allow);
}

TEST_F(WithdrawnTest, ColumnsThatOnlyADraftHadAreNone) {
    publish({port({column("id")})});
    draft({port({column("id"), pii("mail")})});
    publish({port({column("id")})});

    EXPECT_EQ(withdrawn(), Names{});
}

TEST_F(WithdrawnTest, AColumnIsForgottenByNoLaterVersion) {
    publish({port({column("id"), pii("mail")})});
    publish({port({column("id")})});
    publish({port({column("id"), column("city")})});
    publish({port({column("city")})});

    EXPECT_EQ(withdrawn(), (Names{"id", "mail"}));
    EXPECT_FALSE(read().verdict.allow);
}

TEST_F(WithdrawnTest, AColumnThatComesBackIsAColumnAgain) {
    publish({port({column("id"), pii("mail")})});
    publish({port({column("id")})});
    publish({port({column("id"), column("mail")})});

    EXPECT_EQ(withdrawn(), Names{});
    EXPECT_TRUE(read().verdict.allow) << "its tags are the ones it has now";
}

TEST_F(WithdrawnTest, ARenamedColumnIsNeededUnderBothNames) {
    Json mail = pii("mail");
    mail["field_id"] = 7;
    publish({port({mail})});
    mail["name"] = "contact";
    mail["tags"] = Json::object();
    publish({port({mail})});

    EXPECT_EQ(withdrawn(), Names{"mail"});
    EXPECT_FALSE(read().verdict.allow);
}

TEST_F(WithdrawnTest, ANewLocationIsTheWayOut) {
    publish({port({column("id"), pii("mail")})});
    publish({port({column("id")}, "people-v2/")});

    EXPECT_EQ(withdrawn(), Names{});
    EXPECT_TRUE(read().verdict.allow);
}

TEST_F(WithdrawnTest, GoingBackToTheOldLocationIsNone) {
    publish({port({column("id"), pii("mail")})});
    publish({port({column("id")}, "people-v2/")});
    publish({port({column("id")})});

    EXPECT_EQ(withdrawn(), Names{"mail"});
    EXPECT_FALSE(read().verdict.allow);
}

TEST_F(WithdrawnTest, ALocationInsideOrAroundTheOldOneIsNoNewOne) {
    publish({port({column("id"), pii("mail")}, "people/v1/")});
    // From inside a port does not grow outwards at once: it would overlap itself.
    for (const char* place : {"people/v1/a/", "elsewhere/", "people/", "people/v1/", "people/v10/"}) {
        publish({port({column("id")}, place)});
        const bool beside = place == std::string("elsewhere/") || place == std::string("people/v10/");
        EXPECT_EQ(withdrawn(), beside ? Names{} : Names{"mail"}) << place;
    }
}

TEST_F(WithdrawnTest, AnotherWayToWriteTheLocationIsNoNewOne) {
    publish({port({column("id"), pii("mail")})});
    publish({port({column("id")}, "p%65ople")});

    EXPECT_EQ(withdrawn(), Names{"mail"});
}

TEST_F(WithdrawnTest, ANewPortOverTheOldLocationInheritsWhatIsGoneWithThePortsTags) {
    Json files = port({column("id"), column("mail")});
    files["tags"] = {{"class", {"pii"}}};
    const Json beside = port({column("id")}, "beside/", "beside");
    publish({files, beside});
    publish({beside});
    publish({port({column("id")}, "people/", "table"), beside});

    EXPECT_EQ(withdrawn("customer/people/table"), Names{"mail"});
    EXPECT_FALSE(read("customer/people/table").verdict.allow);
    EXPECT_EQ(read("customer/people/table").allowed, 1u);
}

TEST_F(WithdrawnTest, WhatAnOpaquePortHeldStaysUnknown) {
    Json opaque = port({});
    opaque.erase("columns");
    opaque["opaque"] = true;
    publish({opaque});
    publish({port({column("id")})});
    EXPECT_EQ(withdrawn(), Names{"*"});

    publish({opaque});
    EXPECT_EQ(withdrawn(), Names{"id"});
}

TEST_F(WithdrawnTest, TheLastTagsAreThoseOfTheWorkingCopyNotOfTheVersion) {
    publish({port({column("id"), column("mail")})});
    draft({port({column("id"), pii("mail")})});  // tags count at once
    ASSERT_FALSE(read().verdict.allow);

    draft({port({column("id")})});
    EXPECT_FALSE(read().verdict.allow) << "leaving the working copy takes no tag away";
    publish({port({column("id")})});
    EXPECT_FALSE(read().verdict.allow);
}

TEST_F(WithdrawnTest, APortThatLeavesTheWorkingCopyKeepsItsTags) {
    publish({port({column("id")}), port({column("id")}, "other/", "other")});
    Json files = port({column("id")});
    files["tags"] = {{"class", {"pii"}}};
    draft({files, port({column("id")}, "other/", "other")});
    ASSERT_FALSE(read().verdict.allow);

    draft({port({column("id")}, "other/", "other")});

    EXPECT_FALSE(read().verdict.allow);
}

TEST_F(WithdrawnTest, AVersionStaysAsItWasPublished) {
    publish({port({column("id"), column("mail")})});
    draft({port({column("id"), pii("mail")})});
    draft({port({column("id")})});
    mesh.commit();
    const EntryPtr entry = mesh.world().find(Kind::version, "customer/people/1.0.0");

    const Json version = Json::parse(mesh.reader().find(entry->id).value()->document);

    EXPECT_EQ(version["product"]["ports"][0]["columns"][1]["tags"], Json::object());
}

TEST_F(WithdrawnTest, RetiringAndDeprecatingKeepIt) {
    publish({port({column("id"), pii("mail")})});
    publish({port({column("id")})});
    const auto end = [&](auto&& use_case) {
        Mesh::check(mesh.change("user:admin",
                                [&](Draft& draft, const Caller& who) {
                                    return use_case(draft, who,
                                                    Mesh::address(Kind::product, "customer/people"),
                                                    Json::object());
                                }),
                    "end");
    };
    end(deprecate_product);
    EXPECT_EQ(withdrawn(), Names{"mail"});
    publish({port({column("id")})});
    EXPECT_EQ(withdrawn(), Names{"mail"});
    end(retire_product);
    EXPECT_EQ(withdrawn(), Names{"mail"});
}

TEST_F(WithdrawnTest, ARuleMayNameAWithdrawnColumn) {
    publish({port({column("id"), column("mail")})});
    publish({port({column("id")})});
    ASSERT_TRUE(read().verdict.allow);

    mesh.put(Kind::policy, "customer/one",
             {{"cedar", R"(forbid (principal, action == Action::"read", resource == Column::"customer/people/files/mail");)"}});

    EXPECT_FALSE(read().verdict.allow);
    EXPECT_EQ(read().allowed, 1u);
}

TEST_F(WithdrawnTest, AChangeOfTheDomainKeepsWithdrawnColumns) {
    publish({port({column("id"), column("mail")})});
    publish({port({column("id")})});
    mesh.put(Kind::domain, "customer", {{"title", "c"}, {"tags", {{"class", {"pii"}}}}});

    EXPECT_EQ(withdrawn(), Names{"mail"});
    EXPECT_FALSE(read().verdict.allow);
}

TEST_F(WithdrawnTest, PlacesLeftLongAgoAreForgottenAndThoseInUseAreNot) {
    publish({port({column("id"), pii("mail")})});
    publish({port({column("id")})});
    for (std::size_t i = 0; i < former_places_max + 5; ++i) {
        publish({port({column("id")}),
                 port({column("a")}, "moving/" + std::to_string(i) + "/", "moving")});
    }
    EXPECT_EQ(withdrawn(), Names{"mail"});
    EXPECT_EQ(mesh.world().product("customer/people")->former->size(), former_places_max + 1);
}

TEST_F(WithdrawnTest, OnlyWhoMayEditIsToldTheNames) {
    publish({port({column("id"), pii("mail")})});
    publish({port({column("id")})});
    mesh.commit();
    const ProductPtr product = mesh.world().product("customer/people");
    const Resource resource = *mesh.reader().find(product->id).value();
    Json shown = represent(mesh.world(), resource, mesh.now, View::published);

    EXPECT_EQ(shown["withdrawn"], (Json{{"files", {"mail"}}}));
    const Json own = shown;
    conceal(shown, mesh.world(), mesh.caller("user:admin"), *product);
    EXPECT_EQ(shown, own);
    conceal(shown, mesh.world(), mesh.caller("user:ana"), *product);
    EXPECT_FALSE(shown.contains("withdrawn"));
}

}  // namespace
}  // namespace charter::testing
