#pragma once

#include "charter/base/result.hpp"
#include "store/sqlite/database.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace charter::sqlite {

/// The piece of `text` that has most of `words` (the last one as a beginning), or its beginning:
/// one line of plain text with "…" where it was cut, at most
/// limits::search_snippet_characters_max characters.
///
/// Words are compared as the index does, by its tokenizer. FTS5's own snippet() would look up
/// every word again for every piece, which for a common beginning costs milliseconds each.
/// Errors: unavailable.
Result<std::string> excerpt(Database& database, std::string_view text,
                            const std::vector<std::string>& words);

}  // namespace charter::sqlite
