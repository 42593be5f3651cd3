// The contract on SQLite, and what is SQLite's own: the lock, the schema number,
// permissions, hostile files, many readers beside the writer.
#include "charter/base/limits.hpp"
#include "store/search_contract.hpp"
#include "store/sqlite_fixture.hpp"
#include "store/store_contract.hpp"

#include <sqlite3.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace charter::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, SqliteFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, SearchContract, SqliteFixture);

namespace {

TEST(SqliteStoreTest, TwoServersNeverShareADirectory) {
    SqliteFixture fixture;

    const auto second = SqliteStore::open(fixture.directory());

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::unavailable);
    fixture.close();
    EXPECT_TRUE(SqliteStore::open(fixture.directory()));
}

TEST(SqliteStoreTest, ANewerSchemaIsNotOpened) {
    SqliteFixture fixture;
    fixture.close();
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open((fixture.directory() / "charter.db").c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw, "PRAGMA user_version = 9999", nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(raw);

    const auto opened = SqliteStore::open(fixture.directory());

    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().message().find("newer program"), std::string::npos);
}

TEST(SqliteStoreTest, AFileThatIsNoDatabaseIsNotOpened) {
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "charter.db") << std::string(10'000, 'x');

    EXPECT_FALSE(SqliteStore::open(directory.path()));
}

TEST(SqliteStoreTest, ADirectoryThatCannotBeMadeIsAnError) {
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "file") << "x";

    const auto opened = SqliteStore::open(directory.path() / "file" / "data");

    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::unavailable);
}

TEST(SqliteStoreTest, WhatItMakesIsForItsOwnerOnly) {
    const TemporaryDirectory directory;
    const auto store = SqliteStore::open(directory.path() / "deep" / "data");
    ASSERT_TRUE(store);

    for (const char* name : {"", "charter.db", "charter.db-wal", "lock"}) {
        const auto permissions =
            std::filesystem::status(directory.path() / "deep" / "data" / name).permissions();
        EXPECT_EQ(
            permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none)
            << name;
    }
}

TEST(SqliteStoreTest, ReadersSeeWholeTransactionsWhileOneWrites) {
    SqliteFixture fixture;
    std::atomic<bool> done = false;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!done) {
                // Both entries of a transaction, or none.
                const auto changes = fixture.reader().changes(0, 10'000);
                ASSERT_TRUE(changes) << changes.error().cause();
                ASSERT_EQ(changes->size() % 2, 0u);
                ASSERT_TRUE(fixture.reader().find(ResourceId{1}));
            }
        });
    }

    for (std::uint64_t sequence = 1; sequence < 600; sequence += 2) {
        Transaction change;
        change.journal = {entry(sequence), entry(sequence + 1)};
        const Result<> committed = fixture.writer().commit(change);
        EXPECT_TRUE(committed) << committed.error().cause();
    }

    done = true;
    for (std::thread& reader : readers) {
        reader.join();
    }
}

TEST(SqliteStoreTest, TheWalStaysBounded) {
    SqliteFixture fixture;
    const std::string large(1'000'000, 'x');
    std::uintmax_t largest = 0;

    for (int i = 0; i < 200; ++i) {
        Transaction change;
        change.evidence = {{sha256(std::to_string(i)), large}};
        ASSERT_TRUE(fixture.writer().commit(change));
        largest =
            std::max(largest, std::filesystem::file_size(fixture.directory() / "charter.db-wal"));
    }

    EXPECT_LT(largest, limits::wal_bytes_max + 8 * large.size());
}

TEST(SqliteStoreTest, AnAlteredRecordIsFoundByVerification) {
    SqliteFixture fixture;
    LedgerHead head;
    Transaction change;
    for (int i = 1; i <= 5; ++i) {
        change.ledger.push_back(seal(head, decision(i, 1, 1, i % 2 == 0)));
    }
    ASSERT_TRUE(fixture.writer().commit(change));
    fixture.close();
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open((fixture.directory() / "charter.db").c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw, "UPDATE ledger SET allow = 1 WHERE sequence = 3", nullptr, nullptr,
                           nullptr),
              SQLITE_OK);
    sqlite3_close(raw);
    fixture.reopen();

    LedgerHead reached;
    std::optional<std::string> wrong;
    const auto records = fixture.reader().ledger_after(0, 10);
    for (const SealedRecord& sealed : records.value()) {
        wrong = check(reached, sealed);
        if (wrong) {
            break;
        }
    }

    EXPECT_TRUE(wrong);
    EXPECT_EQ(reached.sequence, 2u);
}

}  // namespace
}  // namespace charter::testing
