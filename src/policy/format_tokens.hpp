#pragma once

#include "policy/lexer.hpp"

#include <string_view>
#include <vector>

namespace charter::policy {

/// A comment on lines of its own.
struct Comment {
    std::string_view text;      // from its slashes, without white space at the end
    bool blank_before = false;  // an empty line stands before it
};

/// A token with the comments that belong to it.
struct FormatToken {
    Token token;
    std::vector<Comment> before;
    std::string_view behind;    // on the token's own line; empty when there is none
    bool blank_before = false;  // an empty line stands before the token itself

    bool is(std::string_view wanted) const { return token.is(wanted); }
};

/// The tokens of a text that parses, the end among them. A comma in front of a
/// closing bracket is left out, its comments are not.
std::vector<FormatToken> format_tokens(std::string_view text);

}  // namespace charter::policy
