#pragma once

#include "policy/layout.hpp"

#include <span>
#include <string_view>

namespace charter::policy {

/// Turns the tokens of an expression into a Layout: one function for each level
/// of the grammar. The tokens are known to parse, so nothing is checked.
class ExpressionLayout {
public:
    explicit ExpressionLayout(std::span<const FormatToken> tokens) : tokens_(tokens) {}

    Layout expression();

    // For whoever lays out what is around the expressions.
    const FormatToken& peek(std::size_t ahead = 0) const;
    bool at(std::string_view word) const { return peek().is(word); }
    Layout take();
    /// Takes a closing bracket; what stands before it there is added to `inner`.
    Layout close(std::vector<Layout>& inner);
    /// Bracket, what `item` gives separated by commas, bracket.
    template <class Item>
    Layout bracketed(Item item);
    Layout entities();
    Layout name();

private:
    Layout chain(std::string_view sign, Layout (ExpressionLayout::*operand)());
    Layout any_of() { return chain("||", &ExpressionLayout::all_of); }
    Layout all_of() { return chain("&&", &ExpressionLayout::relation); }
    Layout relation();
    Layout sum();
    Layout product();
    Layout unary();
    Layout member();
    Layout primary();
    Layout conditional();
    Layout record_entry();

    std::span<const FormatToken> tokens_;
    std::size_t at_ = 0;
};

template <class Item>
Layout ExpressionLayout::bracketed(Item item) {
    using enum Layout::Kind;
    Layout open = take();
    std::vector<Layout> inner;
    const bool empty = at(")") || at("]") || at("}");
    if (!empty) {
        inner.push_back(make_layout(soft_line));
        inner.push_back(item());
    }
    while (at(",")) {
        inner.push_back(take());
        inner.push_back(make_layout(line));
        inner.push_back(item());
    }
    Layout closing = close(inner);
    std::vector<Layout> parts;
    parts.push_back(std::move(open));
    parts.push_back(make_layout(indented, std::move(inner)));
    if (!empty) {
        parts.push_back(make_layout(soft_line));
    }
    parts.push_back(std::move(closing));
    return make_layout(group, std::move(parts));
}

}  // namespace charter::policy
