// What is acknowledged stays and what is not is wholly absent: after kill -9 at
// random moments, and after writes and syncs that fail.
//
// kill -9 leaves the kernel's cache alive, so it cannot tell a commit that was synced from one that
// was not; the failing disk below shows that every commit is synced before it is acknowledged.
#include "store/failing_disk.hpp"
#include "store/samples.hpp"
#include "store/sqlite_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

namespace charter::testing {
namespace {

/// Transaction `n` writes one of everything, each naming `n`.
Transaction numbered(std::uint64_t n, LedgerHead& head) {
    Transaction change;
    Resource resource = sample(Kind::product, n, "p" + std::to_string(n), 5);
    change.puts = {resource};
    if (n > 1) {
        Resource replaced = sample(Kind::product, n - 1, "p" + std::to_string(n - 1), 5);
        replaced.revision = 2;
        change.puts.push_back(replaced);
    }
    change.journal = {entry(n)};
    change.ledger = {seal(head, decision(static_cast<std::int64_t>(n), n, n, true))};
    change.evidence = {{sha256(std::to_string(n)), std::to_string(n)}};
    change.indexed = {
        product_text(n, "d/p" + std::to_string(n), "word" + std::to_string(n) + "x", "text")};
    return change;
}

/// The number of the last transaction; fails the test when one is half there.
std::uint64_t last_whole(StoreReader& reader) {
    LedgerHead head;
    const auto records = reader.ledger_after(0, 1'000'000);
    for (const SealedRecord& sealed : records.value()) {
        EXPECT_EQ(check(head, sealed), std::nullopt);
    }
    const std::uint64_t last = head.sequence;
    EXPECT_EQ(check_end(head, reader.ledger_head().value()), std::nullopt);
    EXPECT_EQ(reader.journal_end().value(), last);
    const auto far = std::chrono::steady_clock::now() + std::chrono::hours(1);
    for (const std::uint64_t n : {last, last + 1}) {
        if (n == 0) {
            continue;
        }
        const bool there = n == last;
        EXPECT_EQ(reader.find(ResourceId{n})->has_value(), there) << n;
        EXPECT_EQ(reader.evidence(sha256(std::to_string(n)))->has_value(), there) << n;
        const auto hits =
            reader.search({"word" + std::to_string(n) + "x"}, far, [](ResourceId) { return true; });
        EXPECT_EQ(hits->hits.size(), there ? 1u : 0u) << n;
        if (n > 1) {
            EXPECT_EQ((*reader.find(ResourceId{n - 1}))->revision, there ? 2u : 1u) << n;
        }
    }
    return last;
}

/// Commits until it is killed, and reports each number after its commit.
[[noreturn]] void write_until_killed(const std::filesystem::path& directory, int report) {
    auto store = SqliteStore::open(directory);
    if (!store) {
        ::_exit(1);
    }
    LedgerHead head = (*store)->reader().ledger_head().value();
    for (std::uint64_t n = head.sequence + 1;; ++n) {
        if (!(*store)->writer().commit(numbered(n, head)) ||
            ::write(report, &n, sizeof n) != sizeof n) {
            ::_exit(1);
        }
    }
}

TEST(DurabilityTest, KillingTheServerLosesNothingAcknowledgedAndLeavesNothingHalf) {
    const TemporaryDirectory directory;
    std::mt19937 random(20'260'101);
    std::uint64_t acknowledged = 0;

    for (int round = 0; round < 30; ++round) {
        int pipe[2];
        ASSERT_EQ(::pipe(pipe), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(pipe[0]);
            write_until_killed(directory.path(), pipe[1]);
        }
        ::close(pipe[1]);
        // Killed after some acknowledged commits and a random part of the next one.
        const std::uint64_t target = acknowledged + 1 + random() % 60;
        std::uint64_t n = acknowledged;
        while (n < target && ::read(pipe[0], &n, sizeof n) == sizeof n) {
            acknowledged = n;
        }
        ASSERT_EQ(acknowledged, target) << "the child ended by itself";
        const auto kill_at =
            std::chrono::steady_clock::now() + std::chrono::microseconds(random() % 1'500);
        while (std::chrono::steady_clock::now() < kill_at) {
        }
        ::kill(child, SIGKILL);
        while (::read(pipe[0], &n, sizeof n) == sizeof n) {
            acknowledged = n;  // acknowledged before it died
        }
        ::close(pipe[0]);
        ASSERT_EQ(::waitpid(child, nullptr, 0), child);

        const auto store = SqliteStore::open(directory.path());
        ASSERT_TRUE(store) << store.error().cause();
        const std::uint64_t last = last_whole((*store)->reader());
        ASSERT_GE(last, acknowledged);
        ASSERT_LE(last, acknowledged + 1);
        acknowledged = last;
    }
}

/// What a crash at this moment would leave: the files as they are, without a proper close.
std::uint64_t last_after_a_crash(const std::filesystem::path& directory) {
    const TemporaryDirectory image;
    for (const char* name : {"charter.db", "charter.db-wal"}) {
        std::filesystem::copy_file(directory / name, image.path() / name);
    }
    const auto store = SqliteStore::open(image.path());
    EXPECT_TRUE(store);
    return store ? last_whole((*store)->reader()) : 0;
}

TEST(DurabilityTest, ACommitThatMeetsAFailureLeavesNothingAndTheNextOneGoesWell) {
    FailingDisk disk;
    SqliteFixture fixture;
    LedgerHead head;
    std::uint64_t n = 1;
    ASSERT_TRUE(fixture.writer().commit(numbered(n, head)));

    // The commit fails at its first operation, at its second … until it does not any more.
    int failures = 0;
    for (int operation = 1;; ++operation) {
        LedgerHead attempt = head;
        disk.fail_at(operation, FailingDisk::Failure::once);
        const Result<> committed = fixture.writer().commit(numbered(n + 1, attempt));
        if (!disk.heal()) {
            ASSERT_TRUE(committed);
            break;
        }
        ++failures;
        ASSERT_FALSE(committed) << "operation " << operation;
        EXPECT_EQ(committed.error().code(), ErrorCode::unavailable);
        EXPECT_EQ(last_whole(fixture.reader()), n);
        EXPECT_EQ(last_after_a_crash(fixture.directory()), n) << "operation " << operation;
        ASSERT_TRUE(fixture.writer().commit(numbered(++n, head)));
        EXPECT_EQ(last_whole(fixture.reader()), n);
        EXPECT_EQ(last_after_a_crash(fixture.directory()), n);
    }
    EXPECT_GT(failures, 2);
}

TEST(DurabilityTest, ACommitThatWasWrittenButNotSyncedDoesNotComeBackAfterACrash) {
    FailingDisk disk;
    SqliteFixture fixture;
    LedgerHead head;
    ASSERT_TRUE(fixture.writer().commit(numbered(1, head)));
    LedgerHead attempt = head;

    disk.fail_next_sync(FailingDisk::Failure::once);
    EXPECT_FALSE(fixture.writer().commit(numbered(2, attempt)));

    EXPECT_TRUE(disk.heal());
    EXPECT_EQ(last_after_a_crash(fixture.directory()), 1u);
    EXPECT_EQ(last_whole(fixture.reader()), 1u);
    ASSERT_TRUE(fixture.writer().commit(numbered(2, head)));
    EXPECT_EQ(last_after_a_crash(fixture.directory()), 2u);
}

TEST(DurabilityTest, ABrokenDiskRefusesEveryCommitUntilItIsWell) {
    FailingDisk disk;
    SqliteFixture fixture;
    LedgerHead head;
    ASSERT_TRUE(fixture.writer().commit(numbered(1, head)));

    for (int operation = 1; operation < 5; ++operation) {
        disk.fail_at(operation, FailingDisk::Failure::from_then_on);
        for (int i = 0; i < 3; ++i) {
            LedgerHead attempt = head;
            EXPECT_FALSE(fixture.writer().commit(numbered(2, attempt)));
            EXPECT_EQ(last_whole(fixture.reader()), 1u);
        }
        EXPECT_TRUE(disk.heal());
    }

    ASSERT_TRUE(fixture.writer().commit(numbered(2, head)));
    EXPECT_EQ(last_whole(fixture.reader()), 2u);
    fixture.reopen();
    EXPECT_EQ(last_whole(fixture.reader()), 2u);
}

TEST(DurabilityTest, EveryCommitIsSyncedBeforeItIsAcknowledged) {
    FailingDisk disk;
    SqliteFixture fixture;
    LedgerHead head;

    for (std::uint64_t n = 1; n <= 20; ++n) {
        ASSERT_TRUE(fixture.writer().commit(numbered(n, head)));
        EXPECT_EQ(disk.unsynced_wal_writes(), 0);
    }
}

}  // namespace
}  // namespace charter::testing
