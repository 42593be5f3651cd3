// The official Cedar cases, where the checkout has them beside it.

#include "support/cedar_archive.hpp"
#include "support/policy_corpus.hpp"

#include <string>

namespace charter::testing {
namespace {

class CedarCorpus : public CedarArchive {
protected:
    void run(const std::string& archive) {
        unpack(archive);
        if (folder().empty()) {
            return;
        }
        std::ostringstream failures;
        CorpusRunner runner(folder(), failures);
        runner.run_all();

        EXPECT_EQ(runner.failed(), 0U) << failures.str();
        EXPECT_GT(runner.passed(), 0U);
    }
};

TEST_F(CedarCorpus, DecidesTheHandWrittenCasesAsTheOfficialEngineDoes) {
    run("handwritten.tar.gz");
}

TEST_F(CedarCorpus, DecidesTheGeneratedCasesAsTheOfficialEngineDoes) {
    run("corpus.tar.gz");
}

}  // namespace
}  // namespace charter::testing
