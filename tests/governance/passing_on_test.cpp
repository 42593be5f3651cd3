// Delegation: a grant to a domain that its owners pass on, to members only, less or equal.
#include "support/mesh.hpp"

#include "charter/governance/grant_standing.hpp"

#include <algorithm>
#include <functional>

namespace charter::testing {
namespace {

/// olga owns customer, whose product people is hidden. mira owns marketing; ana and the group crew
/// (with bob in it) are its members, eve is not. Until 2027 marketing may read for analytics.
class PassingOn : public ::testing::Test {
protected:
    PassingOn() {
        mesh.grouping = true;
        for (const char* name : {"ana", "bob", "eve", "mira", "olga"}) {
            mesh.user(name);
        }
        mesh.put(Kind::group, "crew", {{"title", "g"}, {"members", {"user:bob"}}});
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        for (const char* purpose : {"analytics", "fraud"}) {
            mesh.put(Kind::purpose, purpose, {{"description", "p"}});
        }
        mesh.domain("customer", {{"owners", {"user:olga"}}});
        mesh.domain("marketing", marketing());
        for (const char* path : {"customer/people", "customer/other"}) {
            mesh.product(path, Json::array({column("name", "pii"), column("city", "open")}),
                         {{"visibility", "hidden"}});
        }
        parent = mesh.grant("domain:marketing", "customer/people", {"read"},
                            {{"delegable", true}, {"purposes", {"analytics"}}, {"expires_at", end}});
    }

    static Json column(const std::string& name, const std::string& value) {
        return {{"name", name}, {"type", "string"}, {"tags", {{"class", Json::array({value})}}}};
    }
    static Json marketing(const Json& members = {"user:ana", "group:crew"}) {
        return {{"title", "m"}, {"owners", {"user:mira"}}, {"members", members}};
    }
    Json child(const std::string& to, const Json& more = Json::object()) {
        Json body{{"grantee", to}, {"resource", "customer/people"}, {"actions", {"read"}},
                  {"parent", parent.text()}};
        body.update(more);
        return body;
    }
    Result<Written> try_pass_on(const Json& body, const std::string& by = "user:mira") {
        return mesh.try_grant(body, by);
    }
    ResourceId pass_on(const Json& body) {
        const Result<Written> written = try_pass_on(body);
        Mesh::check(written, "pass on");
        return written->resource.id;
    }

    bool may(const std::string& who, Action action, const std::string& path = "customer/people") {
        const ProductPtr product = mesh.world().product(path);
        Decider decider(mesh.world(), mesh.caller(who), action, "analytics");
        return action == Action::read ? decider.decide_columns(*product->ports.front()).some()
                                      : decider.allows(target_of(mesh.world(), *product));
    }
    bool reads(const std::string& who) { return may(who, Action::read); }
    GrantStanding standing(ResourceId id) {
        return standing_of(mesh.world(), *mesh.world().find<GrantEntry>(id), mesh.now);
    }
    /// Where it is refused; "" when it is not.
    std::string refused_at(const Json& body, const std::string& by = "user:mira") {
        const Result<Written> written = try_pass_on(body, by);
        if (written || written.error().violations().empty()) {
            return written ? "" : written.error().message();
        }
        return written.error().violations().front().pointer;
    }

    Mesh mesh;
    const std::string end = "2027-01-01T00:00:00Z";
    ResourceId parent;
};

TEST_F(PassingOn, OwnersGetMetadataAndNothingElseAndMembersNothing) {
    EXPECT_TRUE(may("user:mira", Action::discover));
    EXPECT_TRUE(may("user:mira", Action::describe));
    EXPECT_FALSE(reads("user:mira"));
    EXPECT_FALSE(may("user:mira", Action::grant));
    EXPECT_FALSE(may("user:ana", Action::discover));
    EXPECT_FALSE(reads("user:ana"));
}

TEST_F(PassingOn, MembersGetWhatIsPassedOnToThem) {
    pass_on(child("user:ana"));
    pass_on(child("group:crew", {{"resource", "customer/people/files"}}));

    EXPECT_TRUE(reads("user:ana"));
    EXPECT_TRUE(may("user:ana", Action::describe));
    EXPECT_TRUE(reads("user:bob"));
    EXPECT_FALSE(reads("user:eve"));
    EXPECT_FALSE(may("user:ana", Action::discover, "customer/other"));
}

TEST_F(PassingOn, WhatIsNotSaidIsAsInTheGrantThatIsPassedOn) {
    const ResourceId id = pass_on(child("user:ana"));

    Decider other(mesh.world(), mesh.caller("user:ana"), Action::read, "fraud");
    EXPECT_FALSE(other.decide_columns(*mesh.world().port("customer/people/files")).some());
    EXPECT_EQ(mesh.world().find<GrantEntry>(id)->expires_at, parse_time(end).value());
    mesh.now = parse_time(end).value();
    EXPECT_FALSE(reads("user:ana"));
    EXPECT_EQ(standing(id).state, "expired");
}

TEST_F(PassingOn, WhatGoesBeyondIsRefusedByTheClauseThatForbidsIt) {
    EXPECT_EQ(refused_at(child("user:ana", {{"actions", {"describe", "read", "write"}}})), "/actions/2");
    EXPECT_EQ(refused_at(child("user:ana", {{"purposes", {"analytics", "fraud"}}})), "/purposes/1");
    EXPECT_EQ(refused_at(child("user:ana", {{"expires_at", "2027-01-01T00:00:00.001Z"}})), "/expires_at");
    EXPECT_EQ(refused_at(child("user:ana", {{"expires_at", end}})), "");
    EXPECT_EQ(refused_at(child("user:eve")), "/grantee");
    EXPECT_EQ(refused_at(child("domain:marketing")), "/grantee");
    EXPECT_EQ(refused_at(child("domain:customer")), "/grantee");
    EXPECT_EQ(refused_at(child("user:ana", {{"delegable", true}})), "/delegable");
    EXPECT_EQ(refused_at(child("user:ana", {{"resource", "customer"}})), "/resource");
    EXPECT_EQ(refused_at(child("user:ana", {{"resource", "customer/other"}})), "/resource");
    EXPECT_EQ(refused_at(child("user:ana", {{"resource", "customer/people/none"}})), "/resource");
}

TEST_F(PassingOn, AnEarlierBeginningIsRefused) {
    parent = mesh.grant("domain:marketing", "customer/people", {"read"},
                        {{"delegable", true}, {"not_before", "2026-01-01T00:00:00Z"}});

    EXPECT_EQ(refused_at(child("user:ana", {{"not_before", "2025-12-31T00:00:00Z"}})), "/not_before");
    EXPECT_EQ(refused_at(child("user:ana", {{"not_before", "2026-01-01T00:00:00Z"}})), "");
}

TEST_F(PassingOn, OnlyOwnersOfTheDomainPassOnAndOnlyWhatTheySee) {
    const auto code = [&](const std::string& by) {
        return try_pass_on(child("user:ana"), by).error().code();
    };
    EXPECT_EQ(code("user:olga"), ErrorCode::forbidden) << "the data is hers, the team is not";
    EXPECT_EQ(refused_at(child("user:bob"), "user:ana"), "/parent") << "members do not know of it";
    EXPECT_EQ(refused_at(child("user:ana", {{"parent", "00000000000000aa"}})), "/parent");
    EXPECT_EQ(refused_at({{"grantee", "user:ana"}, {"resource", "customer/people"},
                          {"actions", {"read"}}}),
              "grant on customer/people: no rule or grant permits it");
}

TEST_F(PassingOn, WhatIsHiddenIsRefusedLikeWhatIsNotThere) {
    for (const char* path : {"customer/other", "customer/other/files", "customer/none"}) {
        const Result<Written> refused = try_pass_on(child("user:ana", {{"resource", path}}));
        ASSERT_FALSE(refused) << path;
        EXPECT_EQ(refused.error().message(), "there is no `" + std::string(path) + "`");
    }
}

TEST_F(PassingOn, OnlyWhatIsDelegableAndHoldsIsPassedOn) {
    const auto with = [&](const Json& more) {
        parent = mesh.grant("domain:marketing", "customer/people", {"read"}, more);
        return refused_at(child("user:ana"));
    };
    EXPECT_EQ(with({{"delegable", false}}), "/parent");
    EXPECT_EQ(with({{"delegable", true}, {"not_before", "2026-12-01T00:00:00Z"}}), "/parent");
    const ResourceId plain = mesh.grant("user:mira", "customer/people", {"read"});
    EXPECT_EQ(refused_at(child("user:ana", {{"parent", plain.text()}})), "/parent");

    parent = mesh.grant("domain:marketing", "customer/people", {"read"}, {{"delegable", true}});
    const ResourceId to_ana = pass_on(child("user:ana"));
    EXPECT_EQ(refused_at(child("user:ana", {{"parent", to_ana.text()}})), "/parent");
    Mesh::check(mesh.try_revoke(parent), "revoke");
    EXPECT_EQ(refused_at(child("user:ana")), "/parent");
}

TEST_F(PassingOn, ARevokeTakesAllThatPassItOnAndSaysSo) {
    const ResourceId to_ana = pass_on(child("user:ana"));
    const ResourceId to_crew = pass_on(child("group:crew"));
    mesh.grant("user:eve", "customer/people", {"read"});

    Result<std::vector<ResourceId>> fallen = mesh.try_revoke(parent);

    Mesh::check(fallen, "revoke");
    EXPECT_EQ(fallen->front(), parent);
    std::vector<ResourceId> below(fallen->begin() + 1, fallen->end());
    std::vector<ResourceId> expected{to_ana, to_crew};
    std::sort(below.begin(), below.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(below, expected);
    EXPECT_FALSE(reads("user:ana"));
    EXPECT_FALSE(reads("user:bob"));
    EXPECT_TRUE(reads("user:eve"));
    EXPECT_EQ(standing(to_ana).state, "revoked");
    EXPECT_FALSE(mesh.world().passed_on().next(parent.value, 0));
    EXPECT_TRUE(mesh.try_revoke(to_ana)->empty()) << "it falls no second time";
}

TEST_F(PassingOn, WhoPassedItOnAndWhoseDataItIsTakeItBack) {
    const auto revoke = [&](ResourceId id, const std::string& by) {
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return revoke_grant(draft, who, id, "");
        });
    };
    const ResourceId first = pass_on(child("user:ana"));
    const ResourceId second = pass_on(child("group:crew"));
    EXPECT_EQ(revoke(parent, "user:mira").error().code(), ErrorCode::forbidden) << "it is olga's";
    EXPECT_EQ(revoke(first, "user:ana").error().code(), ErrorCode::forbidden);
    EXPECT_EQ(revoke(first, "user:eve").error().code(), ErrorCode::not_found);

    EXPECT_EQ(*revoke(first, "user:mira"), (std::vector<ResourceId>{first}));
    EXPECT_EQ(*revoke(second, "user:olga"), (std::vector<ResourceId>{second}));
    EXPECT_EQ(standing(parent).state, "active");
}

TEST_F(PassingOn, ItHoldsWhileTheGranteeIsAMember) {
    const ResourceId to_ana = pass_on(child("user:ana"));
    const ResourceId to_crew = pass_on(child("group:crew"));

    mesh.put(Kind::domain, "marketing", marketing({"user:bob"}));
    EXPECT_FALSE(reads("user:ana"));
    EXPECT_FALSE(reads("user:bob")) << "he is a member, the group that has it is not";
    EXPECT_EQ(standing(to_ana).state, "revoked");
    EXPECT_EQ(standing(to_crew).ended, "the grantee is not in the team");

    mesh.put(Kind::domain, "marketing", marketing());
    EXPECT_TRUE(reads("user:ana"));
    mesh.put(Kind::group, "crew", {{"title", "g"}, {"members", Json::array()}});
    EXPECT_FALSE(reads("user:bob"));
}

TEST_F(PassingOn, ANewDomainOrMemberOfTheOldNameHasNoneOfIt) {
    const ResourceId to_ana = pass_on(child("user:ana"));
    Mesh::check(mesh.try_remove(Kind::domain, "marketing", true), "remove");
    mesh.domain("marketing", marketing());

    EXPECT_FALSE(reads("user:ana"));
    EXPECT_FALSE(may("user:mira", Action::discover));
    EXPECT_EQ(standing(parent).state, "revoked");
    EXPECT_EQ(standing(to_ana).state, "revoked");
    EXPECT_EQ(refused_at(child("user:ana")), "/parent");
}

TEST_F(PassingOn, ItEndsWhenTheReviewOfWhatIsPassedOnIsMissed) {
    const UtcTime due = mesh.now + std::chrono::hours(1);
    parent = mesh.grant("domain:marketing", "customer/people", {"read"},
                        {{"delegable", true}, {"review_at", format_time(due)}});
    const ResourceId to_ana = pass_on(child("user:ana"));
    mesh.put(Kind::domain, "customer", {{"title", "c"}, {"owners", {"user:olga"}},
                                        {"access", {{"lapse_unreviewed", true}}}});
    const Verdict verdict = Decider(mesh.world(), mesh.caller("user:ana"), Action::read)
                                .decide_columns(*mesh.world().port("customer/people/files"))
                                .verdict;
    EXPECT_TRUE(verdict.allow);
    EXPECT_EQ(verdict.until, due);

    mesh.now = due;
    EXPECT_FALSE(reads("user:ana"));
    EXPECT_EQ(standing(to_ana).state, "expired");
}

TEST_F(PassingOn, ANamedResourceOfATaggedGrantKeepsItsTags) {
    parent = mesh.grant("domain:marketing", "", {"read"}, {
        {"resource", nullptr}, {"delegable", true},
        {"tagged", {{"domain", "customer"}, {"all", {{"class", {"open"}}}}}}});
    EXPECT_TRUE(may("user:mira", Action::discover, "customer/people") ||
                Visibility(mesh.world(), mesh.caller("user:mira"))
                    .shows(*mesh.world().product("customer/people")));
    pass_on(child("user:ana", {{"resource", "customer/people/files"}}));

    const ColumnsVerdict verdict = Decider(mesh.world(), mesh.caller("user:ana"), Action::read)
                                       .decide_columns(*mesh.world().port("customer/people/files"));
    EXPECT_EQ(verdict.columns, (std::vector<char>{0, 1}));
}

TEST_F(PassingOn, TagsArePassedOnAsTheyAreOrNarrower) {
    mesh.put(Kind::tag, "area", {{"values", {"web"}}});
    parent = mesh.grant("domain:marketing", "", {"read"}, {
        {"resource", nullptr}, {"delegable", true},
        {"tagged", {{"domain", "customer"}, {"all", {{"class", {"open", "pii"}}}}}}});
    const auto tagged = [&](const Json& all, const std::string& domain = "customer") {
        Json body = child("user:ana", {{"tagged", {{"domain", domain}, {"all", all}}}});
        body.erase("resource");
        return refused_at(body);
    };
    EXPECT_EQ(tagged({{"class", {"open", "pii"}}}), "");
    EXPECT_EQ(tagged({{"class", {"open"}}}), "");
    EXPECT_EQ(tagged({{"class", {"open"}}, {"area", {"web"}}}), "");
    EXPECT_EQ(tagged({{"area", {"web"}}}), "/tagged/all");
    EXPECT_EQ(tagged({{"class", {"open"}}}, "marketing"), "/tagged/domain");
    EXPECT_TRUE(reads("user:ana"));

    parent = mesh.grant("domain:marketing", "customer/people", {"read"}, {{"delegable", true}});
    EXPECT_EQ(tagged({{"class", {"open"}}}), "/tagged/domain") << "the domain is more than the product";
}

TEST_F(PassingOn, AGuardrailBeatsIt) {
    pass_on(child("user:ana"));
    mesh.grant("user:ana", "customer/people", {"read"});
    EXPECT_TRUE(reads("user:ana"));

    mesh.put(Kind::guardrail, "stop",
             {{"cedar", R"(forbid (principal, action in Action::"data", resource);)"},
              {"mode", "enforce"}});
    EXPECT_FALSE(reads("user:ana"));
}

TEST_F(PassingOn, OwnersOfADomainAboveTheTeamPassOnToo) {
    mesh.user("mona");
    mesh.domain("sales", {{"owners", {"user:mona"}}});
    Json below = marketing();
    below["parent"] = "sales";
    mesh.put(Kind::domain, "marketing", below);

    EXPECT_TRUE(may("user:mona", Action::describe));
    EXPECT_EQ(refused_at(child("user:ana"), "user:mona"), "");
    EXPECT_TRUE(reads("user:ana"));
}

TEST_F(PassingOn, MembersDoNotReadWhatIsForTheirOwnersToPassOn) {
    const auto readable = [&](const std::string& who, ResourceId id) {
        return check_readable(mesh.world(), mesh.caller(who), *mesh.world().find(id)).has_value();
    };
    const ResourceId to_ana = pass_on(child("user:ana"));

    EXPECT_TRUE(readable("user:mira", parent));
    EXPECT_TRUE(readable("user:olga", parent));
    EXPECT_FALSE(readable("user:ana", parent));
    for (const char* who : {"user:ana", "user:mira", "user:olga"}) {
        EXPECT_TRUE(readable(who, to_ana)) << who;
    }
    EXPECT_FALSE(readable("user:bob", to_ana));
}

}  // namespace
}  // namespace charter::testing
