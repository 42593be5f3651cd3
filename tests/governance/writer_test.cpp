// The writer: one order, groups that are committed whole or not at all, nothing
// released that is not recorded; and the resolver on top of it.
#include "support/writer_bench.hpp"

#include <thread>

namespace charter::testing {
namespace {

TEST_F(WriterTest, WhatWasAnsweredIsVisibleAndStored) {
    const Result<Written> written = bench->put_user("bob");

    ASSERT_TRUE(written);
    EXPECT_TRUE(bench->worlds.load()->find(Kind::user, "bob"));
    EXPECT_TRUE(mesh.reader().find(written->resource.id).value());
    EXPECT_EQ(bench->ledger().back().record.principal, admin.principal->id);
}

TEST_F(WriterTest, AChangeSeesTheOnesBeforeItInItsGroup) {
    std::vector<Answer<Result<Written>>> answers;
    const int commits = bench->store.commits;

    as_one_group([&](boost::asio::io_context& context) {
        answers.push_back(start(
            context, bench->writer.submit<Written>(admin, put_user("bob"))));
        answers.push_back(start(
            context,
            bench->writer.submit<Written>(
                admin, WriterBench::put(admin, Kind::group, "team",
                                        {{"title", "Team"}, {"members", {"user:bob"}}}))));
    });

    EXPECT_TRUE(answers[0].get());
    EXPECT_TRUE(answers[1].get());
    EXPECT_EQ(bench->store.commits, commits + 1);
}

TEST_F(WriterTest, AFailingCommitLeavesEverythingAsItWas) {
    ASSERT_TRUE(bench->put_user("before"));
    const WorldPtr world = bench->worlds.load();
    const std::size_t records = bench->ledger().size();
    const std::uint64_t journal = mesh.reader().journal_end().value();
    bench->store.broken = true;

    const Result<Written> failed = bench->put_user("bob");

    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code(), ErrorCode::unavailable);
    EXPECT_EQ(bench->worlds.load(), world);
    EXPECT_EQ(bench->ledger().size(), records);
    EXPECT_EQ(mesh.reader().journal_end().value(), journal);

    bench->store.broken = false;
    ASSERT_TRUE(bench->put_user("bob"));
    EXPECT_EQ(bench->ledger().size(), records + 1);
    const std::vector<JournalEntry> changes = mesh.reader().changes(journal, 10).value();
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].sequence, journal + 1);
}

TEST_F(WriterTest, AGroupFailsAsAWhole) {
    std::vector<Answer<Result<Written>>> answers;
    Answer<Result<Resolved>> resolved;
    const WorldPtr world = bench->worlds.load();
    const std::size_t records = bench->ledger().size();
    bench->store.fails_at = bench->store.commits + 1;

    as_one_group([&](boost::asio::io_context& context) {
        for (const char* name : {"bob", "eve", "bob"}) {
            answers.push_back(start(
                context, bench->writer.submit<Written>(admin, put_user(name))));
        }
        resolved = start(context, bench->resolver.resolve(ana, request()));
    });

    for (auto& answer : answers) {
        const Result<Written> written = answer.get();
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code(), ErrorCode::unavailable);
    }
    const Result<Resolved> withheld = resolved.get();
    ASSERT_FALSE(withheld);
    EXPECT_EQ(withheld.error().code(), ErrorCode::unavailable);
    EXPECT_EQ(bench->worlds.load(), world);
    EXPECT_EQ(bench->ledger().size(), records);
    EXPECT_TRUE(bench->put_user("bob")->created);
}

TEST_F(WriterTest, NothingIsReleasedWhenTheRecordCannotBeWritten) {
    const std::size_t records = bench->ledger().size();
    bench->store.broken = true;
    const auto withheld =
        finish(bench->resolver.resolve(ana, request(Delivery::urls)));
    bench->store.broken = false;
    const auto released =
        finish(bench->resolver.resolve(ana, request(Delivery::urls)));

    ASSERT_FALSE(withheld);
    EXPECT_EQ(withheld.error().code(), ErrorCode::unavailable);
    ASSERT_TRUE(released);
    EXPECT_TRUE(released->allow);
    const std::vector<SealedRecord> ledger = bench->ledger();
    ASSERT_EQ(ledger.size(), records + 1);
    EXPECT_EQ(ledger.back().record.id, released->decision);
    EXPECT_TRUE(ledger.back().record.allow);
}

TEST_F(WriterTest, ARefusedResolveSaysWhatForbadeIt) {
    const Result<Written> written = bench->submit<Written>(
        admin, WriterBench::put(admin, Kind::guardrail, "stop",
                                {{"cedar", R"(forbid (principal, action in Action::"data", resource);)"}}));
    ASSERT_TRUE(written);

    const Result<Resolved> refused = resolve();

    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->reason, "forbidden by guardrail:stop");
    EXPECT_EQ(Json::parse(bench->ledger().back().record.body)["reason"], refused->reason);
}

TEST_F(WriterTest, ARefusalIsRecordedAndChangesNothing) {
    const WorldPtr world = bench->worlds.load();
    const Result<Written> refused = bench->submit<Written>(
        ana, WriterBench::put(ana, Kind::user, "bob", {{"title", "bob"}}));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::forbidden);
    EXPECT_EQ(bench->worlds.load(), world);
    const SealedRecord last = bench->ledger().back();
    EXPECT_FALSE(last.record.allow);
    EXPECT_EQ(last.record.principal, ana.principal->id);
    EXPECT_EQ(Json::parse(last.record.body)["kind"], "refused");
}

TEST_F(WriterTest, AChangeThatFailsHalfwayLeavesNothing) {
    const WorldPtr world = bench->worlds.load();
    const std::size_t records = bench->ledger().size();
    const Writer::Change<Written> half = [&](Draft& draft) -> Result<Written> {
        (void)put_user("bob")(draft);
        return Error(ErrorCode::invalid_request, "no");
    };
    const Writer::Change<Written> broken = [&](Draft& draft) -> Result<Written> {
        (void)put_user("bob")(draft);
        throw std::runtime_error("a defect");
    };

    EXPECT_EQ(bench->submit<Written>(admin, half).error().code(), ErrorCode::invalid_request);
    EXPECT_EQ(bench->submit<Written>(admin, broken).error().code(), ErrorCode::internal);

    EXPECT_EQ(bench->worlds.load(), world);
    EXPECT_EQ(bench->ledger().size(), records);
    EXPECT_TRUE(bench->put_user("bob")->created);
}

class AppendTest : public WriterTest {
protected:
    Writer::Append append(std::uint64_t generation, bool holds) {
        Writer::Append append;
        append.record.id = DecisionId::make(bench->writer.now());
        append.record.at = bench->writer.now();
        append.record.allow = true;
        append.record.body = "{}";
        append.generation = generation;
        append.still_holds = [this, holds](const World&) {
            ++asked;
            return holds;
        };
        return append;
    }
    int asked = 0;
};

TEST_F(AppendTest, ADecisionOnTheCurrentWorldIsNotAskedAgain) {
    EXPECT_TRUE(finish(bench->writer.append(append(bench->worlds.load()->generation(), false))));
    EXPECT_EQ(asked, 0);
}

TEST_F(AppendTest, ADecisionOnAnOldWorldIsKeptOnlyWhenItStillHolds) {
    const std::uint64_t old = bench->worlds.load()->generation();
    ASSERT_TRUE(bench->put_user("bob"));
    const std::size_t records = bench->ledger().size();

    EXPECT_TRUE(finish(bench->writer.append(append(old, true))));
    const Result<> changed = finish(bench->writer.append(append(old, false)));

    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code(), ErrorCode::conflict);
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(bench->ledger().size(), records + 1);
}

TEST_F(AppendTest, AChangeOfTheSameGroupCountsToo) {
    const std::uint64_t now = bench->worlds.load()->generation();
    Answer<Result<>> appended;

    as_one_group([&](boost::asio::io_context& context) {
        start(context, bench->writer.submit<Written>(admin, put_user("bob")));
        appended = start(context, bench->writer.append(append(now, false)));
    });

    EXPECT_EQ(appended.get().error().code(), ErrorCode::conflict);
    EXPECT_EQ(asked, 1);
}

TEST_F(WriterTest, AResolveOvertakenByARevokeIsDecidedAgain) {
    Answer<Result<Resolved>> resolved;

    as_one_group([&](boost::asio::io_context& context) {
        const Writer::Change<std::vector<ResourceId>> revoke = [this](Draft& draft) {
            return revoke_grant(draft, admin, grant, "");
        };
        start(context, bench->writer.submit<std::vector<ResourceId>>(admin, revoke));
        resolved = start(context, bench->resolver.resolve(ana, request()));
    });

    const Result<Resolved> answer = resolved.get();
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->allow);
    EXPECT_EQ(answer->refusal, ErrorCode::forbidden);
    EXPECT_FALSE(bench->ledger().back().record.allow);
}

TEST_F(WriterTest, NoAccessIsRecordedAfterTheRevokeOfItsGrant) {
    for (int round = 0; round < 8; ++round) {
        const Writer::Change<Written> give = [this](Draft& draft) {
            return create_grant(draft, admin,
                                {{"grantee", "user:ana"},
                                 {"resource", "customer/people"},
                                 {"actions", {"read"}}});
        };
        const Writer::Change<std::vector<ResourceId>> take = [this](Draft& draft) {
            return revoke_grant(draft, admin, grant, "");
        };
        std::atomic<int> allowed{0};
        std::vector<std::jthread> readers;
        for (int i = 0; i < 4; ++i) {
            readers.emplace_back([&] {
                for (;;) {
                    const Result<Resolved> answer = finish(bench->resolver.resolve(ana, request()));
                    if (!answer || !answer->allow) {
                        EXPECT_TRUE(answer.has_value() ||
                                    answer.error().code() == ErrorCode::too_many_requests);
                        break;  // the revoke has come
                    }
                    ++allowed;
                    allowed.notify_all();
                }
            });
        }
        for (int seen = 0; seen < 12; seen = allowed) {
            allowed.wait(seen);
        }

        ASSERT_TRUE(bench->submit<std::vector<ResourceId>>(admin, take));

        readers.clear();
        bool revoked = false;
        for (const SealedRecord& record : bench->ledger()) {
            const Json body = Json::parse(record.record.body);
            if (body["kind"] == "change" && body["changes"][0]["id"] == grant.text() &&
                body["changes"][0]["change"] == "revoked") {
                revoked = true;
            } else if (body["kind"] == "resolve" && revoked) {
                EXPECT_FALSE(record.record.allow) << record.record.body;
            }
        }
        EXPECT_TRUE(revoked);
        const Result<Written> again = bench->submit<Written>(admin, give);
        ASSERT_TRUE(again);
        grant = again->resource.id;
    }
}

TEST_F(WriterTest, RefusalsOfOnePrincipalFillTheLedgerToALimitOnly) {
    const auto limit = limits::refusals_per_principal_per_minute_max;
    const auto refuse = [this](std::size_t times) {
        boost::asio::io_context context;
        for (std::size_t i = 0; i < times; ++i) {
            start(context,
                           bench->writer.submit<Written>(
                               ana, WriterBench::put(ana, Kind::user, "bob", {{"title", "b"}})));
        }
        context.run();
    };
    const std::size_t before = bench->ledger().size();

    refuse(limit + 50);
    EXPECT_EQ(bench->ledger().size(), before + limit);
    EXPECT_TRUE(bench->put_user("bob")) << "others are not held up";

    bench->clock.move(std::chrono::minutes(1));
    refuse(3);
    EXPECT_EQ(bench->ledger().size(), before + limit + 1 + 3);
}

TEST_F(WriterTest, AnAnswerIsKeptWithItsChangeOrNotAtAll) {
    const auto keep = [this](const std::string& key) -> Writer::Change<int> {
        return [this, key](Draft& draft) -> Result<int> {
            const auto kept = draft.find_answer("user:admin", key);
            if (*kept) {
                return (*kept)->status;
            }
            (void)put_user(key)(draft);
            KeptAnswer answer;
            answer.principal = "user:admin";
            answer.key = key;
            answer.at = draft.now();
            answer.status = 201;
            draft.keep_answer(std::move(answer));
            return 1;
        };
    };
    bench->store.broken = true;
    EXPECT_FALSE(bench->submit<int>(admin, keep("a")));
    bench->store.broken = false;
    EXPECT_EQ(bench->submit<int>(admin, keep("a")).value(), 1) << "the failed one kept nothing";
    EXPECT_EQ(bench->submit<int>(admin, keep("a")).value(), 201);

    std::vector<Answer<Result<int>>> answers;
    as_one_group([&](boost::asio::io_context& context) {
        for (int i = 0; i < 3; ++i) {
            answers.push_back(
                start(context, bench->writer.submit<int>(admin, keep("b"))));
        }
    });
    EXPECT_EQ(answers[0].get().value(), 1);
    EXPECT_EQ(answers[1].get().value(), 201) << "also inside one group";
    EXPECT_EQ(answers[2].get().value(), 201);
}

TEST_F(WriterTest, TimeDoesNotRunBackWithTheClock) {
    ASSERT_TRUE(bench->put_user("bob"));
    bench->clock.move(-std::chrono::hours(1));
    ASSERT_TRUE(bench->put_user("eve"));
    ASSERT_TRUE(resolve());

    const std::vector<SealedRecord> ledger = bench->ledger();
    for (std::size_t i = 1; i < ledger.size(); ++i) {
        EXPECT_GE(ledger[i].record.at, ledger[i - 1].record.at);
    }
}

TEST_F(WriterTest, AfterItsEndEverythingIsUnavailable) {
    bench->writer.stop();

    EXPECT_EQ(bench->put_user("bob").error().code(), ErrorCode::unavailable);
    EXPECT_EQ(resolve().error().code(), ErrorCode::unavailable);
}

TEST_F(WriterTest, AGoneTokenDecidesNothing) {
    const Writer::Change<int> remove = [this](Draft& draft) -> Result<int> {
        const Result<> removed = delete_token(draft, admin, ana.token);
        return removed ? Result<int>(0) : Result<int>(removed.error());
    };
    ASSERT_TRUE(bench->submit<int>(admin, remove));

    EXPECT_EQ(resolve().error().code(), ErrorCode::unauthenticated);
}

TEST(Draft, WhatItRemovedIsGoneAlsoAfterARefusal) {
    Mesh mesh;
    mesh.grouping = true;
    const Resource bob = mesh.put(Kind::user, "bob", {{"title", "bob"}});
    ASSERT_TRUE(mesh.try_remove(Kind::user, "bob"));
    ASSERT_FALSE(mesh.try_put(Kind::group, "g", {{"title", "g"}, {"members", {"user:bob"}}}));

    EXPECT_FALSE(mesh.draft().find(bob.id).value());
}

}  // namespace
}  // namespace charter::testing
