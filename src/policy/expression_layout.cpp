#include "policy/expression_layout.hpp"

#include <algorithm>
#include <array>

namespace charter::policy {
namespace {

using enum Layout::Kind;

constexpr std::array<std::string_view, 10> relations{"==", "!=", "<",   "<=",   ">",
                                                     ">=", "in", "has", "like", "is"};

bool is_relation(const FormatToken& token) {
    return std::ranges::any_of(relations, [&](std::string_view word) { return token.is(word); });
}

/// One part as it is, several as a group.
Layout grouped(std::vector<Layout> parts) {
    return parts.size() == 1 ? std::move(parts.front()) : make_layout(group, std::move(parts));
}

Layout further_right(std::vector<Layout> parts) {
    return make_layout(indented, std::move(parts));
}

std::vector<Layout> several(Layout a, Layout b) {
    std::vector<Layout> parts;
    parts.push_back(std::move(a));
    parts.push_back(std::move(b));
    return parts;
}

}  // namespace

const FormatToken& ExpressionLayout::peek(std::size_t ahead) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
}

Layout ExpressionLayout::take() {
    const FormatToken& token = peek();
    at_ = std::min(at_ + 1, tokens_.size() - 1);
    return make_token(token);
}

Layout ExpressionLayout::close(std::vector<Layout>& inner) {
    auto [comments_before, closing] = make_closing(peek());
    at_ = std::min(at_ + 1, tokens_.size() - 1);
    inner.push_back(std::move(comments_before));
    return std::move(closing);
}

Layout ExpressionLayout::expression() {
    return at("if") ? conditional() : any_of();
}

Layout ExpressionLayout::conditional() {
    std::vector<Layout> parts;
    for (int part = 0; part < 3; ++part) {  // if, then, else
        if (part > 0) {
            parts.push_back(make_layout(line));
        }
        parts.push_back(take());
        parts.push_back(further_right(several(make_layout(line), expression())));
    }
    return make_layout(group, std::move(parts));
}

Layout ExpressionLayout::chain(std::string_view sign, Layout (ExpressionLayout::*operand)()) {
    std::vector<Layout> parts;
    parts.push_back((this->*operand)());
    while (at(sign)) {
        parts.push_back(make_layout(space));
        parts.push_back(take());
        parts.push_back(make_layout(line));
        parts.push_back((this->*operand)());
    }
    return grouped(std::move(parts));
}

Layout ExpressionLayout::relation() {
    std::vector<Layout> parts;
    parts.push_back(sum());
    if (!is_relation(peek())) {
        return grouped(std::move(parts));
    }
    std::vector<Layout> rest;
    const bool dotted = at("has");
    const bool with_type = at("is");
    parts.push_back(make_layout(space));
    parts.push_back(take());
    rest.push_back(make_layout(line));
    if (with_type) {
        rest.push_back(name());
        if (at("in")) {
            rest.push_back(make_layout(line));
            rest.push_back(take());
            rest.push_back(make_layout(space));
            rest.push_back(sum());
        }
    } else if (dotted) {
        rest.push_back(take());
        while (at(".")) {
            rest.push_back(take());
            rest.push_back(take());
        }
    } else {
        rest.push_back(sum());
    }
    parts.push_back(further_right(std::move(rest)));
    return grouped(std::move(parts));
}

Layout ExpressionLayout::sum() {
    std::vector<Layout> parts;
    parts.push_back(product());
    while (at("+") || at("-")) {
        parts.push_back(make_layout(space));
        parts.push_back(take());
        parts.push_back(further_right(several(make_layout(line), product())));
    }
    return grouped(std::move(parts));
}

Layout ExpressionLayout::product() {
    std::vector<Layout> parts;
    parts.push_back(unary());
    while (at("*")) {
        parts.push_back(make_layout(space));
        parts.push_back(take());
        parts.push_back(further_right(several(make_layout(line), unary())));
    }
    return grouped(std::move(parts));
}

Layout ExpressionLayout::unary() {
    std::vector<Layout> parts;
    while (at("!") || at("-")) {
        parts.push_back(take());
    }
    parts.push_back(member());
    return parts.size() == 1 ? std::move(parts.front()) : make_layout(sequence, std::move(parts));
}

Layout ExpressionLayout::member() {
    Layout object = primary();
    std::vector<Layout> rest;
    while (at(".") || at("[")) {
        if (at("[")) {
            rest.push_back(take());
            rest.push_back(take());
            rest.push_back(take());
            continue;
        }
        // A line may end before each point but the first: `principal.` leads on.
        if (!rest.empty()) {
            rest.push_back(make_layout(soft_line));
        }
        rest.push_back(take());
        rest.push_back(take());
        if (at("(")) {
            rest.push_back(bracketed([this] { return expression(); }));
        }
    }
    if (rest.empty()) {
        return object;
    }
    return make_layout(group, several(std::move(object), further_right(std::move(rest))));
}

Layout ExpressionLayout::primary() {
    if (at("(") || at("[")) {
        return bracketed([this] { return expression(); });
    }
    if (at("{")) {
        return bracketed([this] { return record_entry(); });
    }
    Layout named = name();
    if (!at("(")) {
        return named;
    }
    Layout arguments = bracketed([this] { return expression(); });
    return make_layout(sequence, several(std::move(named), std::move(arguments)));
}

Layout ExpressionLayout::record_entry() {
    std::vector<Layout> parts;
    parts.push_back(take());
    parts.push_back(take());  // the colon
    parts.push_back(further_right(several(make_layout(line), expression())));
    return make_layout(group, std::move(parts));
}

Layout ExpressionLayout::entities() {
    return at("[") ? bracketed([this] { return name(); }) : name();
}

Layout ExpressionLayout::name() {
    std::vector<Layout> parts;
    parts.push_back(take());
    while (at("::")) {
        parts.push_back(take());
        parts.push_back(take());
    }
    return parts.size() == 1 ? std::move(parts.front()) : make_layout(sequence, std::move(parts));
}

}  // namespace charter::policy
