#pragma once

#include "policy/lexer.hpp"
#include "policy/schema_fragment.hpp"

#include <string_view>
#include <vector>

namespace charter::policy {

/// What a text gave: the fragment counts only when `errors` is empty.
struct ParsedSchema {
    SchemaFragment fragment;
    std::vector<ParseError> errors;
};

/// Reads the human-readable form. Names are not resolved, but each is declared once.
/// After an error it goes on with the next declaration, up to 20 errors. The size of
/// the text is the caller's to limit.
/// Source: https://docs.cedarpolicy.com/schema/human-readable-schema-grammar.html
ParsedSchema parse_schema_text(std::string_view text);

}  // namespace charter::policy
