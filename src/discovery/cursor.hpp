#pragma once

#include "charter/base/result.hpp"
#include "charter/discovery/search.hpp"

#include <optional>
#include <string>

namespace charter::discovery {

/// The place of one result in the order of its question: higher scores first, then by key.
struct Position {
    double score = 0;
    std::string key;  // ends with the product's name, so no two are equal

    friend bool operator<(const Position& a, const Position& b) {
        return a.score != b.score ? a.score > b.score : a.key < b.key;
    }
};

/// A cursor is the position of the last result shown and a hash of the question, so that pages
/// neither repeat nor skip what stays while others write, and none continues another question.
std::string write_cursor(const SearchQuery& query, const Position& last);

/// Errors: invalid_request.
Result<Position> read_cursor(const SearchQuery& query);

}  // namespace charter::discovery
