// Principals that come with tokens of issuers: who they are, what they are called, which of
// their groups count.
#include "support/mesh.hpp"

#include "charter/governance/bearers.hpp"

#include <algorithm>

namespace charter::testing {
namespace {

using namespace std::chrono_literals;

class BearersTest : public ::testing::Test {
protected:
    BearersTest() {
        mesh.put(Kind::tag, "region", {{"values", {"emea", "apac"}}});
        ana.issuer = "corp";
        ana.subject = "248289761001";
        ana.name = "ana";
        ana.issued_at = mesh.now;
        ana.expires_at = mesh.now + 1h;
    }

    Result<PrincipalPtr> try_admit(const Identity& identity) {
        return mesh.change("user:admin", [&](Draft& draft, const Caller&) {
            return admit_bearer(draft, identity);
        });
    }
    PrincipalPtr admit(const Identity& identity) {
        const Result<PrincipalPtr> admitted = try_admit(identity);
        Mesh::check(admitted, "admit");
        return *admitted;
    }
    bool is_in(const std::string& who, const std::string& group) const {
        const PrincipalPtr entry = mesh.world().principal(PrincipalName::parse(who).value());
        const auto above = entry->node->entity.ancestors->uids();
        return std::ranges::find(above, policy::EntityUid("Group", group)) != above.end();
    }

    Mesh mesh;
    Identity ana;
};

TEST_F(BearersTest, ATokenThatIsGoneOrAnothersIsNotRenewed) {
    mesh.user("tom");
    mesh.user("eve");
    const Caller tom = mesh.signed_in("user:tom");
    ASSERT_TRUE(renewed(mesh.world(), tom));

    Caller eve = tom;
    eve.principal = mesh.caller("user:eve").principal;
    EXPECT_FALSE(renewed(mesh.world(), eve));

    ASSERT_TRUE(mesh.change("user:admin", [&](Draft& draft, const Caller& who) {
        return delete_token(draft, who, tom.token);
    }));
    EXPECT_FALSE(renewed(mesh.world(), tom));
}

TEST_F(BearersTest, FirstSightMakesThePrincipalAndTheNextWritesNothing) {
    EXPECT_EQ(known_bearer(mesh.world(), ana, mesh.now), nullptr);
    const PrincipalPtr first = admit(ana);
    EXPECT_EQ(first->principal.text(), "user:ana");
    EXPECT_EQ(first->identity, (Subject{"corp", "248289761001"}));
    EXPECT_EQ(known_bearer(mesh.world(), ana, mesh.now), first);
    EXPECT_EQ(admit(ana)->revision, 1U);
}

TEST_F(BearersTest, ALaterNameIsALabelOnly) {
    const PrincipalPtr first = admit(ana);
    ana.name = "maria";
    EXPECT_EQ(known_bearer(mesh.world(), ana, mesh.now), first);
}

TEST_F(BearersTest, AnotherSubjectWithTheNameIsSomebodyElse) {
    const PrincipalPtr first = admit(ana);
    Identity other = ana;
    other.subject = "99";
    const PrincipalPtr second = admit(other);
    EXPECT_NE(first->id, second->id);
    EXPECT_TRUE(second->principal.name.starts_with("ana-")) << second->principal.name;
    Identity elsewhere = ana;
    elsewhere.issuer = "partner";
    EXPECT_NE(admit(elsewhere)->id, first->id);
}

TEST_F(BearersTest, ANameThatIsTakenOrCitedIsNotGiven) {
    ana.name = "admin";
    const PrincipalPtr entry = admit(ana);
    EXPECT_NE(entry->principal.text(), "user:admin");
    EXPECT_FALSE(is_in(entry->principal.text(), "administrators"));

    mesh.user("bob");
    mesh.domain("sales");
    mesh.put(Kind::policy, "sales/bob",
             {{"cedar", R"(permit (principal == User::"bob", action == Action::"discover",
                                   resource in Domain::"sales");)"}});
    ASSERT_TRUE(mesh.try_remove(Kind::user, "bob"));
    ana.subject = "77";
    ana.name = "bob";
    EXPECT_NE(admit(ana)->principal.text(), "user:bob");
}

TEST_F(BearersTest, ALongNameLeavesRoomForWhatTellsItApart) {
    ana.name = std::string(63, 'a');
    admit(ana);
    ana.subject = "2";
    const std::string name = admit(ana)->principal.name;
    EXPECT_LE(name.size(), 63U);
    EXPECT_TRUE(check_name(name));
}

TEST_F(BearersTest, APrincipalBoundBeforehandIsTheBearer) {
    mesh.put(Kind::engine, "trino",
             {{"enforces", {"rows"}}, {"identity", {{"issuer", "corp"}, {"subject", ana.subject}}}});
    EXPECT_EQ(admit(ana)->principal.text(), "engine:trino");
}

TEST_F(BearersTest, NoTwoPrincipalsHaveOneSubject) {
    admit(ana);
    const Json document{{"identity", {{"issuer", "corp"}, {"subject", ana.subject}}}};
    const Result<Written> written = mesh.try_put(Kind::service, "loader", document);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), ErrorCode::conflict);
    ASSERT_TRUE(mesh.try_remove(Kind::user, "ana"));
    EXPECT_TRUE(mesh.try_put(Kind::service, "loader", document));
    EXPECT_EQ(admit(ana)->principal.text(), "service:loader");
}

TEST_F(BearersTest, APrincipalMadeAnewHasNothingOfTheOldOne) {
    const PrincipalPtr first = admit(ana);
    ASSERT_TRUE(mesh.try_remove(Kind::user, "ana"));
    EXPECT_EQ(known_bearer(mesh.world(), ana, mesh.now), nullptr);
    EXPECT_NE(admit(ana)->id, first->id);
}

TEST_F(BearersTest, AClaimedGroupCountsOnlyWhereItIsTied) {
    mesh.put(Kind::group, "analysts", {{"title", "Analysts"}});
    ana.groups = {"analysts", "data"};
    admit(ana);
    EXPECT_FALSE(is_in("user:ana", "analysts"));

    mesh.put(Kind::group, "analysts",
             {{"claimed", {{{"issuer", "corp"}, {"group", "data"}}}}});
    EXPECT_TRUE(is_in("user:ana", "analysts"));
    mesh.put(Kind::group, "staff", {{"members", {"group:analysts"}}});
    EXPECT_TRUE(is_in("user:ana", "staff"));

    mesh.put(Kind::group, "analysts",
             {{"claimed", {{{"issuer", "partner"}, {"group", "data"}}}}});
    EXPECT_FALSE(is_in("user:ana", "analysts"));
    EXPECT_FALSE(is_in("user:ana", "staff"));
}

TEST_F(BearersTest, ATiedGroupThatIsRemovedCountsNoMore) {
    mesh.put(Kind::group, "analysts", {{"claimed", {{{"issuer", "corp"}, {"group", "data"}}}}});
    ana.groups = {"data"};
    admit(ana);
    EXPECT_TRUE(is_in("user:ana", "analysts"));
    ASSERT_TRUE(mesh.try_remove(Kind::group, "analysts"));
    EXPECT_FALSE(is_in("user:ana", "analysts"));
    mesh.put(Kind::group, "analysts", {{"title", "Another"}});
    EXPECT_FALSE(is_in("user:ana", "analysts"));
}

TEST_F(BearersTest, TheNewestTokenSaysWhichGroupsThereAre) {
    mesh.put(Kind::group, "analysts", {{"claimed", {{{"issuer", "corp"}, {"group", "data"}}}}});
    ana.groups = {"data"};
    Identity newer = ana;
    newer.groups.clear();
    newer.issued_at = *ana.issued_at + 60s;
    admit(ana);
    admit(newer);
    EXPECT_FALSE(is_in("user:ana", "analysts"));
    // The older token still speaks for her, and says nothing about groups.
    ASSERT_NE(known_bearer(mesh.world(), ana, mesh.now), nullptr);
    EXPECT_EQ(admit(ana)->claimed_groups, std::vector<std::string>{});
}

TEST_F(BearersTest, WhenItWasLastSeenIsWrittenOnceADay) {
    const PrincipalPtr first = admit(ana);
    EXPECT_EQ(known_bearer(mesh.world(), ana, mesh.now + 23h), first);
    EXPECT_EQ(known_bearer(mesh.world(), ana, mesh.now + 25h), nullptr);
}

TEST_F(BearersTest, ClaimedTagsAreThoseOfTheVocabularyAndNeverReplaceADocuments) {
    ana.tags = {{"region", {"emea", "mars"}}, {"clearance", {"top"}}};
    EXPECT_EQ(admit(ana)->tags, (Tags{{"region", {"emea"}}}));
    ASSERT_TRUE(mesh.try_patch(Kind::user, "ana", {{"tags", {{"region", {"apac"}}}}}));
    EXPECT_EQ(mesh.caller("user:ana").principal->tags, (Tags{{"region", {"apac"}}}));
    EXPECT_EQ(known_bearer(mesh.world(), ana, mesh.now)->principal.text(), "user:ana");
}

TEST_F(BearersTest, AnotherIdentityLosesWhatTheOldOneClaimed) {
    mesh.put(Kind::group, "analysts", {{"claimed", {{{"issuer", "corp"}, {"group", "data"}}}}});
    ana.groups = {"data"};
    admit(ana);
    mesh.put(Kind::user, "ana", {{"identity", {{"issuer", "corp"}, {"subject", "new"}}}});
    EXPECT_FALSE(is_in("user:ana", "analysts"));
    EXPECT_EQ(mesh.world().principal(Subject{"corp", ana.subject}), nullptr);
}

TEST_F(BearersTest, AWorldReadAnewSaysTheSame) {
    mesh.put(Kind::group, "analysts", {{"claimed", {{{"issuer", "corp"}, {"group", "data"}}}}});
    ana.groups = {"data"};
    ana.tags = {{"region", {"emea"}}};
    admit(ana);
    const World again = mesh.rebuilt();
    const PrincipalPtr entry = again.principal(Subject{"corp", ana.subject});
    ASSERT_NE(entry, nullptr);
    const PrincipalPtr now = mesh.caller("user:ana").principal;
    EXPECT_EQ(entry->grantees.size(), now->grantees.size());
    EXPECT_EQ(entry->evidence->hash, now->evidence->hash);
    EXPECT_EQ(entry->tags, now->tags);
    EXPECT_EQ(known_bearer(again, ana, mesh.now), entry);
}

}  // namespace
}  // namespace charter::testing
