// Search as the API uses it, on a real store: filters, facets, order, pages, and
// that what is not visible leaves no trace.
#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/discovery/search.hpp"
#include "store/sqlite_fixture.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace charter {
namespace {

using Names = std::vector<std::string>;
using Counts = SearchPage::Counts;

class SearchTest : public ::testing::Test {
protected:
    ResourceId add(ProductFacts facts, std::string description = "") {
        const ResourceId id = prepare(std::move(facts), std::move(description));
        commit();
        return id;
    }

    /// For many at once: written by commit().
    ResourceId prepare(ProductFacts facts, std::string description = "") {
        const ResourceId id{0x9000000000000000 + products.size()};
        change.indexed.push_back({id, facts.name, facts.title, std::move(description), "", "", ""});
        products[id] = std::move(facts);
        return id;
    }

    void commit() {
        EXPECT_TRUE(store.writer().commit(change));
        change.clear();
    }

    static ProductFacts product(std::string name, std::string title) {
        ProductFacts facts;
        facts.domain = name.substr(0, name.find('/'));
        facts.name = std::move(name);
        facts.title = std::move(title);
        facts.status = "published";
        facts.visibility = "listed";
        return facts;
    }

    Result<SearchPage> ask(const SearchQuery& query) {
        return search(
            store.reader(), query,
            [this](ResourceId id) -> std::optional<ProductFacts> {
                const auto found = products.find(id);
                if (found == products.end() || found->second.visibility == "hidden") {
                    return std::nullopt;
                }
                return found->second;
            },
            deadline);
    }

    SearchPage page(const SearchQuery& query) {
        Result<SearchPage> answer = ask(query);
        EXPECT_TRUE(answer) << answer.error().message() << answer.error().cause();
        return answer ? *answer : SearchPage();
    }

    static Names names(const SearchPage& page) {
        Names found;
        for (const SearchItem& item : page.items) {
            found.push_back(item.facts.name);
        }
        return found;
    }

    static SearchQuery text(std::string words) {
        SearchQuery query;
        query.text = std::move(words);
        return query;
    }

    std::chrono::steady_clock::time_point deadline =
        std::chrono::steady_clock::now() + std::chrono::hours(1);
    testing::SqliteFixture store;
    Transaction change;
    std::map<ResourceId, ProductFacts> products;
};

TEST_F(SearchTest, FindsAndDescribesAProduct) {
    const ResourceId id = add(product("customer/customers", "Customers"), "Who buys in the shops");
    add(product("store/sales", "Sales"), "What was sold");

    const SearchPage found = page(text("buys"));

    ASSERT_EQ(found.items.size(), 1u);
    EXPECT_EQ(found.items[0].id, id);
    EXPECT_EQ(found.items[0].facts.title, "Customers");
    EXPECT_EQ(found.items[0].snippet, "Who buys in the shops");
    EXPECT_GT(found.items[0].score, 0);
    EXPECT_EQ(found.total, 1u);
    EXPECT_TRUE(found.complete);
    EXPECT_EQ(found.next, "");
}

TEST_F(SearchTest, WithoutWordsListsEverythingByName) {
    add(product("b/x", "X"));
    add(product("a/z", "Z"));

    EXPECT_EQ(names(page(text(""))), (Names{"a/z", "b/x"}));
    EXPECT_EQ(names(page(text(" \t"))), (Names{"a/z", "b/x"}));
}

TEST_F(SearchTest, NothingButPunctuationFindsNothing) {
    add(product("a/x", "X"));

    for (const char* nothing : {"!!!", "\"", "*", "()", "-", "🎉", "—"}) {
        const SearchPage found = page(text(nothing));
        EXPECT_TRUE(found.items.empty()) << nothing;
        EXPECT_EQ(found.total, 0u) << nothing;
    }
}

TEST_F(SearchTest, EveryFilterMustHold) {
    ProductFacts one = product("a/one", "One");
    one.tags = {"class:pii", "area:retail"};
    one.formats = {"parquet", "csv"};
    one.owners = {"user:ana", "group:g"};
    ProductFacts two = product("b/two", "Two");
    two.status = "deprecated";
    two.tags = {"area:retail"};
    two.formats = {"csv"};
    two.owners = {"user:ana"};
    add(one);
    add(two);
    const auto with = [](auto set) {
        SearchQuery query;
        set(query);
        return query;
    };

    EXPECT_EQ(names(page(with([](SearchQuery& q) { q.domain = "a"; }))), Names{"a/one"});
    EXPECT_EQ(names(page(with([](SearchQuery& q) { q.status = "deprecated"; }))), Names{"b/two"});
    EXPECT_EQ(names(page(with([](SearchQuery& q) { q.format = "parquet"; }))), Names{"a/one"});
    EXPECT_EQ(names(page(with([](SearchQuery& q) { q.owner = "user:ana"; }))),
              (Names{"a/one", "b/two"}));
    EXPECT_EQ(names(page(with([](SearchQuery& q) {
                  q.tags = {"area:retail", "class:pii"};
              }))),
              Names{"a/one"});
    EXPECT_TRUE(page(with([](SearchQuery& q) {
                    q.domain = "a";
                    q.status = "deprecated";
                })).items.empty());
}

TEST_F(SearchTest, FacetsCountTheResultsMostFirst) {
    for (const char* name : {"a/1", "a/2", "b/1"}) {
        ProductFacts facts = product(name, "Common");
        facts.tags = {std::string("only:") + name[2], "area:retail"};
        facts.formats = {"csv"};
        facts.owners = {"user:ana"};
        add(facts);
    }

    SearchPage all = page(text("common"));
    EXPECT_EQ(all.facets["domain"], (Counts{{"a", 2}, {"b", 1}}));
    EXPECT_EQ(all.facets["tag"], (Counts{{"area:retail", 3}, {"only:1", 2}, {"only:2", 1}}));
    EXPECT_EQ(all.facets["format"], (Counts{{"csv", 3}}));
    EXPECT_EQ(all.facets["status"], (Counts{{"published", 3}}));
    EXPECT_EQ(all.facets["owner"], (Counts{{"user:ana", 3}}));

    SearchQuery filtered = text("common");
    filtered.domain = "a";
    filtered.limit = 1;
    SearchPage one = page(filtered);
    EXPECT_EQ(one.facets["domain"], (Counts{{"a", 2}}));  // of all pages
    EXPECT_EQ(one.items.size(), 1u);
    EXPECT_EQ(one.total, 2u);
}

TEST_F(SearchTest, WhatIsHiddenLeavesNoTrace) {
    add(product("a/seen", "Merger plan"), "merger");
    const SearchPage before = page(text("merger"));
    for (int i = 0; i < static_cast<int>(limits::search_candidates_max) + 10; ++i) {
        ProductFacts hidden = product("secret/" + std::to_string(i), "Merger merger");
        hidden.visibility = "hidden";
        hidden.tags = {"class:secret"};
        prepare(hidden, "merger");
    }
    commit();

    const SearchPage after = page(text("merger"));

    EXPECT_EQ(names(after), names(before));
    EXPECT_EQ(after.items[0].score, before.items[0].score);
    EXPECT_EQ(after.facets, before.facets);
    EXPECT_EQ(after.total, before.total);
    EXPECT_TRUE(after.complete);
    EXPECT_EQ(after.next, "");
    EXPECT_EQ(page(text("")).total, 1u);
}

TEST_F(SearchTest, SortsByRelevanceTitleOrName) {
    add(product("a/1", "zebra"), "common common");
    add(product("a/2", "Common"), "");
    add(product("a/3", "apple"), "common " + std::string(300, 'x'));
    SearchQuery query = text("common");

    EXPECT_EQ(names(page(query)), (Names{"a/2", "a/1", "a/3"}));
    query.sort = SearchSort::title;
    EXPECT_EQ(names(page(query)), (Names{"a/3", "a/2", "a/1"}));
    query.sort = SearchSort::name;
    EXPECT_EQ(names(page(query)), (Names{"a/1", "a/2", "a/3"}));
    EXPECT_EQ(parse_search_sort("title"), SearchSort::title);
    EXPECT_EQ(parse_search_sort("Title"), std::nullopt);
}

TEST_F(SearchTest, PagesTogetherAreTheWholeInEveryOrder) {
    for (int i = 0; i < 25; ++i) {
        add(product("a/" + std::to_string(i), "Common " + std::to_string(i % 4)),
            std::string(static_cast<std::size_t>(i % 3) * 40, 'x'));
    }
    for (const SearchSort sort : {SearchSort::relevance, SearchSort::title, SearchSort::name}) {
        for (const char* words : {"common", ""}) {
            SearchQuery query = text(words);
            query.sort = sort;
            query.limit = 1'000;
            const Names whole = names(page(query));
            ASSERT_EQ(whole.size(), 25u);

            Names pieces;
            query.limit = 7;
            do {
                const SearchPage piece = page(query);
                const Names found = names(piece);
                pieces.insert(pieces.end(), found.begin(), found.end());
                query.cursor = piece.next;
                EXPECT_EQ(piece.total, 25u);
            } while (!query.cursor.empty());

            EXPECT_EQ(pieces, whole);
        }
    }
}

TEST_F(SearchTest, PagesStayStableWhileOthersWrite) {
    add(product("a/b", "B"));
    add(product("a/d", "D"));
    SearchQuery query = text("");
    query.limit = 1;
    query.cursor = page(query).next;
    add(product("a/a", "A"));
    add(product("a/c", "C"));

    EXPECT_EQ(names(page(query)), Names{"a/c"});
}

TEST_F(SearchTest, RefusesForeignAndDamagedCursors) {
    for (int i = 0; i < 3; ++i) {
        add(product("a/" + std::to_string(i), "Common"));
    }
    SearchQuery query = text("common");
    query.limit = 1;
    const std::string cursor = page(query).next;
    ASSERT_FALSE(cursor.empty());
    const std::string not_a_number =
        to_base64url(from_base64url(cursor)->substr(0, 16) + "\x7f\xf8" + std::string(6, '\0'));

    for (const std::string& bad : {std::string("x"), std::string("!!!"), std::string("AAAA"),
                                   cursor.substr(0, 20), "A" + cursor, not_a_number}) {
        query.cursor = bad;
        const auto refused = ask(query);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request);
    }
    SearchQuery other = text("other");
    other.cursor = cursor;
    EXPECT_FALSE(ask(other));
    SearchQuery filtered = text("common");
    filtered.cursor = cursor;
    filtered.domain = "a";
    EXPECT_FALSE(ask(filtered));
    SearchQuery more = text("common");
    more.cursor = cursor;
    more.limit = 5;
    EXPECT_EQ(page(more).items.size(), 2u);
}

TEST_F(SearchTest, RefusesTextThatIsTooLongOrNotUtf8) {
    const auto refused = ask(text(std::string(limits::search_query_bytes_max + 1, 'a')));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_request);
    EXPECT_NE(refused.error().message().find("500"), std::string::npos);
    EXPECT_FALSE(ask(text("\xff")));
    EXPECT_TRUE(ask(text(std::string(limits::search_query_bytes_max, '"'))));
}

TEST_F(SearchTest, SaysWhenCandidatesWereCapped) {
    for (std::size_t i = 0; i <= limits::search_candidates_max; ++i) {
        prepare(product("a/" + std::to_string(i), "Common"));
    }
    commit();

    SearchPage capped = page(text("common"));

    EXPECT_FALSE(capped.complete);
    EXPECT_EQ(capped.total, limits::search_candidates_max);
    EXPECT_EQ(capped.facets["domain"], (Counts{{"a", limits::search_candidates_max}}));
    EXPECT_EQ(capped.items.size(), limits::list_items_default);
}

TEST_F(SearchTest, SaysWhenTheDeadlinePassed) {
    add(product("a/x", "Common"));
    deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);

    EXPECT_FALSE(page(text("common")).complete);
    EXPECT_FALSE(page(text("")).complete);
}

TEST(SearchWordsTest, SplitsAtSpacesAndPunctuation) {
    EXPECT_EQ(search_words("  Big,data (2024)!  "), (Names{"Big", "data", "2024"}));
    EXPECT_EQ(search_words("c_email user:ana a/b 1.5 -x- '"),
              (Names{"c_email", "user:ana", "a/b", "1.5", "x"}));
    EXPECT_EQ(search_words("größe\u00a0日本\u3000語"), (Names{"größe", "日本", "語"}));
    EXPECT_EQ(search_words("a\"b* NEAR(c d)"), (Names{"a", "b", "NEAR", "c", "d"}));
    EXPECT_EQ(search_words(std::string("a\0b", 3)), (Names{"a", "b"}));
    EXPECT_TRUE(search_words("").empty());
    EXPECT_TRUE(search_words(" \n \"*() ").empty());
}

TEST(SearchWordsTest, TakesSoManyAndNoMore) {
    std::string text;
    for (int i = 0; i < 200; ++i) {
        text += "w ";
    }
    EXPECT_EQ(search_words(text).size(), limits::search_words_max);
}

}  // namespace
}  // namespace charter
