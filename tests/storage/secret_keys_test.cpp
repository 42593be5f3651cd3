// Where the keys come from, and the steps of a rotation.
#include "charter/storage/secret_keys.hpp"

#include "storage/temporary_folder.hpp"

#include "charter/base/encoding.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>
#include <thread>

namespace charter {
namespace {

const std::string a_key(43, 'A');                     // 32 bytes of zero
const std::string b_key = std::string(42, 'B') + "A";  // others

class SecretKeysTest : public ::testing::Test {
protected:
    std::unique_ptr<SecretKeys> load() const {
        Result<std::unique_ptr<SecretKeys>> keys = SecretKeys::from_file(file);
        EXPECT_TRUE(keys) << keys.error().cause();
        return std::move(keys).value();
    }
    void write(const std::string& text, mode_t mode = 0600) const {
        folder.write("secrets.key", text);
        ::chmod(file.c_str(), mode);
    }
    std::string text() const {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    bool alone() const {
        return std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1;
    }

    testing::TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "secrets.key";
    Secret secret{"the secret"};
};

TEST_F(SecretKeysTest, AMissingFileIsNotMadeByReadingIt) {
    EXPECT_TRUE(load()->empty());
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(SecretKeysTest, AFirstKeyIsForTheServerAlone) {
    const auto keys = load();
    ASSERT_TRUE(keys->create());

    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_TRUE(alone());
    const std::string sealed = keys->box().seal(secret, "x").value();
    EXPECT_TRUE(load()->box().open(sealed, "x"));
}

TEST_F(SecretKeysTest, TwoFirstStartsAtOnceGetOneKey) {
    const auto one = load();
    const auto other = load();
    std::thread racing([&] { EXPECT_TRUE(one->create()); });
    EXPECT_TRUE(other->create());
    racing.join();
    EXPECT_EQ(one->box().key_ids(), other->box().key_ids());
    EXPECT_TRUE(alone());
}

TEST_F(SecretKeysTest, RefusesAFileThatOthersMayRead) {
    for (const mode_t mode : {0640U, 0604U, 0660U, 0700U}) {
        write(a_key + "\n", mode);
        EXPECT_FALSE(SecretKeys::from_file(file)) << std::oct << mode;
    }
}

TEST_F(SecretKeysTest, RefusesWhatIsNoListOfKeys) {
    for (const std::string& bad :
         {std::string(), std::string("\n"), std::string("x\n"), a_key + "A", a_key + "\n" + a_key,
          a_key + "\nrest", a_key.substr(1), a_key + "," + b_key, std::string(5'000, 'A')}) {
        write(bad);
        EXPECT_FALSE(SecretKeys::from_file(file)) << bad;
    }
    ::unlink(file.c_str());
    ::symlink("/dev/zero", file.c_str());
    EXPECT_FALSE(SecretKeys::from_file(file));
}

TEST_F(SecretKeysTest, ReadsBothAlphabetsWithAndWithoutPadding) {
    write("-_" + std::string(41, 'A') + "\n");
    const std::string id = load()->box().key_ids().front();
    write("+/" + std::string(41, 'A') + "=\n\n");
    EXPECT_EQ(load()->box().key_ids(), std::vector{id});
}

TEST_F(SecretKeysTest, TheEnvironmentListsKeysTheFirstOfWhichSeals) {
    const auto keys = std::move(SecretKeys::from_text(Secret(a_key + ", " + b_key))).value();
    const std::string a_id = SecretBox::key_id(Secret(std::string(32, '\0')));
    ASSERT_EQ(keys->box().key_ids().size(), 2U);
    EXPECT_EQ(keys->box().key_ids().front(), a_id);
    EXPECT_FALSE(keys->in_file());
    // A rotation changes nothing there.
    ASSERT_TRUE(keys->add_key());
    ASSERT_TRUE(keys->keep_only({}));
    EXPECT_EQ(keys->box().key_ids().size(), 2U);
    for (const std::string bad : {"", ",", "secret", a_key.c_str() + 1}) {
        const auto refused = SecretKeys::from_text(Secret(bad));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().message().find("secret"), std::string::npos);
    }
}

TEST_F(SecretKeysTest, AfterEachStepOfARotationEverythingOpens) {
    const auto keys = load();
    ASSERT_TRUE(keys->create());
    const std::string old_seal = keys->box().seal(secret, "x").value();
    const std::string old_id = keys->box().key_ids().front();

    ASSERT_TRUE(keys->add_key());
    const std::string new_seal = keys->box().seal(secret, "x").value();
    EXPECT_NE(SecretBox::key_id_of(new_seal), old_id);
    // As after a crash here: from the file alone.
    EXPECT_TRUE(load()->box().open(old_seal, "x"));
    EXPECT_TRUE(load()->box().open(new_seal, "x"));

    // What is still in use stays.
    ASSERT_TRUE(keys->keep_only({old_id}));
    EXPECT_TRUE(load()->box().open(old_seal, "x"));

    ASSERT_TRUE(keys->keep_only({}));
    EXPECT_TRUE(load()->box().open(new_seal, "x"));
    EXPECT_FALSE(load()->box().open(old_seal, "x"));
    EXPECT_FALSE(keys->box().open(old_seal, "x"));
    EXPECT_TRUE(alone());
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(SecretKeysTest, ARotationKeepsWhatWasAddedByHand) {
    write(a_key + "\n");
    const auto keys = load();
    write(a_key + "\n" + b_key + "\n");

    ASSERT_TRUE(keys->add_key());

    EXPECT_EQ(load()->box().key_ids().size(), 3U);
    EXPECT_NE(text().find(b_key), std::string::npos);
}

TEST_F(SecretKeysTest, AFileThatCannotBeWrittenChangesNothing) {
    const auto keys = load();
    ASSERT_TRUE(keys->create());
    const std::string sealed = keys->box().seal(secret, "x").value();
    const std::vector<std::string> ids = keys->box().key_ids();
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);  // also for root, whom no mode stops

    EXPECT_FALSE(keys->add_key());
    EXPECT_EQ(keys->box().key_ids(), ids);
    EXPECT_TRUE(keys->box().open(sealed, "x"));
}

}  // namespace
}  // namespace charter
