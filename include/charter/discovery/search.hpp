#pragma once

#include "charter/base/result.hpp"
#include "charter/catalog/resource.hpp"
#include "charter/store/store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace charter {

/// What filters, facets and results need to know of one product.
struct ProductFacts {
    std::string name;    // "customer/customers"
    std::string domain;  // "customer"
    std::string title;
    std::string status;                // "published" …
    std::string visibility;            // "listed" or "hidden"
    std::string version;               // "" before the first publication
    std::vector<std::string> tags;     // "class:pii"; each once
    std::vector<std::string> formats;  // of its ports; each once
    std::vector<std::string> owners;   // "user:ana"; each once
};

enum class SearchSort {
    relevance,  // without words: by name
    title,
    name,
};

/// "relevance", "title" or "name".
std::optional<SearchSort> parse_search_sort(std::string_view text);

/// What is asked. All filters must hold; of `tags` every one.
struct SearchQuery {
    std::string text;  // plain words
    std::optional<std::string> domain;
    std::optional<std::string> format;
    std::optional<std::string> status;
    std::optional<std::string> owner;
    std::vector<std::string> tags;
    SearchSort sort = SearchSort::relevance;
    std::size_t limit = 0;  // 0: limits::list_items_default
    std::string cursor;     // "" for the first page; of the same question otherwise
};

struct SearchItem {
    ResourceId id;
    ProductFacts facts;
    std::string snippet;  // plain text
    double score = 0;
};

struct SearchPage {
    using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

    std::vector<SearchItem> items;
    /// For "domain", "tag", "format", "status" and "owner": how many of all results have each
    /// value; most first, then by value; at most limits::search_facet_values_max.
    std::map<std::string, Counts> facets;
    std::uint64_t total = 0;  // results on all pages; a lower bound when not complete
    bool complete = true;     // false: candidates were capped, or the deadline passed
    std::string next;         // "" on the last page
};

/// Splits what a user typed into words: at white space and at ASCII characters that are neither
/// letters, digits nor any of - _ . / : @ ' between them. At most limits::search_words_max words.
std::vector<std::string> search_words(std::string_view text);

/// Searches products. `visible` answers the facts of a product, or nothing for what the caller may
/// not discover; it is asked before anything is counted, ranked or paged, may be asked twice for
/// one product and must answer the same during one search. Not for an I/O thread.
/// Errors: invalid_request (text too long or not UTF-8, a foreign or damaged cursor), unavailable.
Result<SearchPage> search(StoreReader& reader, const SearchQuery& query,
                          const std::function<std::optional<ProductFacts>(ResourceId)>& visible,
                          std::chrono::steady_clock::time_point deadline);

}  // namespace charter
