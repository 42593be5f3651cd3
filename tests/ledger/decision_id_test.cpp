// Decision ids: the layout of RFC 9562, order, text, and that threads never draw
// the same one.
#include "charter/ledger/ledger.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace charter {
namespace {

const UtcTime moment{std::chrono::milliseconds(0x017F22E279B0)};  // RFC 9562, appendix A.6

TEST(DecisionIdTest, HasTheLayoutOfAUuidVersion7) {
    const std::string text = DecisionId::make(moment).text();

    ASSERT_EQ(text.size(), 36u);
    EXPECT_EQ(text.substr(0, 15), "017f22e2-79b0-7");
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
}

TEST(DecisionIdTest, IsOrderedByTime) {
    EXPECT_LT(DecisionId::make(moment), DecisionId::make(moment + std::chrono::milliseconds(1)));
}

TEST(DecisionIdTest, ReadsBackItsText) {
    const DecisionId id = DecisionId::make(moment);

    EXPECT_EQ(DecisionId::parse(id.text()), id);
}

TEST(DecisionIdTest, RefusesOtherTexts) {
    for (const char* text :
         {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e279b07cc398c4dc0c0c07398f",
          "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
          "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff", "017f22e27-9b0-7cc3-98c4-dc0c0c07398f",
          "017f22e2-79b0-7cc3-98c4dc-0c0c07398f", "------------------------------------"}) {
        EXPECT_EQ(DecisionId::parse(text), std::nullopt) << text;
    }
}

TEST(DecisionIdTest, ThreadsNeverDrawTheSame) {
    constexpr std::size_t each = 5'000;  // more than one pool of random bytes
    std::vector<std::vector<DecisionId>> drawn(4);
    std::vector<std::thread> threads;
    for (std::vector<DecisionId>& mine : drawn) {
        threads.emplace_back([&mine] {
            for (std::size_t i = 0; i < each; ++i) {
                mine.push_back(DecisionId::make(moment));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }

    std::set<DecisionId> all;
    for (const std::vector<DecisionId>& mine : drawn) {
        all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), 4 * each);
}

}  // namespace
}  // namespace charter
