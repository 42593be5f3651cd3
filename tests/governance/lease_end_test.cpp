// A lease is never longer than what allows it.
#include "support/writer_bench.hpp"

#include <random>

namespace charter::testing {
namespace {

using std::chrono::seconds;

class LeaseEndTest : public ::testing::Test {
protected:
    LeaseEndTest() {
        mesh.grouping = true;
        mesh.user("ana");
        mesh.put(Kind::group, "analysts", {{"title", "Analysts"}, {"members", {"user:ana"}}});
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        mesh.domain("customer");
        mesh.product("customer/people",
                     Json::array({{{"name", "name"}, {"type", "string"}, {"tags", {{"class", {"pii"}}}}},
                                  {{"name", "city"}, {"type", "string"}}}));
        start = mesh.now;
    }

    Json at(int after_s) { return format_time(start + seconds(after_s)); }
    ResourceId grant(const std::string& to, int ends_s, const Json& actions = {"read"},
                     const std::string& on = "customer/people") {
        return mesh.grant(to, on, actions, {{"expires_at", at(ends_s)}});
    }
    Verdict read() {
        return Decider(mesh.world(), mesh.caller("user:ana"), Action::read)
            .decide_columns(*mesh.world().port("customer/people/files"))
            .verdict;
    }
    Verdict write() {
        return Decider(mesh.world(), mesh.caller("user:ana"), Action::write)
            .decide(target_of(mesh.world(), *mesh.world().port("customer/people/files")));
    }

    Mesh mesh;
    UtcTime start;
};

TEST_F(LeaseEndTest, TheOnlyGrantEndsIt) {
    grant("user:ana", 1'000);

    EXPECT_EQ(read().until, start + seconds(1'000));
}

TEST_F(LeaseEndTest, OfSeveralGrantsOnTheSameTheLastEndCounts) {
    grant("user:ana", 1'000);
    grant("group:analysts", 2'000, {"read"}, "customer");
    grant("user:ana", 1'500, {"read"}, "customer/people/files");

    EXPECT_EQ(read().until, start + seconds(2'000));
}

TEST_F(LeaseEndTest, AGrantWithoutAnEndAndAPolicyHaveNone) {
    grant("user:ana", 1'000);
    const ResourceId endless = mesh.grant("user:ana", "customer/people", {"read"});
    EXPECT_EQ(read().until, UtcTime::max());
    ASSERT_TRUE(mesh.try_revoke(endless));
    EXPECT_EQ(read().until, start + seconds(1'000));

    mesh.put(Kind::policy, "customer/open",
             {{"cedar", R"(permit (principal, action == Action::"read", resource in Domain::"customer");)"}});
    EXPECT_EQ(read().until, UtcTime::max());
}

TEST_F(LeaseEndTest, TheColumnThatClosesFirstCounts) {
    grant("user:ana", 1'000);
    for (const char* policy :
         {R"(permit (principal, action == Action::"read", resource == Column::"customer/people/files/city");)",
          R"(permit (principal, action == Action::"read", resource in Domain::"customer") when { resource.name == "city" };)"}) {
        mesh.put(Kind::policy, "customer/city", {{"cedar", policy}});
        EXPECT_TRUE(read().allow);
        EXPECT_EQ(read().until, start + seconds(1'000)) << policy;
    }
}

TEST_F(LeaseEndTest, AGrantOfAnotherActionOrPrincipalOrNotYetAddsNothing) {
    mesh.user("bo");
    grant("user:ana", 1'000);
    grant("user:ana", 9'000, {"write"});
    grant("user:ana", 9'000, {"describe"});
    grant("user:bo", 9'000);
    mesh.grant("user:ana", "customer/people", {"read"},
               {{"not_before", at(900)}, {"expires_at", at(9'000)}});
    mesh.grant("user:ana", "customer/people", {"read"}, {{"purposes", Json::array()}, {"expires_at", at(999)}});

    EXPECT_EQ(read().until, start + seconds(1'000));
    EXPECT_EQ(write().until, start + seconds(9'000));
}

TEST_F(LeaseEndTest, AnAnswerThatIsNoHasNoEnd) {
    grant("user:ana", 1'000);
    mesh.put(Kind::policy, "customer/no",
             {{"cedar", R"(forbid (principal, action == Action::"read", resource in Domain::"customer");)"}});

    EXPECT_FALSE(read().allow);
    EXPECT_EQ(read().until, UtcTime::max());
}

/// Random grants over domain, product and port, to the user and the group, with ends and
/// beginnings; with and without rules that look at single columns.
class LeaseEnds : public LeaseEndTest, public ::testing::WithParamInterface<unsigned> {};

TEST_P(LeaseEnds, AreThoseOfTheGrantsThatAreNeeded) {
    std::mt19937 random(GetParam());
    const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
    for (int round = 0; round < 60; ++round) {
        std::vector<ResourceId> made;
        for (int i = pick(6); i > 0; --i) {
            const char* to[] = {"user:ana", "group:analysts"};
            const char* on[] = {"customer", "customer/people", "customer/people/files"};
            Json more = Json::object();
            if (pick(4) != 0) {
                more["expires_at"] = at(4'000 + pick(5'000));
            }
            if (pick(4) == 0) {
                more["not_before"] = at(pick(8'000));
                more["expires_at"] = at(8'500 + pick(100));
            }
            made.push_back(mesh.grant(to[pick(2)], on[pick(3)], {"read"}, more));
        }
        // What a single column needs more: open by policy but for the one without the tag.
        const int kind = pick(3);
        if (kind != 0) {
            const std::string text =
                kind == 1 ? R"(permit (principal, action == Action::"read", resource == Column::"customer/people/files/city");)"
                          : R"(permit (principal, action == Action::"read", resource in Domain::"customer")
                               when { resource.hasTag("class") };)";
            mesh.put(Kind::policy, "customer/some", {{"cedar", text}});
        }
        // The plain way: the latest end of the grants that hold now, since one column always
        // needs one of them.
        UtcTime expected = UtcTime::min();
        for (const ResourceId id : made) {
            const auto each = mesh.world().find<GrantEntry>(id);
            if (each->holds_at(mesh.now)) {
                expected = std::max(expected, each->expires_at);
            }
        }
        const Verdict verdict = read();
        EXPECT_EQ(verdict.allow, expected != UtcTime::min());
        if (verdict.allow) {
            EXPECT_EQ(verdict.until, expected);
            // One instant later everything that allowed it is gone.
            if (expected != UtcTime::max()) {
                Caller later = mesh.caller("user:ana");
                later.now = verdict.until - std::chrono::milliseconds(1);
                EXPECT_TRUE(Decider(mesh.world(), later, Action::read)
                                .decide_columns(*mesh.world().port("customer/people/files"))
                                .verdict.allow);
            }
        }
        for (const ResourceId id : made) {
            ASSERT_TRUE(mesh.try_revoke(id));
        }
        if (kind != 0) {
            ASSERT_TRUE(mesh.try_remove(Kind::policy, "customer/some"));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Random, LeaseEnds, ::testing::Values(1u, 2u, 3u));

class ResolvedEndTest : public WriterTest {
protected:
    UtcTime lease_end(const Caller& who, seconds duration) {
        ResolveRequest asked = request(Delivery::urls);
        asked.duration = duration;
        const Result<Resolved> resolved = finish(bench->resolver.resolve(who, asked));
        Mesh::check(resolved, "resolve");
        EXPECT_TRUE(resolved->allow) << resolved->reason;
        const Json record = Json::parse(bench->ledger().back().record.body);
        EXPECT_EQ(record["lease"]["expires_at"], format_time(resolved->lease->terms.expires_at));
        return resolved->lease->terms.expires_at;
    }
    ResourceId make_grant(const Json& more) {
        Json body{{"grantee", "user:ana"}, {"resource", "customer/people"}, {"actions", {"read"}}};
        body.update(more);
        const Caller by = admin;
        return bench->submit<Written>(by, [=](Draft& draft) { return create_grant(draft, by, body); })
            ->resource.id;
    }
};

TEST_F(ResolvedEndTest, TheDurationAskedForCountsWhereNothingEndsBefore) {
    EXPECT_EQ(lease_end(ana, seconds(60)), bench->writer.now() + seconds(60));
}

TEST_F(ResolvedEndTest, TheGrantEndsTheLease) {
    const UtcTime end = bench->writer.now() + seconds(30);
    const Caller by = admin;
    ASSERT_TRUE(bench->submit<std::vector<ResourceId>>(
        by, [=, this](Draft& draft) { return revoke_grant(draft, by, grant, ""); }));
    make_grant({{"expires_at", format_time(end)}});

    EXPECT_EQ(lease_end(ana, seconds(300)), end);
    EXPECT_LE(lease_end(ana, seconds(10)), bench->writer.now() + seconds(10));
}

TEST_F(ResolvedEndTest, TheTokenEndsTheLease) {
    const UtcTime end = bench->writer.now() + seconds(45);
    const Caller by = admin;
    const Result<CreatedToken> token = bench->submit<CreatedToken>(by, [=](Draft& draft) {
        return create_token(draft, by, TokensFor::everybody,
                            {{"principal", "user:ana"}, {"name", "short"}, {"expires_at", format_time(end)}});
    });
    Mesh::check(token, "token");
    Caller brief = ana;
    brief.token = token->resource.id;

    EXPECT_EQ(lease_end(brief, seconds(300)), end);
    EXPECT_EQ(lease_end(ana, seconds(300)), bench->writer.now() + seconds(300));
}

}  // namespace
}  // namespace charter::testing
