#pragma once

#include "charter/store/store.hpp"
#include "store/samples.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace charter::testing {

/// What every store must do. Each store adds one line:
///   INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, SqliteFixture);
/// where the fixture has `StoreWriter& writer()`, `StoreReader& reader()` and
/// `void reopen()`, which closes the store and opens it again.
template <class Fixture>
class StoreContract : public ::testing::Test {
protected:
    StoreWriter& writer() { return fixture.writer(); }
    StoreReader& reader() { return fixture.reader(); }

    void put(std::vector<Resource> resources) {
        Transaction transaction;
        transaction.puts = std::move(resources);
        const Result<> done = writer().commit(transaction);
        ASSERT_TRUE(done) << done.error().cause();
    }

    std::vector<std::string> names(Kind kind, std::uint64_t parent, std::string_view after,
                                   std::size_t limit) {
        std::vector<std::string> found;
        const auto resources = reader().list(kind, ResourceId{parent}, after, limit);
        for (const Resource& resource : resources.value()) {
            found.push_back(resource.name);
        }
        return found;
    }

    void append(std::vector<LedgerRecord> records) {
        Transaction transaction;
        for (LedgerRecord& record : records) {
            transaction.ledger.push_back(seal(head, std::move(record)));
        }
        const Result<> done = writer().commit(transaction);
        ASSERT_TRUE(done) << done.error().cause();
    }

    Numbers sequences(const LedgerFilter& filter, std::uint64_t before = 0,
                      std::size_t limit = 100) {
        Numbers found;
        const auto records = reader().ledger(filter, before, limit);
        for (const SealedRecord& sealed : records.value()) {
            found.push_back(sealed.sequence);
        }
        return found;
    }

    Fixture fixture;
    LedgerHead head;
};
TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, ReadsBackWhatWasWritten) {
    const Resource product = sample(Kind::product, 0xfedcba9876543210, "customers", 5);

    this->put({product});

    const auto found = this->reader().find(product.id);
    ASSERT_TRUE(found && *found);
    expect_equal(**found, product);
    EXPECT_FALSE(this->reader().find(ResourceId{1})->has_value());
}

TYPED_TEST_P(StoreContract, ReplacingKeepsTheOldRevision) {
    const Resource first = sample(Kind::product, 1, "customers", 5);
    Resource second = first;
    second.revision = 2;
    second.document = "{}";
    second.state = "";

    this->put({first});
    this->put({second});

    expect_equal(**this->reader().find(first.id), second);
    expect_equal(**this->reader().find_revision(first.id, 1), first);
    expect_equal(**this->reader().find_revision(first.id, 2), second);
    EXPECT_FALSE(this->reader().find_revision(first.id, 3)->has_value());
}

TYPED_TEST_P(StoreContract, RemovingKeepsTheLastRevision) {
    const Resource product = sample(Kind::product, 1, "customers", 5);
    this->put({product});

    Transaction removal;
    removal.removals = {product.id, ResourceId{99}};
    ASSERT_TRUE(this->writer().commit(removal));

    EXPECT_FALSE(this->reader().find(product.id)->has_value());
    EXPECT_TRUE(this->names(Kind::product, 5, "", 10).empty());
    expect_equal(**this->reader().find_revision(product.id, 1), product);
}

TYPED_TEST_P(StoreContract, ARemovedNameIsFreeInTheSameTransaction) {
    this->put({sample(Kind::product, 1, "customers", 5)});
    Transaction change;
    change.puts = {sample(Kind::product, 2, "customers", 5),
                   sample(Kind::product, 3, "customers", 5)};
    change.removals = {ResourceId{1}, ResourceId{2}};

    ASSERT_TRUE(this->writer().commit(change));

    EXPECT_FALSE(this->reader().find(ResourceId{1})->has_value());
    EXPECT_FALSE(this->reader().find(ResourceId{2})->has_value());
    EXPECT_TRUE(this->reader().find(ResourceId{3})->has_value());
    EXPECT_TRUE(this->reader().find_revision(ResourceId{1}, 1)->has_value());
    EXPECT_TRUE(this->reader().find_revision(ResourceId{2}, 1)->has_value());
}

TYPED_TEST_P(StoreContract, ManyRevisionsInOneTransactionAreAllKept) {
    Resource product = sample(Kind::product, 1, "customers", 5);
    Transaction change;
    for (product.revision = 1; product.revision <= 3; ++product.revision) {
        change.puts.push_back(product);
    }

    ASSERT_TRUE(this->writer().commit(change));

    EXPECT_EQ((*this->reader().find(product.id))->revision, 3u);
    EXPECT_TRUE(this->reader().find_revision(product.id, 1)->has_value());
    EXPECT_TRUE(this->reader().find_revision(product.id, 2)->has_value());
}

TYPED_TEST_P(StoreContract, NamesAreUniqueWithinKindAndParent) {
    this->put({sample(Kind::product, 1, "a", 5), sample(Kind::product, 2, "a", 6),
               sample(Kind::policy, 3, "a", 5)});

    Transaction second;
    second.puts = {sample(Kind::product, 4, "a", 5)};
    const Result<> refused = this->writer().commit(second);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::internal);
    EXPECT_FALSE(this->reader().find(ResourceId{4})->has_value());
}

TYPED_TEST_P(StoreContract, ARefusedTransactionLeavesNothing) {
    this->put({sample(Kind::product, 1, "a", 5)});
    LedgerHead end = this->head;
    Transaction change;
    change.puts = {sample(Kind::product, 2, "b", 5), sample(Kind::product, 3, "a", 5)};
    change.removals = {ResourceId{1}, ResourceId{2}};
    change.journal = {entry(1), entry(1)};  // the second number is taken
    change.ledger = {seal(end, decision(1, 1, 1, true))};
    change.evidence = {{sha256("x"), "x"}};
    change.indexed = {product_text(2, "d/b", "Word", "word")};
    change.answers = {{"user:ana", "k", {}, moment(1), 201, "", "", "{}"}};

    ASSERT_FALSE(this->writer().commit(change));

    EXPECT_EQ(this->names(Kind::product, 5, "", 10), std::vector<std::string>{"a"});
    EXPECT_FALSE(this->reader().find_revision(ResourceId{1}, 2)->has_value());
    EXPECT_EQ(*this->reader().journal_end(), 0u);
    EXPECT_EQ(this->reader().ledger_head()->sequence, 0u);
    EXPECT_TRUE(this->sequences({}).empty());
    EXPECT_FALSE(this->reader().evidence(sha256("x"))->has_value());
    EXPECT_FALSE(this->reader().answer("user:ana", "k")->has_value());
    const auto far = std::chrono::steady_clock::now() + std::chrono::hours(1);
    EXPECT_TRUE(
        this->reader().search({"word"}, far, [](ResourceId) { return true; })->hits.empty());
    this->put({sample(Kind::product, 9, "c", 5)});  // and the next one goes well
}

TYPED_TEST_P(StoreContract, ListsByNameFromACursor) {
    this->put({sample(Kind::product, 1, "b", 5), sample(Kind::product, 2, "a", 5),
               sample(Kind::product, 3, "d", 5), sample(Kind::product, 4, "c", 5),
               sample(Kind::product, 5, "x", 6)});

    using Names = std::vector<std::string>;
    EXPECT_EQ(this->names(Kind::product, 5, "", 2), (Names{"a", "b"}));
    EXPECT_EQ(this->names(Kind::product, 5, "b", 2), (Names{"c", "d"}));
    EXPECT_EQ(this->names(Kind::product, 5, "bb", 9), (Names{"c", "d"}));
    EXPECT_TRUE(this->names(Kind::product, 5, "d", 2).empty());
    EXPECT_TRUE(this->names(Kind::product, 5, "", 0).empty());
}

TYPED_TEST_P(StoreContract, ReadsAllByKindThenByCreation) {
    this->put({sample(Kind::product, 9, "a", 5), sample(Kind::domain, 8, "parent"),
               sample(Kind::domain, 3, "child", 8)});
    this->put({sample(Kind::user, 7, "ana")});
    Resource replaced = sample(Kind::domain, 8, "parent");
    replaced.revision = 2;
    this->put({replaced});

    std::vector<std::string> seen;
    ASSERT_TRUE(
        this->reader().read_all([&](const Resource& resource) { seen.push_back(resource.name); }));

    EXPECT_EQ(seen, (std::vector<std::string>{"ana", "parent", "child", "a"}));
}

TYPED_TEST_P(StoreContract, KeepsTheJournalInOrder) {
    Transaction change;
    change.journal = {entry(1), entry(2), entry(3)};
    ASSERT_TRUE(this->writer().commit(change));

    const auto changes = this->reader().changes(1, 10);

    ASSERT_TRUE(changes);
    ASSERT_EQ(changes->size(), 2u);
    EXPECT_EQ((*changes)[0].sequence, 2u);
    EXPECT_EQ((*changes)[0].at, moment(2));
    EXPECT_EQ((*changes)[0].by, "user:ana");
    EXPECT_EQ((*changes)[0].kind, Kind::product);
    EXPECT_EQ((*changes)[0].id, ResourceId{7});
    EXPECT_EQ((*changes)[0].domain, ResourceId{8});
    EXPECT_EQ((*changes)[0].name, "customer/p");
    EXPECT_EQ((*changes)[0].change, "created");
    EXPECT_EQ((*changes)[1].sequence, 3u);
    EXPECT_EQ(this->reader().changes(0, 1)->size(), 1u);
    EXPECT_TRUE(this->reader().changes(UINT64_MAX, 10)->empty());
    EXPECT_EQ(*this->reader().journal_end(), 3u);
}

TYPED_TEST_P(StoreContract, KeepsTheLedgerAndItsHead) {
    this->append({decision(1, 10, 20, true), decision(2, 11, 20, false)});
    this->append({decision(3, 10, 21, true)});

    LedgerHead reached;
    const auto records = this->reader().ledger_after(0, 100);
    for (const SealedRecord& sealed : records.value()) {
        EXPECT_EQ(check(reached, sealed), std::nullopt);
        EXPECT_EQ(this->reader().ledger_find(sealed.record.id).value()->sequence, sealed.sequence);
    }
    EXPECT_EQ(reached.sequence, 3u);
    EXPECT_EQ(check_end(reached, this->reader().ledger_head().value()), std::nullopt);
    EXPECT_EQ(this->reader().ledger_after(2, 100)->size(), 1u);
    EXPECT_FALSE(this->reader().ledger_find(DecisionId{})->has_value());
}

TYPED_TEST_P(StoreContract, RefusesLedgerRecordsThatDoNotContinueTheHead) {
    this->append({decision(1, 10, 20, true)});
    Transaction gap;
    LedgerHead elsewhere{5, {}};
    gap.ledger = {seal(elsewhere, decision(2, 10, 20, true))};

    ASSERT_FALSE(this->writer().commit(gap));

    EXPECT_EQ(this->reader().ledger_head()->sequence, 1u);
    this->append({decision(3, 10, 20, true)});
}

TYPED_TEST_P(StoreContract, FiltersTheLedgerNewestFirst) {
    this->append({decision(1, 10, 20, true), decision(2, 11, 20, false), decision(3, 10, 21, true),
                  decision(4, 10, 22, false), decision(5, 11, 21, true)});
    LedgerFilter principal;
    principal.principal = ResourceId{10};
    LedgerFilter one;
    one.resources = {ResourceId{20}};
    LedgerFilter several;
    several.resources = {ResourceId{21}, ResourceId{20}, ResourceId{20}, ResourceId{99}};
    LedgerFilter both = several;
    both.principal = ResourceId{10};
    LedgerFilter denied;
    denied.allow = false;
    LedgerFilter denied_to_one = denied;
    denied_to_one.principal = ResourceId{10};
    LedgerFilter many;
    for (std::uint64_t id = 1'000; id < 11'000; ++id) {
        many.resources.push_back(ResourceId{id});
    }
    many.resources.push_back(ResourceId{22});
    LedgerFilter time;
    time.from = moment(2);
    time.to = moment(4);

    EXPECT_EQ(this->sequences({}), (Numbers{5, 4, 3, 2, 1}));
    EXPECT_EQ(this->sequences({}, 4, 2), (Numbers{3, 2}));
    EXPECT_EQ(this->sequences(principal), (Numbers{4, 3, 1}));
    EXPECT_EQ(this->sequences(principal, 4), (Numbers{3, 1}));
    EXPECT_EQ(this->sequences(one), (Numbers{2, 1}));
    EXPECT_EQ(this->sequences(several), (Numbers{5, 3, 2, 1}));
    EXPECT_EQ(this->sequences(several, 5, 2), (Numbers{3, 2}));
    EXPECT_EQ(this->sequences(both), (Numbers{3, 1}));
    EXPECT_EQ(this->sequences(denied), (Numbers{4, 2}));
    EXPECT_EQ(this->sequences(denied_to_one), Numbers{4});
    EXPECT_EQ(this->sequences(many), Numbers{4});
    EXPECT_EQ(this->sequences(time), (Numbers{3, 2}));
    EXPECT_EQ(this->sequences({}, 0, 0), Numbers{});
}

TYPED_TEST_P(StoreContract, FindsTimesInALedgerThatIsNotQuiteInOrder) {
    std::vector<LedgerRecord> records;
    for (std::int64_t second = 0; second < 2'000; ++second) {
        // Neighbours change places, and one runs back by 50 s.
        records.push_back(decision(second % 100 == 7 ? second - 50 : second ^ 1, 1, 1, true));
    }
    this->append(records);
    LedgerFilter filter;
    filter.from = moment(400);
    filter.to = moment(900);

    std::size_t expected = 0;
    for (const LedgerRecord& record : records) {
        expected += record.at >= *filter.from && record.at < *filter.to ? 1 : 0;
    }
    EXPECT_EQ(this->sequences(filter, 0, 5'000).size(), expected);
}

TYPED_TEST_P(StoreContract, KeepsEvidenceOnce) {
    Transaction first;
    first.evidence = {{sha256("a"), "a"}, {sha256("a"), "a"}};
    Transaction again;
    again.evidence = {{sha256("a"), "a"}, {sha256("b"), "b"}};

    ASSERT_TRUE(this->writer().commit(first));
    ASSERT_TRUE(this->writer().commit(again));

    EXPECT_EQ(this->reader().evidence(sha256("a"))->value(), "a");
    EXPECT_EQ(this->reader().evidence(sha256("b"))->value(), "b");
    EXPECT_FALSE(this->reader().evidence(sha256("c"))->has_value());
}

TYPED_TEST_P(StoreContract, KeepsTheFirstAnswerForADay) {
    const KeptAnswer first{"user:ana", "k", sha256("body"), moment(0), 201, "\"1\"", "/x", "{}"};
    KeptAnswer second = first;
    second.status = 409;
    second.at = moment(60);
    KeptAnswer next_day = second;
    next_day.at = moment(24 * 3'600);
    const auto keep = [&](const KeptAnswer& answer) {
        Transaction transaction;
        transaction.answers = {answer};
        return this->writer().commit(transaction).has_value();
    };

    ASSERT_TRUE(keep(first));
    ASSERT_TRUE(keep(second));

    const auto kept = this->reader().answer("user:ana", "k");
    ASSERT_TRUE(kept && *kept);
    EXPECT_EQ((*kept)->status, 201);
    EXPECT_EQ((*kept)->request, first.request);
    EXPECT_EQ((*kept)->at, first.at);
    EXPECT_EQ((*kept)->etag, "\"1\"");
    EXPECT_EQ((*kept)->location, "/x");
    EXPECT_EQ((*kept)->body, "{}");
    EXPECT_FALSE(this->reader().answer("user:bob", "k")->has_value());
    ASSERT_TRUE(keep(next_day));
    EXPECT_EQ(this->reader().answer("user:ana", "k")->value().status, 409);
    ASSERT_TRUE(this->writer().forget_answers(moment(24 * 3'600)));
    EXPECT_TRUE(this->reader().answer("user:ana", "k")->has_value());
    ASSERT_TRUE(this->writer().forget_answers(moment(24 * 3'600 + 1)));
    EXPECT_FALSE(this->reader().answer("user:ana", "k")->has_value());
}

TYPED_TEST_P(StoreContract, FindsEverythingAfterReopening) {
    const Resource product = sample(Kind::product, 1, "customers", 5);
    Transaction change;
    change.puts = {product};
    change.journal = {entry(1)};
    change.ledger = {seal(this->head, decision(1, 1, 1, true))};
    change.evidence = {{sha256("a"), "a"}};
    change.indexed = {product_text(1, "d/customers", "Customers", "who buys")};
    ASSERT_TRUE(this->writer().commit(change));

    this->fixture.reopen();

    expect_equal(**this->reader().find(product.id), product);
    EXPECT_EQ(*this->reader().journal_end(), 1u);
    EXPECT_EQ(this->reader().ledger_head()->hash, this->head.hash);
    EXPECT_TRUE(this->reader().evidence(sha256("a"))->has_value());
    const auto far = std::chrono::steady_clock::now() + std::chrono::hours(1);
    EXPECT_EQ(this->reader().search({"buys"}, far, [](ResourceId) { return true; })->hits.size(),
              1u);
}

TYPED_TEST_P(StoreContract, AnEmptyTransactionIsNothing) {
    EXPECT_TRUE(Transaction().empty());
    EXPECT_TRUE(this->writer().commit(Transaction()));
    EXPECT_EQ(*this->reader().journal_end(), 0u);
}

REGISTER_TYPED_TEST_SUITE_P(StoreContract, ReadsBackWhatWasWritten, ReplacingKeepsTheOldRevision,
                            RemovingKeepsTheLastRevision, ARemovedNameIsFreeInTheSameTransaction,
                            ManyRevisionsInOneTransactionAreAllKept,
                            NamesAreUniqueWithinKindAndParent, ARefusedTransactionLeavesNothing,
                            ListsByNameFromACursor, ReadsAllByKindThenByCreation,
                            KeepsTheJournalInOrder, KeepsTheLedgerAndItsHead,
                            RefusesLedgerRecordsThatDoNotContinueTheHead,
                            FiltersTheLedgerNewestFirst, FindsTimesInALedgerThatIsNotQuiteInOrder,
                            KeepsEvidenceOnce, KeepsTheFirstAnswerForADay,
                            FindsEverythingAfterReopening, AnEmptyTransactionIsNothing);

}  // namespace charter::testing
