#include "charter/discovery/search.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "discovery/cursor.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_map>

namespace charter {
namespace {

using discovery::Position;

bool holds(const std::vector<std::string>& values, const std::string& value) {
    return std::ranges::find(values, value) != values.end();
}

bool passes(const ProductFacts& facts, const SearchQuery& query) {
    return (!query.domain || facts.domain == *query.domain) &&
           (!query.status || facts.status == *query.status) &&
           (!query.format || holds(facts.formats, *query.format)) &&
           (!query.owner || holds(facts.owners, *query.owner)) &&
           std::ranges::all_of(query.tags,
                               [&](const std::string& tag) { return holds(facts.tags, tag); });
}

/// Counts results by value, facet by facet.
class Facets {
public:
    void add(const ProductFacts& facts) {
        ++domain_[facts.domain];
        ++status_[facts.status];
        add_all(tag_, facts.tags);
        add_all(format_, facts.formats);
        add_all(owner_, facts.owners);
    }

    std::map<std::string, SearchPage::Counts> counts() const {
        return {{"domain", sorted(domain_)},
                {"tag", sorted(tag_)},
                {"format", sorted(format_)},
                {"status", sorted(status_)},
                {"owner", sorted(owner_)}};
    }

private:
    using Count = std::unordered_map<std::string, std::uint64_t>;

    static void add_all(Count& count, const std::vector<std::string>& values) {
        for (const std::string& value : values) {
            ++count[value];
        }
    }

    static SearchPage::Counts sorted(const Count& count) {
        SearchPage::Counts counts(count.begin(), count.end());
        std::ranges::sort(counts, [](const auto& a, const auto& b) {
            return a.second != b.second ? a.second > b.second : a.first < b.first;
        });
        if (counts.size() > limits::search_facet_values_max) {
            counts.resize(limits::search_facet_values_max);
        }
        return counts;
    }

    Count domain_;
    Count tag_;
    Count format_;
    Count status_;
    Count owner_;
};

/// What results are ordered by, below the score.
std::string key_of(const ProductFacts& facts, SearchSort sort) {
    if (sort != SearchSort::title) {
        return facts.name;
    }
    std::string key = facts.title;
    std::ranges::transform(key, key.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return key + '\0' + facts.name;
}

struct Found {
    Position position;
    ResourceId id;
    double score = 0;
};

Result<> check(const SearchQuery& query) {
    if (query.text.size() > limits::search_query_bytes_max) {
        return Error(ErrorCode::invalid_request,
                     "q: at most " + std::to_string(limits::search_query_bytes_max) + " bytes");
    }
    if (!is_utf8(query.text)) {
        return Error(ErrorCode::invalid_request, "q: not UTF-8");
    }
    return {};
}

bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::optional<SearchSort> parse_search_sort(std::string_view text) {
    if (text == "relevance") {
        return SearchSort::relevance;
    }
    if (text == "title") {
        return SearchSort::title;
    }
    if (text == "name") {
        return SearchSort::name;
    }
    return std::nullopt;
}

Result<SearchPage> search(StoreReader& reader, const SearchQuery& query,
                          const std::function<std::optional<ProductFacts>(ResourceId)>& visible,
                          std::chrono::steady_clock::time_point deadline) {
    if (const Result<> checked = check(query); !checked) {
        return checked.error();
    }
    std::optional<Position> after;
    if (!query.cursor.empty()) {
        Result<Position> position = discovery::read_cursor(query);
        if (!position) {
            return position.error();
        }
        after = std::move(*position);
    }

    SearchPage page;
    Facets facets;
    const std::vector<std::string> words = search_words(query.text);
    if (words.empty() && !blank(query.text)) {
        page.facets = facets.counts();  // nothing but punctuation is in no product
        return page;
    }

    // Facts are looked at one by one and only what the order needs is kept: without words
    // there may be as many as there are products.
    std::unordered_map<ResourceId, std::string> keys;
    const auto admit = [&](ResourceId id) {
        const std::optional<ProductFacts> facts = visible(id);
        if (!facts || !passes(*facts, query)) {
            return false;
        }
        // The one beyond the cap only shows that there is more.
        if (words.empty() || keys.size() < limits::search_candidates_max) {
            facets.add(*facts);
            keys.emplace(id, key_of(*facts, query.sort));
        }
        return true;
    };
    const Result<SearchHits> hits = reader.search(words, deadline, admit);
    if (!hits) {
        return hits.error();
    }

    std::vector<Found> found;
    found.reserve(hits->hits.size());
    for (const SearchHit& hit : hits->hits) {
        const double rank = query.sort == SearchSort::relevance ? hit.score : 0;
        found.push_back({{rank, std::move(keys[hit.id])}, hit.id, hit.score});
    }
    std::ranges::sort(found, std::less<>(), &Found::position);

    page.facets = facets.counts();
    page.total = found.size();
    page.complete = hits->complete;
    const std::size_t limit = std::clamp<std::size_t>(
        query.limit == 0 ? limits::list_items_default : query.limit, 1, limits::list_items_max);
    auto next = after ? std::ranges::upper_bound(found, *after, std::less<>(), &Found::position)
                      : found.begin();
    for (; next != found.end() && page.items.size() < limit; ++next) {
        std::optional<ProductFacts> facts = visible(next->id);
        if (!facts) {
            continue;
        }
        SearchItem item{next->id, std::move(*facts), {}, next->score};
        if (std::chrono::steady_clock::now() < deadline) {
            Result<std::string> snippet = reader.snippet(words, next->id);
            if (!snippet) {
                return snippet.error();
            }
            item.snippet = std::move(*snippet);
        } else {
            page.complete = false;
        }
        page.items.push_back(std::move(item));
        if (page.items.size() == limit && std::next(next) != found.end()) {
            page.next = discovery::write_cursor(query, next->position);
        }
    }
    return page;
}

}  // namespace charter
