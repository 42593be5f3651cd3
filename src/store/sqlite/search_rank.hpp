#pragma once

#include "charter/base/result.hpp"
#include "store/sqlite/database.hpp"

namespace charter::sqlite {

/// Adds the FTS5 function charter_rank(search_index): higher is better.
///
/// BM25 without its two statistics over all documents. A query asks for every word, so the
/// rarity of a word is the same for all matches and only weighs the words against each other;
/// left out, a score tells nothing of documents that the caller may not see, and common words
/// cost no pass over the whole index. The usual length is a constant for the same reason.
/// Errors: unavailable.
Result<> add_search_rank(Database& database);

}  // namespace charter::sqlite
