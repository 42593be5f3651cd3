#pragma once

#include "policy/lexer.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace charter::policy {

/// Walks over the tokens of a text and collects what is wrong with it: one
/// error for each policy, the first.
class Cursor {
public:
    Cursor(std::string_view text, std::vector<Token> tokens)
        : text_(text), tokens_(std::move(tokens)) {}

    const Token& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }
    bool at(std::string_view wanted, std::size_t ahead = 0) const { return peek(ahead).is(wanted); }
    bool at_end() const { return peek().kind == TokenKind::end; }

    Token take() {
        Token token = peek();
        if (at_ + 1 < tokens_.size()) {
            ++at_;
        }
        return token;
    }
    bool accept(std::string_view wanted) {
        const bool found = at(wanted);
        if (found) {
            take();
        }
        return found;
    }
    bool expect(std::string_view wanted) {
        return accept(wanted) || fail_expected("`" + std::string(wanted) + "`");
    }

    /// Always false, so that it can be returned.
    bool fail(std::size_t offset, std::string detail) {
        if (!failed_) {
            errors_.push_back({position_of(text_, offset), std::move(detail)});
        }
        failed_ = true;
        return false;
    }
    /// "expected …, found …" at the next token.
    bool fail_expected(const std::string& what) {
        return fail(peek().offset, "expected " + what + ", found " + shown(peek()));
    }

    bool failed() const { return failed_; }
    /// Goes behind the next semicolon; errors are noticed again.
    void recover() {
        while (!at_end() && !accept(";")) {
            take();
        }
        failed_ = false;
    }

    /// Where the next token is. Counts on from the place asked for before, so
    /// that a text of many policies is read once.
    Position position() {
        const std::size_t offset = peek().offset;
        const Position step = position_of(text_.substr(known_.offset), offset - known_.offset);
        known_.column = step.line == 1 ? known_.column + step.column - 1 : step.column;
        known_.line += step.line - 1;
        known_.offset = offset;
        return known_;
    }

    std::string_view text() const { return text_; }
    std::vector<ParseError>& errors() { return errors_; }

private:
    std::string_view text_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    bool failed_ = false;
    Position known_;
    std::vector<ParseError> errors_;
};

}  // namespace charter::policy
