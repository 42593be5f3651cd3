#include "policy/lexer.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>
#include <array>

namespace charter::policy {
namespace {

constexpr std::size_t errors_max = 20;

// Two characters before one, so that `==` is not read as `=` twice.
constexpr std::array<std::string_view, 7> pairs{"::", "==", "!=", "<=", ">=", "&&", "||"};
// `=`, `/` and `%` are no operators; the parser says so where they stand. `=` and
// `?` are for schemas.
constexpr std::string_view singles = "@.,;:(){}[]<>+-*!=/%?";

bool is_identifier_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_identifier_part(char c) {
    return is_identifier_start(c) || is_digit(c);
}

/// Bytes of white space at the front: Unicode's White_Space, in UTF-8.
std::size_t white_space(std::string_view text) {
    const char c = text.front();
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
        return 1;
    }
    if (text.starts_with("\xc2\x85") || text.starts_with("\xc2\xa0")) {
        return 2;
    }
    const std::string_view three = text.substr(0, 3);
    const bool is_space = three == "\xe1\x9a\x80" || three == "\xe3\x80\x80" ||
                          three == "\xe2\x80\xa8" || three == "\xe2\x80\xa9" ||
                          three == "\xe2\x80\xaf" || three == "\xe2\x81\x9f" ||
                          (three.starts_with("\xe2\x80") && three.size() == 3 &&
                           static_cast<unsigned char>(three[2]) <= 0x8a);
    return is_space ? 3 : 0;
}

/// Bytes of the character at the front of valid UTF-8.
std::size_t character_bytes(std::string_view text) {
    std::size_t bytes = 1;
    while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) {
        ++bytes;
    }
    return bytes;
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Tokens run() {
        if (!is_utf8(text_)) {
            fail(0, "the text is not valid UTF-8");
            return std::move(out_);
        }
        while (at_ < text_.size() && out_.errors.size() < errors_max) {
            step();
        }
        out_.tokens.push_back({TokenKind::end, {}, text_.size()});
        return std::move(out_);
    }

private:
    void step() {
        const std::string_view rest = text_.substr(at_);
        const char c = rest.front();
        if (const std::size_t space = white_space(rest); space > 0) {
            at_ += space;
        } else if (rest.starts_with("//")) {
            at_ += std::min(rest.find_first_of("\n\r"), rest.size());
        } else if (is_identifier_start(c)) {
            take(TokenKind::identifier, run_length(rest, 0, is_identifier_part));
        } else if (is_digit(c)) {
            take(TokenKind::number, run_length(rest, 0, is_digit));
        } else if (c == '"') {
            take_string(rest);
        } else if (c == '?' && rest.size() > 1 && is_identifier_start(rest[1])) {
            take(TokenKind::slot, run_length(rest, 1, is_identifier_part));
        } else if (std::ranges::find(pairs, rest.substr(0, 2)) != pairs.end()) {
            take(TokenKind::punctuation, 2);
        } else if (singles.find(c) != std::string_view::npos) {
            take(TokenKind::punctuation, 1);
        } else {
            const std::size_t bytes = character_bytes(rest);
            fail(at_, "unexpected character `" + std::string(rest.substr(0, bytes)) + "`");
            at_ += bytes;
        }
    }

    static std::size_t run_length(std::string_view text, std::size_t from, bool (*belongs)(char)) {
        while (from < text.size() && belongs(text[from])) {
            ++from;
        }
        return from;
    }

    void take(TokenKind kind, std::size_t bytes) {
        out_.tokens.push_back({kind, text_.substr(at_, bytes), at_});
        at_ += bytes;
    }

    void take_string(std::string_view rest) {
        std::size_t i = 1;
        while (i < rest.size() && rest[i] != '"') {
            i += rest[i] == '\\' ? 2 : 1;
        }
        if (i >= rest.size()) {
            fail(at_, "the string that begins here is not closed");
            at_ = text_.size();
            return;
        }
        take(TokenKind::string, i + 1);
    }

    void fail(std::size_t offset, std::string detail) {
        out_.errors.push_back({position_of(text_, offset), std::move(detail)});
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Tokens out_;
};

}  // namespace

Tokens tokenize(std::string_view text) {
    return Lexer(text).run();
}

Position position_of(std::string_view text, std::size_t offset) {
    Position position{1, 1, offset};
    for (const char c : text.substr(0, offset)) {
        if (c == '\n') {
            ++position.line;
            position.column = 1;
        } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
            ++position.column;
        }
    }
    return position;
}

std::string shown(const Token& token) {
    constexpr std::size_t shown_bytes_max = 40;
    if (token.kind == TokenKind::end) {
        return "the end of the text";
    }
    if (token.text.size() <= shown_bytes_max) {
        return "`" + std::string(token.text) + "`";
    }
    std::size_t cut = shown_bytes_max;
    while ((static_cast<unsigned char>(token.text[cut]) & 0xc0U) == 0x80U) {
        --cut;
    }
    return "`" + std::string(token.text.substr(0, cut)) + "…`";
}

}  // namespace charter::policy
