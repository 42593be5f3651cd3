// Local storage on a real folder: what is listed, what is opened, and that
// nothing outside a root is reached.
#include "charter/storage/local_storage.hpp"

#include "storage/beneath.hpp"
#include "storage/object_lists.hpp"
#include "storage/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace charter {
namespace {

using namespace std::string_literals;
namespace fs = std::filesystem;

class LocalStorageTest : public ::testing::Test {
protected:
    LocalStorageTest() {
        folder.write("lake/customer/customers/b.gz", "bb");
        folder.write("lake/customer/customers/a.gz", "a");
        folder.write("lake/customer/customers/2026/11/c.gz", "ccc");
        folder.write("lake/customer/other/secret", "secret");
        folder.write("lake/customer/customers-2/secret", "secret");
        folder.write("outside/secret", "secret");
    }

    std::vector<std::string> paths(std::string_view prefix = "customer/customers/") {
        std::vector<std::string> names;
        const auto list = storage.list("lake", prefix);
        EXPECT_TRUE(list) << list.error().message() << " " << list.error().cause();
        for (const Object& object : **list) {
            names.push_back(object.path);
        }
        return names;
    }

    // Makes the folders look old enough for their list to be kept.
    void age(const fs::path& path) const {
        const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
        for (const auto& entry : fs::recursive_directory_iterator(path)) {
            if (entry.is_directory() && !entry.is_symlink()) {
                fs::last_write_time(entry.path(), old);
            }
        }
        fs::last_write_time(path, old);
    }

    ErrorCode refusal(std::string_view prefix, std::string_view path) const {
        const Result<OpenedObject> opened = storage.open("lake", prefix, path);
        EXPECT_FALSE(opened) << path;
        return opened ? ErrorCode::internal : opened.error().code();
    }

    testing::TemporaryFolder folder;
    fs::path customers = folder.path() / "lake/customer/customers";
    LocalStorage storage{folder.path()};
};

std::string content(const OpenedObject& object) {
    std::array<char, 100> bytes{};
    const ssize_t got = ::read(object.file.number(), bytes.data(), bytes.size());
    return {bytes.data(), static_cast<std::size_t>(got)};
}

TEST_F(LocalStorageTest, ListsTheFilesBelowThePrefixAtEachDepthInOrder) {
    const auto list = storage.list("lake", "customer/customers/");

    ASSERT_TRUE(list);
    ASSERT_EQ((*list)->size(), 3U);
    EXPECT_EQ((**list)[0].path, "2026/11/c.gz");
    EXPECT_EQ((**list)[0].size_bytes, 3U);
    EXPECT_GT((**list)[0].modified_at, UtcTime{});
    EXPECT_EQ((**list)[1].path, "a.gz");
    EXPECT_EQ((**list)[2].path, "b.gz");
}

TEST_F(LocalStorageTest, ListsTheWholeRootForTheEmptyPrefix) {
    EXPECT_EQ(paths("").size(), 5U);
}

TEST_F(LocalStorageTest, ListsNothingWhereNothingIsYet) {
    EXPECT_TRUE(paths("customer/none/").empty());
    EXPECT_TRUE(paths("customer/customers/a.gz/").empty());
}

TEST_F(LocalStorageTest, RefusesRootsAndPrefixesThatAreNotNormalised) {
    for (const std::string& prefix :
         {"customer"s, "/"s, "/etc/"s, "../"s, "customer/../"s, "./"s, "customer//customers/"s,
          "customer\\x/"s, "a\0b/"s, "\xff/"s, std::string(2'000, 'a') + "/"}) {
        EXPECT_EQ(storage.list("lake", prefix).error().code(), ErrorCode::invalid_request);
        EXPECT_EQ(storage.open("lake", prefix, "a.gz").error().code(), ErrorCode::invalid_request);
    }
    for (const std::string& root : {""s, "."s, ".."s, "../outside"s, "lake/"s, "lake/.."s, "/etc"s,
                                    "/"s, "lake\0x"s, "a//b"s}) {
        EXPECT_EQ(storage.list(root, "").error().code(), ErrorCode::invalid_request) << root;
        EXPECT_EQ(storage.open(root, "", "a").error().code(), ErrorCode::invalid_request) << root;
        EXPECT_FALSE(storage.ensure_root(root)) << root;
    }
}

TEST_F(LocalStorageTest, SaysUnavailableWhenTheRootIsGone) {
    EXPECT_EQ(storage.list("pond", "").error().code(), ErrorCode::unavailable);
    EXPECT_EQ(storage.open("pond", "", "a").error().code(), ErrorCode::unavailable);
}

TEST_F(LocalStorageTest, SeesEachChangeOfAFreshFolderAtOnce) {
    EXPECT_EQ(paths().size(), 3U);
    folder.write("lake/customer/customers/d.gz", "d");
    EXPECT_EQ(paths().size(), 4U);
    fs::remove(customers / "d.gz");
    EXPECT_EQ(paths().size(), 3U);
}

TEST_F(LocalStorageTest, KeepsAListUntilAFolderOfItChanges) {
    age(customers);
    const auto first = storage.list("lake", "customer/customers/");
    const auto second = storage.list("lake", "customer/customers/");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->get(), second->get());

    folder.write("lake/customer/customers/2026/11/d.gz", "d");

    EXPECT_EQ(paths().size(), 4U);
    EXPECT_EQ((*first)->size(), 3U);  // what was handed out does not change
}

TEST_F(LocalStorageTest, SeesAFolderThatWasReplacedByAnotherOfTheSameAge) {
    folder.write("lake/customer/new/only", "x");
    age(folder.path() / "lake");
    EXPECT_EQ(paths().size(), 3U);

    fs::rename(customers, folder.path() / "lake/customer/before");
    fs::rename(folder.path() / "lake/customer/new", customers);

    EXPECT_EQ(paths(), std::vector<std::string>{"only"});
}

TEST_F(LocalStorageTest, KeepsListsOfDifferentPrefixesApart) {
    age(folder.path() / "lake");
    EXPECT_EQ(paths().size(), 3U);
    EXPECT_EQ(paths("customer/other/").size(), 1U);
    EXPECT_EQ(paths().size(), 3U);
}

TEST_F(LocalStorageTest, ListsFromManyThreads) {
    age(customers);
    std::vector<std::thread> threads;
    std::array<std::size_t, 4> least{};
    for (std::size_t& seen : least) {
        threads.emplace_back([&] {
            seen = 3;
            for (int i = 0; i < 200; ++i) {
                const auto list = storage.list("lake", "customer/customers/");
                seen = std::min(seen, list ? (*list)->size() : 0);
            }
        });
    }
    for (int i = 0; i < 50; ++i) {
        folder.write("lake/customer/customers/more" + std::to_string(i), "x");
    }
    for (std::thread& thread : threads) {
        thread.join();
    }

    for (const std::size_t seen : least) {
        EXPECT_EQ(seen, 3U);
    }
    EXPECT_EQ(paths().size(), 53U);
}

TEST_F(LocalStorageTest, IgnoresWhatIsNoRegularFile) {
    fs::create_symlink(folder.path() / "outside/secret", customers / "link");
    fs::create_directory_symlink(folder.path() / "outside", customers / "folder-link");
    fs::create_directory_symlink(customers, customers / "loop");
    ASSERT_EQ(::mkfifo((customers / "pipe").c_str(), 0600), 0);

    EXPECT_EQ(paths().size(), 3U);
}

TEST_F(LocalStorageTest, LeavesOutNamesThatNoLocationCouldHave) {
    for (const std::string name : {"a\nb", "a\\b", "a\x7f", "\xff\xfe"}) {
        folder.write("lake/customer/customers/" + name, "x");
    }
    folder.write("lake/customer/customers/a b+%41\xc3\xa4", "x");

    EXPECT_EQ(paths().size(), 4U);
}

TEST_F(LocalStorageTest, RefusesMoreObjectsAndFoldersThanItsLimit) {
    const UniqueFd opened(::open(customers.c_str(), O_PATH | O_DIRECTORY));

    // Three files; the prefix itself and two folders below it.
    EXPECT_TRUE(walk_objects(opened, customers, 6));
    const Result<ListedObjects> over = walk_objects(opened, customers, 5);

    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code(), ErrorCode::unprocessable);
}

TEST_F(LocalStorageTest, OpensAFile) {
    const Result<OpenedObject> opened = storage.open("lake", "customer/customers/", "2026/11/c.gz");

    ASSERT_TRUE(opened) << opened.error().cause();
    EXPECT_EQ(opened->size_bytes, 3U);
    EXPECT_EQ(content(*opened), "ccc");
    EXPECT_EQ(content(*storage.open("lake", "", "customer/customers/a.gz")), "a");
}

TEST_F(LocalStorageTest, GivesAStrongEtagThatChangesWithTheFile) {
    const std::string before = storage.open("lake", "customer/customers/", "a.gz")->etag;
    EXPECT_EQ(before.size(), 34U);
    EXPECT_EQ(before.front(), '"');
    EXPECT_EQ(storage.open("lake", "customer/customers/", "a.gz")->etag, before);

    folder.write("lake/customer/customers/a.gz", "longer");

    EXPECT_NE(storage.open("lake", "customer/customers/", "a.gz")->etag, before);
    EXPECT_NE(storage.open("lake", "customer/customers/", "b.gz")->etag, before);
}

TEST_F(LocalStorageTest, OpensNothingOutsideThePrefix) {
    const fs::path secret = folder.path() / "outside/secret";
    fs::create_symlink(secret, customers / "link");
    fs::create_symlink("a.gz", customers / "inner-link");
    fs::create_directory_symlink(folder.path() / "outside", customers / "folder-link");
    for (const std::string& path : {"link"s,
                                    "inner-link"s,
                                    "folder-link/secret"s,
                                    "../other/secret"s,
                                    "../../../outside/secret"s,
                                    ".."s,
                                    "."s,
                                    "./a.gz"s,
                                    "2026/../a.gz"s,
                                    "2026/11/../../../other/secret"s,
                                    secret.string(),
                                    "/etc/passwd"s,
                                    "/a.gz"s,
                                    "//a.gz"s,
                                    "2026//11/c.gz"s,
                                    "a.gz/"s,
                                    "a.gz/x"s,
                                    ""s,
                                    "/"s,
                                    "a.gz\0"s,
                                    "a.gz\0.txt"s,
                                    "..\\other\\secret"s,
                                    "%2e%2e/other/secret"s,
                                    "a.gz%00"s,
                                    "..%2fother%2fsecret"s,
                                    "2026"s,
                                    "2026/11"s,
                                    "none"s,
                                    "\xff"s,
                                    "\xc0\xae\xc0\xae/secret"s,
                                    "a\n"s,
                                    std::string(300, 'a'),
                                    std::string(5'000, 'a')}) {
        EXPECT_EQ(refusal("customer/customers/", path), ErrorCode::not_found) << path;
    }
}

TEST_F(LocalStorageTest, FollowsNoLinkInThePrefix) {
    fs::create_directory_symlink(folder.path() / "outside", folder.path() / "lake/linked");

    EXPECT_EQ(refusal("linked/", "secret"), ErrorCode::not_found);
    EXPECT_TRUE(paths("linked/").empty());
}

TEST_F(LocalStorageTest, FollowsNoLinkAsARoot) {
    fs::create_directory_symlink(folder.path() / "outside", folder.path() / "linked");

    EXPECT_EQ(storage.open("linked", "", "secret").error().code(), ErrorCode::unavailable);
    EXPECT_EQ(storage.list("linked", "").error().code(), ErrorCode::unavailable);
    EXPECT_FALSE(storage.ensure_root("linked"));
}

TEST_F(LocalStorageTest, DoesNotWaitForPipesOrOpenDevices) {
    ASSERT_EQ(::mkfifo((customers / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(refusal("customer/customers/", "pipe"), ErrorCode::not_found);

    if (::mknod((customers / "null").c_str(), S_IFCHR | 0600, makedev(1, 3)) != 0) {
        GTEST_SKIP() << "making a device needs root";
    }
    EXPECT_NE(refusal("customer/customers/", "null"), ErrorCode::internal);
}

TEST_F(LocalStorageTest, MakesTheFolderOfAStorage) {
    LocalStorage fresh(folder.path() / "not/yet");

    EXPECT_TRUE(fresh.ensure_root("lake"));
    EXPECT_TRUE(fresh.ensure_root("lake"));
    EXPECT_TRUE(fresh.ensure_root("ponds/small"));

    EXPECT_TRUE(fs::is_directory(folder.path() / "not/yet/lake"));
    EXPECT_TRUE((*fresh.list("ponds/small", ""))->empty());
}

TEST_F(LocalStorageTest, TakesAbsoluteRootsOnlyWhereTheyAreAllowed) {
    const std::string outside = (folder.path() / "outside").string();
    LocalStorage open_storage(folder.path() / "lake", AbsoluteRoots::allowed);

    EXPECT_EQ(storage.list(outside, "").error().code(), ErrorCode::invalid_request);
    ASSERT_TRUE(open_storage.list(outside, ""));
    EXPECT_EQ((*open_storage.list(outside, ""))->size(), 1U);
    EXPECT_TRUE(open_storage.open(outside, "", "secret"));
    EXPECT_TRUE(open_storage.ensure_root(outside));
    EXPECT_FALSE(open_storage.ensure_root(outside + "/none"));
    EXPECT_FALSE(open_storage.ensure_root(outside + "/../outside"));
}

// The way without openat2 keeps the same promises.
TEST_F(LocalStorageTest, OpensByStepsWithoutFollowingLinks) {
    const UniqueFd root(::open(folder.path().c_str(), O_PATH | O_DIRECTORY));
    fs::create_symlink("a.gz", customers / "link");
    fs::create_directory_symlink(folder.path() / "outside", folder.path() / "lake/linked");

    EXPECT_TRUE(open_by_steps(root, "lake/customer/customers/2026/11/c.gz", O_RDONLY));
    EXPECT_TRUE(open_by_steps(root, ".", O_PATH | O_DIRECTORY));
    for (const std::string path :
         {"lake/customer/customers/link", "lake/linked/secret", "lake/linked", "lake/none/x",
          "lake/customer/customers/a.gz/x"}) {
        EXPECT_FALSE(open_by_steps(root, path, O_RDONLY)) << path;
        EXPECT_EQ(open_error(errno).code(), ErrorCode::not_found) << path;
    }
}

}  // namespace
}  // namespace charter
