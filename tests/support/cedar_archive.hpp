#pragma once

// An archive of ../shared/cedar for tests, unpacked into a folder of its own.
// Where the checkout has none the test is skipped.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace charter::testing {

class CedarArchive : public ::testing::Test {
protected:
    ~CedarArchive() override {
        if (!folder_.empty()) {
            std::filesystem::remove_all(folder_);
        }
    }

    /// Call it first, and return where folder() is empty then.
    void unpack(const std::string& archive) {
        const auto packed = std::filesystem::path(CHARTER_SOURCE_DIR) / "../shared/cedar" / archive;
        if (!std::filesystem::exists(packed)) {
            GTEST_SKIP() << "../shared/cedar/" << archive << " is not there";
        }
        std::string folder =
            (std::filesystem::temp_directory_path() / "charter-cedar-XXXXXX").string();
        ASSERT_NE(mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        const std::string command = "tar -C '" + folder + "' -xzf '" + packed.string() + "'";
        ASSERT_EQ(std::system(command.c_str()), 0);
    }

    const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
};

}  // namespace charter::testing
