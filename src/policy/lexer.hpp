#pragma once

#include "charter/policy/policy.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace charter::policy {

enum class TokenKind : std::uint8_t {
    identifier,  // a keyword too: which words are reserved depends on the place
    number,
    string,  // with its quotes
    slot,    // ?principal
    punctuation,
    end,
};

/// A piece of the text; `text` points into it.
struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;
    std::size_t offset = 0;

    bool is(std::string_view wanted) const {
        return text == wanted && (kind == TokenKind::punctuation || kind == TokenKind::identifier);
    }
};

struct Tokens {
    std::vector<Token> tokens;  // ends with TokenKind::end
    std::vector<ParseError> errors;
};

/// Splits a policy text. Skips white space and comments. Nothing but what is
/// listed in TokenKind comes out; anything else is an error.
Tokens tokenize(std::string_view text);

/// Line and column of a byte of the text.
Position position_of(std::string_view text, std::size_t offset);

/// "end of text" or the token in back quotes, cut when very long.
std::string shown(const Token& token);

}  // namespace charter::policy
