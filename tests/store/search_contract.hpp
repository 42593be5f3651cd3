#pragma once

#include "charter/base/limits.hpp"
#include "charter/store/store.hpp"
#include "store/samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace charter::testing {

/// What the search of every store must do. Added as StoreContract is.
template <class Fixture>
class SearchContract : public ::testing::Test {
protected:
    using Words = std::vector<std::string>;

    void index(std::vector<SearchDocument> documents) {
        Transaction transaction;
        transaction.indexed = std::move(documents);
        const Result<> done = fixture.writer().commit(transaction);
        ASSERT_TRUE(done) << done.error().cause();
    }

    static std::chrono::steady_clock::time_point far() {
        return std::chrono::steady_clock::now() + std::chrono::hours(1);
    }
    static bool everybody(ResourceId) { return true; }

    SearchHits search(const Words& words) {
        auto found = fixture.reader().search(words, far(), everybody);
        EXPECT_TRUE(found) << found.error().cause();
        return found ? *found : SearchHits();
    }

    Numbers ids(const Words& words) {
        Numbers found;
        for (const SearchHit& hit : search(words).hits) {
            found.push_back(hit.id.value);
        }
        return found;
    }

    std::string snippet(const Words& words, std::uint64_t id) {
        return fixture.reader().snippet(words, ResourceId{id}).value();
    }

    Fixture fixture;
};
TYPED_TEST_SUITE_P(SearchContract);

TYPED_TEST_P(SearchContract, FindsDocumentsWithEveryWord) {
    this->index({product_text(1, "customer/customers", "Customers", "Who buys in the shops"),
                 product_text(0xffffffffffffff01, "store/sales", "Sales", "What the shops sold")});

    EXPECT_EQ(this->ids({"buys"}), Numbers{1});
    EXPECT_EQ(this->ids({"SHOPS", "sold"}), Numbers{0xffffffffffffff01});
    EXPECT_EQ(this->ids({"shops"}).size(), 2u);
    EXPECT_TRUE(this->ids({"buys", "sold"}).empty());
    EXPECT_EQ(this->ids({"store"}), Numbers{0xffffffffffffff01});  // the name
    EXPECT_EQ(this->ids({"c_email_address"}).size(), 2u);          // a column
    EXPECT_EQ(this->ids({"pii"}).size(), 2u);                      // a tag
    EXPECT_EQ(this->ids({"user:ana"}).size(), 2u);                 // an owner
}

TYPED_TEST_P(SearchContract, TheLastWordMayBeABeginning) {
    this->index({product_text(1, "a/b", "Customers", "")});

    EXPECT_EQ(this->ids({"cus"}).size(), 1u);
    EXPECT_EQ(this->ids({"customers", "cust"}).size(), 1u);
    EXPECT_TRUE(this->ids({"cust", "pii"}).empty());
}

TYPED_TEST_P(SearchContract, CaseAndDiacriticsDoNotMatter) {
    this->index({product_text(1, "a/b", "Größe der Ärzte", "Éclair")});

    EXPECT_EQ(this->ids({"arzte"}).size(), 1u);
    EXPECT_EQ(this->ids({"ÉCLAIR"}).size(), 1u);
    EXPECT_EQ(this->ids({"eclair"}).size(), 1u);
}

TYPED_TEST_P(SearchContract, WithoutWordsGivesAllByName) {
    this->index({product_text(1, "b/x", "", ""), product_text(2, "a/z", "", ""),
                 product_text(3, "a/y", "", "")});

    EXPECT_EQ(this->ids({}), (Numbers{3, 2, 1}));
    EXPECT_TRUE(this->search({}).complete);
}

TYPED_TEST_P(SearchContract, RanksTitlesOverDescriptions) {
    this->index({product_text(1, "a/x", "Other", "inventory and " + std::string(500, 'x')),
                 product_text(2, "a/y", "Inventory", "stock"),
                 product_text(3, "a/z", "Other", "inventory inventory inventory")});

    EXPECT_EQ(this->ids({"inventory"}), (Numbers{2, 3, 1}));
    const SearchHits hits = this->search({"inventory"});
    EXPECT_GT(hits.hits[0].score, hits.hits[1].score);
    EXPECT_GT(hits.hits[1].score, 0);
}

TYPED_TEST_P(SearchContract, AScoreDoesNotDependOnOtherDocuments) {
    this->index({product_text(1, "a/x", "Merger", "secret plan")});
    const double alone = this->search({"merger"}).hits.at(0).score;
    std::vector<SearchDocument> hidden;
    for (std::uint64_t id = 2; id < 200; ++id) {
        hidden.push_back(product_text(id, "h/" + std::to_string(id), "Merger", "merger merger"));
    }
    this->index(std::move(hidden));

    const auto found = this->fixture.reader().search({"merger"}, this->far(),
                                                     [](ResourceId id) { return id.value == 1; });

    ASSERT_EQ(found->hits.size(), 1u);
    EXPECT_EQ(found->hits[0].score, alone);
    EXPECT_TRUE(found->complete);
}

TYPED_TEST_P(SearchContract, ReplacedAndForgottenWordsAreNotFound) {
    this->index({product_text(1, "a/x", "Old", ""), product_text(2, "a/y", "Stays", "")});

    this->index({product_text(1, "a/x", "New", "")});
    EXPECT_TRUE(this->ids({"old"}).empty());
    EXPECT_EQ(this->ids({"new"}).size(), 1u);

    Transaction removal;
    removal.indexed = {product_text(3, "a/z", "Brief", "")};
    removal.unindexed = {ResourceId{1}, ResourceId{3}, ResourceId{99}};
    ASSERT_TRUE(this->fixture.writer().commit(removal));
    EXPECT_TRUE(this->ids({"new"}).empty());
    EXPECT_TRUE(this->ids({"brief"}).empty());
    EXPECT_EQ(this->ids({}).size(), 1u);
}

TYPED_TEST_P(SearchContract, HostileWordsAreOnlyWords) {
    this->index({product_text(1, "a/x", "near NOT \"quoted\" star", "title : x")});
    const std::vector<std::vector<std::string>> attacks = {{"\""},
                                                           {"\"\""},
                                                           {"a\"b"},
                                                           {"\" OR \"star"},
                                                           {"*"},
                                                           {"star*"},
                                                           {"NEAR(a b)"},
                                                           {"NEAR"},
                                                           {"NOT"},
                                                           {"AND"},
                                                           {"OR"},
                                                           {"("},
                                                           {")"},
                                                           {"(("},
                                                           {"title:x"},
                                                           {"{title description}:"},
                                                           {"^near"},
                                                           {"+"},
                                                           {"-"},
                                                           {"a", "\"", "b"},
                                                           {std::string("a\0b", 3)},
                                                           {std::string(1, '\0')},
                                                           {""},
                                                           {"", ""},
                                                           {"star", ""},
                                                           {"\xff\xfe"},
                                                           {"\xc3"},
                                                           {"🎉"},
                                                           {"🎉", "star"},
                                                           {"star", "🎉"},
                                                           {"日本語"},
                                                           {std::string(100'000, 'a')},
                                                           {std::string(10'000, '"')},
                                                           {"'; DROP TABLE ledger"},
                                                           {"%"},
                                                           {"_"},
                                                           {"\\"},
                                                           {"\n"},
                                                           std::vector<std::string>(5'000, "star"),
                                                           std::vector<std::string>(5'000, "\"")};

    for (const std::vector<std::string>& words : attacks) {
        const auto found = this->fixture.reader().search(words, this->far(), this->everybody);
        EXPECT_TRUE(found) << words[0] << ": " << found.error().cause();
        EXPECT_TRUE(this->fixture.reader().snippet(words, ResourceId{1})) << words[0];
    }
    EXPECT_EQ(this->ids({"NOT"}).size(), 1u);
    EXPECT_EQ(this->ids({"\"quoted\""}).size(), 1u);
    EXPECT_TRUE(this->ids({"nothing OR star"}).empty());
}

TYPED_TEST_P(SearchContract, AsksBeforeItCountsAndCapsWhatItRanks) {
    std::vector<SearchDocument> documents;
    for (std::uint64_t id = 1; id <= limits::search_candidates_max + 500; ++id) {
        documents.push_back(product_text(id, "a/" + std::to_string(id), "Common", ""));
    }
    this->index(std::move(documents));

    const SearchHits all = this->search({"common"});
    EXPECT_EQ(all.hits.size(), limits::search_candidates_max);
    EXPECT_FALSE(all.complete);

    // What is not admitted takes no place and leaves no sign.
    const auto few = this->fixture.reader().search({"common"}, this->far(), [](ResourceId id) {
        return id.value > limits::search_candidates_max;
    });
    EXPECT_EQ(few->hits.size(), 500u);
    EXPECT_TRUE(few->complete);
    EXPECT_EQ(this->search({}).hits.size(), limits::search_candidates_max + 500);
}

TYPED_TEST_P(SearchContract, EndsAtTheDeadline) {
    std::vector<SearchDocument> documents;
    for (std::uint64_t id = 1; id <= 100; ++id) {
        documents.push_back(product_text(id, "a/" + std::to_string(id), "Common", ""));
    }
    this->index(std::move(documents));
    const auto past = std::chrono::steady_clock::now() - std::chrono::seconds(1);

    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"common"}, std::vector<std::string>{}}) {
        const auto found = this->fixture.reader().search(words, past, this->everybody);
        ASSERT_TRUE(found) << found.error().cause();
        EXPECT_FALSE(found->complete);
        EXPECT_TRUE(found->hits.empty());
    }
    EXPECT_EQ(this->search({"common"}).hits.size(), 100u);  // the next one has its own
}

TYPED_TEST_P(SearchContract, SnippetsArePlainTextAroundTheWords) {
    std::string text = "Begin <b>of</b> text.\n\n";
    for (int i = 0; i < 200; ++i) {
        text += "filling words that go on ";
    }
    text += "the needle is <script>here</script> ";
    for (int i = 0; i < 200; ++i) {
        text += "größe ";
    }
    this->index({product_text(1, "a/x", "Title", text), product_text(2, "a/y", "Needle", text),
                 product_text(3, "a/z", "Empty", "")});
    const auto characters = [](const std::string& piece) {
        return static_cast<std::size_t>(
            std::ranges::count_if(piece, [](char c) { return (c & 0xc0) != 0x80; }));
    };

    const std::string around = this->snippet({"needle"}, 1);
    EXPECT_NE(around.find("needle is <script>here"), std::string::npos) << around;
    EXPECT_LE(characters(around), limits::search_snippet_characters_max);
    EXPECT_TRUE(is_utf8(around)) << around;
    EXPECT_NE(this->snippet({"größe", "NEED"}, 1).find("needle"), std::string::npos);
    const std::string beginning = this->snippet({}, 1);
    EXPECT_EQ(beginning.substr(0, 38), "Begin <b>of</b> text. filling words th");
    EXPECT_EQ(characters(beginning), limits::search_snippet_characters_max);
    EXPECT_TRUE(this->snippet({"title"}, 3).empty());
    EXPECT_TRUE(this->snippet({"needle"}, 99).empty());
}

REGISTER_TYPED_TEST_SUITE_P(SearchContract, FindsDocumentsWithEveryWord, TheLastWordMayBeABeginning,
                            CaseAndDiacriticsDoNotMatter, WithoutWordsGivesAllByName,
                            RanksTitlesOverDescriptions, AScoreDoesNotDependOnOtherDocuments,
                            ReplacedAndForgottenWordsAreNotFound, HostileWordsAreOnlyWords,
                            AsksBeforeItCountsAndCapsWhatItRanks, EndsAtTheDeadline,
                            SnippetsArePlainTextAroundTheWords);

}  // namespace charter::testing
