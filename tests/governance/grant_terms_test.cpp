// Grants by tags, reviews, batches, and what is left of a grant whose end of it is gone.
#include "support/mesh.hpp"

#include "charter/base/limits.hpp"
#include "charter/governance/grant_standing.hpp"

namespace charter::testing {
namespace {

/// retail with customer below it. customer/people/files has the columns `name` (class pii), `city`
/// (class open, area web) and `age` (no tags).
class GrantTerms : public ::testing::Test {
protected:
    GrantTerms() {
        mesh.grouping = true;
        mesh.user("ana");
        mesh.user("olga");
        mesh.put(Kind::group, "analysts", {{"title", "g"}, {"members", {"user:ana"}}});
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open", "secret"}}});
        mesh.put(Kind::tag, "area", {{"values", {"web", "shop"}}});
        mesh.domain("retail");
        mesh.domain("customer", customer());
        mesh.product("customer/people", columns({{"class", {"pii"}}}), hidden());
        mesh.product("retail/people", columns({{"class", {"pii"}}}), hidden());
    }

    static Json customer(const Json& more = Json::object()) {
        Json document{{"title", "c"}, {"parent", "retail"}, {"owners", {"user:olga"}}};
        document.update(more);
        return document;
    }
    static Json hidden() { return {{"visibility", "hidden"}}; }
    static Json columns(const Json& of_name) {
        return Json::array(
            {{{"name", "name"}, {"type", "string"}, {"tags", of_name}},
             {{"name", "city"}, {"type", "string"}, {"tags", {{"class", {"open"}}, {"area", {"web"}}}}},
             {{"name", "age"}, {"type", "int"}}});
    }
    Json port(const Json& columns_now) {
        return {{"name", "files"},
                {"location", "local://lake/customer/people/files/"},
                {"columns", columns_now}};
    }
    void retag(const Json& of_name, const Json& of_product = Json::object()) {
        mesh.put(Kind::product, "customer/people",
                 {{"title", "p"}, {"visibility", "hidden"}, {"tags", of_product},
                  {"ports", Json::array({port(columns(of_name))})}});
    }

    ResourceId tagged(const Json& all, const std::string& domain = "customer",
                      const Json& more = Json::object()) {
        Json body{{"grantee", "group:analysts"},
                  {"tagged", {{"domain", domain}, {"all", all}}},
                  {"actions", {"read"}}};
        body.update(more);
        const Result<Written> written = mesh.try_grant(body);
        Mesh::check(written, "grant");
        return written->resource.id;
    }

    /// The names of the columns that somebody may read, one after another.
    std::string read(const std::string& path = "customer/people/files",
                     const std::string& who = "user:ana") {
        const PortPtr asked = mesh.world().port(path);
        const ColumnsVerdict verdict =
            Decider(mesh.world(), mesh.caller(who), Action::read).decide_columns(*asked);
        std::string names;
        for (std::size_t i = 0; i < asked->columns.size(); ++i) {
            names += verdict.columns[i] != 0 ? asked->columns[i].name + " " : "";
        }
        return names;
    }
    std::string state(ResourceId id) {
        return std::string(
            standing_of(mesh.world(), *mesh.world().find<GrantEntry>(id), mesh.now).state);
    }
    Json shown(ResourceId id) {
        const Result<std::optional<Resource>> stored = mesh.draft().find(id);
        return represent(mesh.world(), stored.value().value(), mesh.now);
    }
    template <class T>
    static std::string pointer_of(const Result<T>& result) {
        return result || result.error().violations().empty()
                   ? ""
                   : result.error().violations().front().pointer;
    }

    Mesh mesh;
};

// --- by tags ---

TEST_F(GrantTerms, ATagExpressionIsAndBetweenKeysAndOrWithinOne) {
    const ResourceId either = tagged({{"class", {"pii", "open"}}});
    EXPECT_EQ(read(), "name city ") << "a column without the key never matches";

    Mesh::check(mesh.try_revoke(either), "revoke");
    EXPECT_EQ(read(), "");
    tagged({{"class", {"pii", "open"}}, {"area", {"web"}}});
    EXPECT_EQ(read(), "city ");
}

TEST_F(GrantTerms, TheTagsOfAColumnAreTheEffectiveOnes) {
    tagged({{"area", {"shop"}}});
    EXPECT_EQ(read(), "");

    mesh.put(Kind::domain, "customer", customer({{"tags", {{"area", {"shop"}}}}}));

    EXPECT_EQ(read(), "name age ") << "city says `web` itself";
}

TEST_F(GrantTerms, ARetagCountsAtOnceAndWhatIsInheritedComesBack) {
    tagged({{"class", {"secret"}}});
    retag({{"class", {"pii"}}}, {{"class", {"secret"}}});
    EXPECT_EQ(read(), "age ") << "name and city have values of their own";

    retag(Json::object(), {{"class", {"secret"}}});
    EXPECT_EQ(read(), "name age ");

    retag(Json::object());
    EXPECT_EQ(read(), "");
}

TEST_F(GrantTerms, AGrantByTagsHoldsInItsDomainAndNotInThoseBelow) {
    tagged({{"class", {"pii"}}}, "retail");

    EXPECT_EQ(read("retail/people/files"), "name ");
    EXPECT_EQ(read(), "");
}

TEST_F(GrantTerms, AMovedGroupMemberCountsAtOnce) {
    tagged({{"class", {"pii"}}});
    mesh.put(Kind::group, "analysts", {{"title", "g"}, {"members", {"user:olga"}}});

    EXPECT_EQ(read(), "");
    EXPECT_EQ(read("customer/people/files", "user:olga"), "name ");
}

TEST_F(GrantTerms, TagsOutsideTheVocabularyAreRefused) {
    const auto refused = [&](const Json& all) {
        return pointer_of(mesh.try_grant({{"grantee", "user:ana"},
                                          {"tagged", {{"domain", "customer"}, {"all", all}}},
                                          {"actions", {"read"}}}));
    };
    EXPECT_EQ(refused({{"size", {"big"}}}), "/tagged/all/size");
    EXPECT_EQ(refused({{"class", {"pii", "odd"}}}), "/tagged/all/class/1");
    EXPECT_EQ(refused(Json::object()), "/tagged/all");
    EXPECT_EQ(refused({{"class", Json::array()}}), "/tagged/all/class");
}

TEST_F(GrantTerms, TheLongestTermsThatAreTakenCanBeFiled) {
    Json all = Json::object();
    Json purposes = Json::array();
    for (std::size_t i = 0; i < limits::purposes_per_grant_max; ++i) {
        const std::string name = "p" + std::to_string(i) + std::string(59, 'x');
        mesh.put(Kind::purpose, name, {{"description", "p"}});
        purposes.push_back(name);
    }
    for (int i = 0; i < 16; ++i) {
        const std::string key = "k" + std::to_string(i) + std::string(30, 'x');
        Json values = Json::array();
        for (int j = 0; j < 6; ++j) {
            values.push_back(std::string(14, '"') + std::to_string(j));
        }
        mesh.put(Kind::tag, key, {{"values", values}});
        all[key] = values;
    }
    EXPECT_EQ(state(tagged(all, "customer", {{"purposes", purposes}})), "active");
}

TEST_F(GrantTerms, ATagThatAGrantNamesIsInUse) {
    const ResourceId id = tagged({{"class", {"secret"}}});
    EXPECT_EQ(mesh.world().tagged_by("asks:class", 10), std::vector{id});
    EXPECT_FALSE(mesh.try_remove(Kind::tag, "class"));

    Mesh::check(mesh.try_revoke(id), "revoke");
    EXPECT_EQ(mesh.world().tagged_by("asks:class", 10), std::vector<ResourceId>{});
}

TEST_F(GrantTerms, WhatIsPutIsReadBackUnexpanded) {
    const Json all{{"class", {"pii"}}};
    const Json read_back = shown(tagged(all));

    EXPECT_EQ(read_back["tagged"], (Json{{"domain", "customer"}, {"all", all}}));
    EXPECT_FALSE(read_back.contains("resource"));
    EXPECT_NE(read_back["cedar"].dump().find("containsAny"), std::string::npos);
}

TEST_F(GrantTerms, NamedAndTaggedGrantsAddUpAndAGuardrailBeatsThem) {
    tagged({{"class", {"pii"}}});
    EXPECT_EQ(read(), "name ");
    mesh.grant("user:ana", "customer/people/files", {"read"});
    EXPECT_EQ(read(), "name city age ");

    mesh.put(Kind::guardrail, "no-pii",
             {{"cedar", R"(forbid (principal, action in Action::"data", resource)
                           when { resource.hasTag("class") && resource.getTag("class").contains("pii") };)"},
              {"mode", "enforce"}});
    EXPECT_EQ(read(), "city age ");
}

// --- what is gone ---

TEST_F(GrantTerms, AGrantWhoseGranteeOrResourceIsGoneGivesNothingToTheNextOfThatName) {
    const ResourceId by_group = tagged({{"class", {"pii"}}});
    const ResourceId by_name = mesh.grant("user:ana", "customer/people", {"read"});
    EXPECT_EQ(state(by_group), "active");

    Mesh::check(mesh.try_remove(Kind::group, "analysts"), "remove group");
    mesh.put(Kind::group, "analysts", {{"title", "g"}, {"members", {"user:ana"}}});
    Mesh::check(mesh.try_remove(Kind::product, "customer/people"), "remove product");
    mesh.product("customer/people", columns({{"class", {"pii"}}}), hidden());

    EXPECT_EQ(read(), "");
    EXPECT_EQ(state(by_group), "revoked");
    EXPECT_EQ(shown(by_group)["ended"], "the grantee is gone");
    EXPECT_EQ(state(by_name), "revoked");
    EXPECT_EQ(shown(by_name)["ended"], "the resource is gone");
}

TEST_F(GrantTerms, ANewDomainOfAnOldNameHasNoneOfItsGrants) {
    tagged({{"class", {"pii"}}}, "retail");
    ASSERT_EQ(read("retail/people/files"), "name ");
    Mesh::check(mesh.try_remove(Kind::domain, "customer", true), "remove");
    Mesh::check(mesh.try_remove(Kind::domain, "retail", true), "remove");
    mesh.domain("retail");
    mesh.product("retail/people", columns({{"class", {"pii"}}}), hidden());

    EXPECT_EQ(read("retail/people/files"), "");
}

// --- reviews ---

TEST_F(GrantTerms, WhatIsNotReviewedLapsesWhereTheDomainSaysSoFromTheChangeOfItsRuleOn) {
    const std::string due = format_time(mesh.now + std::chrono::hours(1));
    const ResourceId id = tagged({{"class", {"pii"}}}, "customer", {{"review_at", due}});
    mesh.now += std::chrono::hours(2);
    EXPECT_EQ(read(), "name ") << "it is listed only";
    EXPECT_EQ(state(id), "active");

    mesh.put(Kind::domain, "customer", customer({{"access", {{"lapse_unreviewed", true}}}}));
    EXPECT_EQ(read(), "");
    EXPECT_EQ(state(id), "expired");

    mesh.put(Kind::domain, "customer", customer());
    EXPECT_EQ(read(), "name ");
}

TEST_F(GrantTerms, AnAllowEndsWithTheReviewWhereThatCounts) {
    const UtcTime due = mesh.now + std::chrono::hours(1);
    mesh.grant("user:ana", "customer/people", {"read"}, {{"review_at", format_time(due)}});
    const auto until = [&] {
        return Decider(mesh.world(), mesh.caller("user:ana"), Action::read)
            .decide_columns(*mesh.world().port("customer/people/files"))
            .verdict.until;
    };
    EXPECT_EQ(until(), UtcTime::max());

    mesh.put(Kind::domain, "customer", customer({{"access", {{"lapse_unreviewed", true}}}}));
    EXPECT_EQ(until(), due);
}

TEST_F(GrantTerms, AReviewDoesNotBringBackWhatExpired) {
    const std::string end = "2027-01-01T00:00:00Z";
    const ResourceId id = mesh.grant("user:ana", "customer/people", {"read"},
                                     {{"expires_at", end}, {"review_at", end}});
    mesh.now = parse_time(end).value();

    const auto reviewed = mesh.change("user:olga", [&](Draft& draft, const Caller& who) {
        return review_grant(draft, who, id, {{"review_at", "2028-01-01T00:00:00Z"}});
    });

    EXPECT_EQ(reviewed.error().code(), ErrorCode::conflict);
    EXPECT_EQ(mesh.world().find<GrantEntry>(id)->review_at, parse_time(end).value());
}

TEST_F(GrantTerms, AReviewKeepsWhoAndWhenAndBringsBackWhatLapsed) {
    mesh.put(Kind::domain, "customer", customer({{"access", {{"lapse_unreviewed", true}}}}));
    const ResourceId id = mesh.grant("user:ana", "customer/people", {"read"},
                                     {{"review_at", format_time(mesh.now + std::chrono::hours(1))}});
    mesh.now += std::chrono::hours(2);
    ASSERT_EQ(read(), "");
    const std::string next = format_time(mesh.now + std::chrono::hours(9));
    const auto review = [&](const std::string& by, const Json& body) {
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return review_grant(draft, who, id, body);
        });
    };
    EXPECT_EQ(review("user:ana", {{"review_at", next}}).error().code(), ErrorCode::forbidden);
    EXPECT_EQ(pointer_of(review("user:olga", Json::object())), "/review_at");
    EXPECT_EQ(pointer_of(review("user:olga", {{"review_at", "2026-01-01T00:00:00Z"}})), "/review_at");

    Mesh::check(review("user:olga", {{"review_at", next}, {"note", "still needed"}}), "review");

    EXPECT_EQ(read(), "name city age ");
    const Json now = shown(id);
    EXPECT_EQ(now["review_at"], next);
    EXPECT_EQ(now["reviewed_by"], "user:olga");
    EXPECT_EQ(now["review_note"], "still needed");
    EXPECT_EQ(now["state"], "active");
    EXPECT_EQ(now["revision"], 2);

    Mesh::check(mesh.try_revoke(id), "revoke");
    EXPECT_EQ(review("user:olga", {{"review_at", next}}).error().code(), ErrorCode::conflict);
}

// --- batches ---

class GrantBatches : public GrantTerms {
protected:
    Result<GrantsChanged> batch(const Json& body, const std::string& by = "user:olga") {
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return change_grants(draft, who, body);
        });
    }
    static Json to(const std::string& grantee, const std::string& on = "customer/people") {
        return {{"grantee", grantee}, {"resource", on}, {"actions", {"read"}}};
    }
};

TEST_F(GrantBatches, CreatesAndRevokesTogether) {
    const ResourceId old = mesh.grant("user:ana", "customer/people", {"read"});
    const ResourceId other = mesh.grant("user:ana", "customer/people", {"write"});

    const auto changed = batch({{"create", {to("user:olga"), to("group:analysts")}},
                                {"revoke", {old.text(), {{"id", other.text()}, {"reason", "over"}}}}});

    Mesh::check(changed, "batch");
    EXPECT_EQ(changed->created.size(), 2u);
    EXPECT_EQ(changed->revoked, (std::vector<ResourceId>{old, other}));
    EXPECT_EQ(shown(other)["revoke_reason"], "over");
}

TEST_F(GrantBatches, ChangeNothingWhenOneItemIsWrongAndNameIt) {
    const ResourceId old = mesh.grant("user:ana", "customer/people", {"read"});
    Json create = Json::array();
    for (int i = 0; i < 20; ++i) {
        create.push_back(to(i == 17 ? "user:nobody" : "user:ana"));
    }
    create[3]["actions"] = {"rule"};

    const auto changed = batch({{"create", create}, {"revoke", {old.text()}}});

    ASSERT_FALSE(changed);
    ASSERT_EQ(changed.error().violations().size(), 2u);
    EXPECT_EQ(changed.error().violations()[0].pointer, "/create/3/actions/0");
    EXPECT_EQ(changed.error().violations()[1].pointer, "/create/17/grantee");
    EXPECT_EQ(state(old), "active");
    std::size_t held = 0;
    mesh.world().grants_of().for_each(mesh.world().grantee_id({Kind::user, "ana"}).value,
                                      [&](std::uint64_t) { return ++held > 0; });
    EXPECT_EQ(held, 1u);
}

TEST_F(GrantBatches, AskForEachItemAlone) {
    const auto changed = batch({{"create", {to("user:ana"), to("user:ana", "retail/people")}}});
    const auto revoked = batch({{"revoke", {"00000000000000aa"}}});

    EXPECT_EQ(pointer_of(changed), "/create/1/resource") << "olga does not see it";
    EXPECT_EQ(read(), "");
    EXPECT_EQ(revoked.error().code(), ErrorCode::not_found);
    EXPECT_EQ(pointer_of(revoked), "/revoke/0");
}

TEST_F(GrantBatches, HaveALimit) {
    Json ids = Json::array();
    for (std::size_t i = 0; i < limits::grants_per_batch_max; ++i) {
        ids.push_back("00000000000000aa");
    }
    EXPECT_NE(pointer_of(batch({{"revoke", ids}})), "/revoke");
    ids.push_back("00000000000000aa");
    EXPECT_EQ(pointer_of(batch({{"revoke", ids}})), "/revoke");
    ids.erase(ids.size() - 1);
    EXPECT_EQ(batch({{"revoke", ids}, {"create", {to("user:ana")}}}).error().code(),
              ErrorCode::invalid_request);
}

}  // namespace
}  // namespace charter::testing
