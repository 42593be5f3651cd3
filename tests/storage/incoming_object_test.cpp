// Objects that are received: whole or not at all, at their path or nowhere.
#include "storage/incoming_object.hpp"

#include "charter/base/limits.hpp"
#include "charter/storage/local_storage.hpp"
#include "storage/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

namespace charter {
namespace {

using namespace std::string_literals;
namespace fs = std::filesystem;

constexpr std::string_view prefix = "customer/customers/";

NewObject object_of(std::string path, std::string_view content) {
    return NewObject{std::move(path), content.size(), sha256(content)};
}

class IncomingObjectTest : public ::testing::Test {
protected:
    IncomingObjectTest() {
        folder.write("lake/customer/customers/a.csv", "old");
        folder.write("outside/secret", "secret");
        fs::permissions(folder.path(), fs::perms::owner_all);
    }

    Result<StoredObject> write(const std::string& path, std::string_view content,
                               const WriteConditions& conditions = {}, bool may_still = true) {
        Result<IncomingObject> incoming =
            storage.receive("lake", prefix, object_of(path, content), conditions);
        if (!incoming) {
            return incoming.error();
        }
        if (const Result<> appended = incoming->append(content); !appended) {
            return appended.error();
        }
        return storage.commit(std::move(*incoming), conditions, [&] { return may_still; });
    }

    ErrorCode refusal(const std::string& path, const WriteConditions& conditions = {}) {
        const Result<StoredObject> stored = write(path, "new", conditions);
        EXPECT_FALSE(stored) << path;
        return stored ? ErrorCode::internal : stored.error().code();
    }

    std::string content(const fs::path& path) const {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }

    std::size_t half_received() const {
        std::error_code absent;
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(half_folder, absent), fs::directory_iterator()));
    }

    std::string etag(std::string_view path) const {
        return storage.open("lake", prefix, path)->etag;
    }

    testing::TemporaryFolder folder;
    fs::path root = folder.path() / "lake";
    fs::path customers = root / "customer/customers";
    fs::path half_folder = root / incoming_folder;
    LocalStorage storage{folder.path()};
};

TEST_F(IncomingObjectTest, LieAtTheirPathOnceTheyAreComplete) {
    const Result<StoredObject> stored = write("2026/11/b c.csv", "content");

    ASSERT_TRUE(stored) << stored.error().message() << " " << stored.error().cause();
    EXPECT_TRUE(stored->created);
    EXPECT_EQ(stored->etag, etag("2026/11/b c.csv"));
    EXPECT_EQ(content(customers / "2026/11/b c.csv"), "content");
    EXPECT_EQ(half_received(), 0U);
}

TEST_F(IncomingObjectTest, ReplaceWhatWasThereAllAtOnce) {
    const Result<OpenedObject> reader = storage.open("lake", prefix, "a.csv");

    const Result<StoredObject> stored = write("a.csv", "longer than before");

    ASSERT_TRUE(stored);
    EXPECT_FALSE(stored->created);
    EXPECT_EQ(content(customers / "a.csv"), "longer than before");
    EXPECT_TRUE(write("a.csv", "longer than before"));
    // Who reads the old one goes on reading the old one.
    struct stat status {};
    ASSERT_EQ(::fstat(reader->file.number(), &status), 0);
    EXPECT_EQ(status.st_size, 3);
}

TEST_F(IncomingObjectTest, MayBeEmpty) {
    ASSERT_TRUE(write("empty", ""));

    EXPECT_TRUE(fs::is_empty(customers / "empty"));
}

TEST_F(IncomingObjectTest, AreNotSeenBefore) {
    Result<IncomingObject> half = storage.receive("lake", prefix, object_of("b", "content"), {});
    ASSERT_TRUE(half);
    ASSERT_TRUE(half->append("cont"));

    EXPECT_EQ(half_received(), 1U);
    const std::string name = fs::directory_iterator(half_folder)->path().filename();
    EXPECT_EQ((*storage.list("lake", ""))->size(), 1U);
    EXPECT_FALSE(fs::exists(customers / "b"));
    EXPECT_FALSE(storage.open("lake", "", incoming_folder + "/"s + name));
    EXPECT_FALSE(storage.open("lake", incoming_folder + "/"s, name));
    EXPECT_FALSE(storage.list("lake", incoming_folder + "/"s));
    EXPECT_FALSE(storage.list("lake/"s + incoming_folder, ""));
    EXPECT_FALSE(storage.ensure_root("lake/"s + incoming_folder));
}

TEST_F(IncomingObjectTest, LeaveNothingWhenTheyAreGivenUp) {
    {
        Result<IncomingObject> half = storage.receive("lake", prefix, object_of("x/b", "content"), {});
        ASSERT_TRUE(half->append("cont"));
    }

    EXPECT_EQ(half_received(), 0U);
    EXPECT_FALSE(fs::exists(customers / "x"));
}

TEST_F(IncomingObjectTest, AreRefusedWithAnotherLengthOrContent) {
    const auto attempt = [this](std::string_view sent) {
        Result<IncomingObject> half = storage.receive("lake", prefix, object_of("b", "content"), {});
        if (const Result<> appended = half->append(sent); !appended) {
            return appended.error().code();
        }
        const Result<StoredObject> stored =
            storage.commit(std::move(*half), {}, [] { return true; });
        return stored ? ErrorCode::internal : stored.error().code();
    };

    EXPECT_EQ(attempt("conten"), ErrorCode::invalid_request);
    EXPECT_EQ(attempt(""), ErrorCode::invalid_request);
    EXPECT_EQ(attempt("content!"), ErrorCode::invalid_request);
    EXPECT_EQ(attempt("CONTENT"), ErrorCode::invalid_request);
    EXPECT_FALSE(fs::exists(customers / "b"));
    EXPECT_EQ(half_received(), 0U);
}

TEST_F(IncomingObjectTest, AreRefusedWhenTheyMayNotAnyMore) {
    const Result<StoredObject> stored = write("a.csv", "new", {}, false);

    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().code(), ErrorCode::forbidden);
    EXPECT_EQ(content(customers / "a.csv"), "old");
    EXPECT_EQ(half_received(), 0U);
}

TEST_F(IncomingObjectTest, FollowConditions) {
    WriteConditions absent;
    absent.if_none_match = "*";
    WriteConditions present;
    const std::string current = etag("a.csv");
    present.if_match = current;

    EXPECT_EQ(refusal("a.csv", absent), ErrorCode::precondition_failed);
    EXPECT_EQ(refusal("b.csv", present), ErrorCode::precondition_failed);
    EXPECT_TRUE(write("b.csv", "new", absent));
    EXPECT_TRUE(write("a.csv", "new", present));
    EXPECT_EQ(refusal("a.csv", present), ErrorCode::precondition_failed);
}

// What changes while the bytes arrive counts too.
TEST_F(IncomingObjectTest, FollowConditionsAtTheEnd) {
    WriteConditions absent;
    absent.if_none_match = "*";
    Result<IncomingObject> slow = storage.receive("lake", prefix, object_of("b", "slow"), absent);
    ASSERT_TRUE(slow);
    ASSERT_TRUE(slow->append("slow"));
    ASSERT_TRUE(write("b", "fast"));

    const Result<StoredObject> stored =
        storage.commit(std::move(*slow), absent, [] { return true; });

    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().code(), ErrorCode::precondition_failed);
    EXPECT_EQ(content(customers / "b"), "fast");
}

TEST_F(IncomingObjectTest, OfOnePathAndTheConditionThatNoneIsThereOneWins) {
    WriteConditions absent;
    absent.if_none_match = "*";
    std::atomic<int> won = 0;
    std::vector<std::thread> writers;
    for (int i = 0; i < 8; ++i) {
        writers.emplace_back([&, i] {
            for (int each = 0; each < 20; ++each) {
                won += write("race/" + std::to_string(each), std::to_string(i), absent) ? 1 : 0;
            }
        });
    }
    for (std::thread& writer : writers) {
        writer.join();
    }

    EXPECT_EQ(won, 20);
    EXPECT_EQ(half_received(), 0U);
}

TEST_F(IncomingObjectTest, LieNowhereElse) {
    fs::create_directory_symlink(folder.path() / "outside", customers / "linked");
    fs::create_symlink(folder.path() / "outside/secret", customers / "link");
    fs::create_symlink(folder.path() / "outside/new", customers / "dangling");
    ASSERT_EQ(::mkfifo((customers / "pipe").c_str(), 0600), 0);
    fs::create_directory(customers / "folder");

    for (const std::string& path :
         {"linked/new"s, "linked/secret"s, "linked/deep/new"s, "link"s, "link/new"s, "dangling"s,
          "pipe"s, "pipe/new"s, "folder"s, "a.csv/new"s, "a.csv/deep/new"s}) {
        EXPECT_EQ(refusal(path), ErrorCode::conflict) << path;
    }
    for (const std::string& path :
         {"../new"s, "../../../outside/new"s, ".."s, "."s, "./new"s, "x/../new"s, "/new"s,
          "/etc/new"s, "x//new"s, "new/"s, ""s, "/"s, "new\0"s, "x\\new"s, "\xc0\xae\xc0\xae/new"s,
          "\xff"s, "new\n"s, incoming_folder + "/new"s, "x/"s + incoming_folder + "/new",
          std::string(300, 'a'), std::string(5'000, 'a')}) {
        EXPECT_EQ(refusal(path), ErrorCode::invalid_request) << path;
    }
    EXPECT_EQ(content(folder.path() / "outside/secret"), "secret");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() / "outside"),
                            fs::directory_iterator()),
              1);
    EXPECT_EQ(half_received(), 0U);
}

TEST_F(IncomingObjectTest, TakeEncodedNamesAsTheyAre) {
    ASSERT_TRUE(write("%2e%2e/%2fetc", "x"));

    EXPECT_TRUE(fs::exists(customers / "%2e%2e" / "%2fetc"));
}

// A link that is made after the first look, and before the object is moved.
TEST_F(IncomingObjectTest, FollowNoLinkThatComesLater) {
    Result<IncomingObject> late = storage.receive("lake", prefix, object_of("x/new", "new"), {});
    ASSERT_TRUE(late->append("new"));
    fs::create_directory_symlink(folder.path() / "outside", customers / "x");

    const Result<StoredObject> stored = storage.commit(std::move(*late), {}, [] { return true; });

    ASSERT_FALSE(stored);
    EXPECT_EQ(stored.error().code(), ErrorCode::conflict);
    EXPECT_FALSE(fs::exists(folder.path() / "outside/new"));
}

TEST_F(IncomingObjectTest, FollowNoLinkInPlaceOfTheFolderForTemporaryFiles) {
    fs::create_directory_symlink(folder.path() / "outside", half_folder);

    EXPECT_EQ(refusal("new"), ErrorCode::unavailable);
}

TEST_F(IncomingObjectTest, OfACrashAreDeletedOnceTheyAreOld) {
    folder.write(fs::path("lake") / incoming_folder / "old", "half");
    folder.write(fs::path("lake") / incoming_folder / "fresh", "half");
    fs::last_write_time(half_folder / "old",
                        fs::file_time_type::clock::now() - limits::upload_leftover_kept * 2);

    ASSERT_TRUE(write("b", "new"));

    EXPECT_FALSE(fs::exists(half_folder / "old"));
    EXPECT_TRUE(fs::exists(half_folder / "fresh"));
}

TEST_F(IncomingObjectTest, AreListedAtOnce) {
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
    for (const fs::path& each : {customers, root / "customer", root}) {
        fs::last_write_time(each, old);
    }
    EXPECT_EQ((*storage.list("lake", prefix))->size(), 1U);
    EXPECT_EQ((*storage.list("lake", prefix))->size(), 1U);

    ASSERT_TRUE(write("deep/er/b", "new"));

    EXPECT_EQ((*storage.list("lake", prefix))->size(), 2U);
}

TEST_F(IncomingObjectTest, OfMoreBytesThanThereIsRoomAreRefusedAtOnce) {
    const Result<IncomingObject> incoming_object =
        storage.receive("lake", prefix, NewObject{"b", 1ULL << 62, {}}, {});

    ASSERT_FALSE(incoming_object);
    EXPECT_EQ(incoming_object.error().code(), ErrorCode::unavailable);
}

TEST_F(IncomingObjectTest, NeedTheirRoot) {
    EXPECT_EQ(storage.receive("none", prefix, object_of("b", "x"), {}).error().code(),
              ErrorCode::unavailable);
    EXPECT_EQ(storage.receive("../lake", prefix, object_of("b", "x"), {}).error().code(),
              ErrorCode::invalid_request);
    EXPECT_EQ(storage.receive("lake", "customer", object_of("b", "x"), {}).error().code(),
              ErrorCode::invalid_request);
}

}  // namespace
}  // namespace charter
