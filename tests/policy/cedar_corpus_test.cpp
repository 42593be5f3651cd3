// The official Cedar cases, where the checkout has them beside it.

#include "support/policy_corpus.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace charter::testing {
namespace {

/// An archive of ../shared/cedar unpacked into a folder of its own.
class CedarCorpus : public ::testing::Test {
protected:
    ~CedarCorpus() override {
        if (!folder_.empty()) {
            fs::remove_all(folder_);
        }
    }

    void run(const std::string& archive) {
        const fs::path packed = fs::path(CHARTER_SOURCE_DIR) / "../shared/cedar" / archive;
        if (!fs::exists(packed)) {
            GTEST_SKIP() << "../shared/cedar/" << archive << " is not there";
        }
        std::string folder = (fs::temp_directory_path() / "charter-cedar-XXXXXX").string();
        ASSERT_NE(mkdtemp(folder.data()), nullptr);
        folder_ = folder;
        const std::string command = "tar -C '" + folder + "' -xzf '" + packed.string() + "'";
        ASSERT_EQ(std::system(command.c_str()), 0);

        std::ostringstream failures;
        CorpusRunner runner(folder_, failures);
        runner.run_all();

        EXPECT_EQ(runner.failed(), 0U) << failures.str();
        EXPECT_GT(runner.passed(), 0U);
    }

private:
    fs::path folder_;
};

TEST_F(CedarCorpus, DecidesTheHandWrittenCasesAsTheOfficialEngineDoes) {
    run("handwritten.tar.gz");
}

TEST_F(CedarCorpus, DecidesTheGeneratedCasesAsTheOfficialEngineDoes) {
    run("corpus.tar.gz");
}

}  // namespace
}  // namespace charter::testing
