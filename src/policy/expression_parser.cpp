#include "policy/expression_parser.hpp"

#include "charter/base/limits.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace charter::policy {
namespace {

struct Relation {
    std::string_view sign;
    Op op;
};

constexpr std::array<Relation, 7> relations{{{"==", Op::equal},
                                             {"!=", Op::not_equal},
                                             {"<", Op::less},
                                             {"<=", Op::less_or_equal},
                                             {">", Op::greater},
                                             {">=", Op::greater_or_equal},
                                             {"in", Op::in}}};

const Relation* find_relation(const Token& token) {
    for (const Relation& relation : relations) {
        if (token.is(relation.sign)) {
            return &relation;
        }
    }
    return nullptr;
}

bool begins_relation(const Token& token) {
    return find_relation(token) != nullptr || token.is("has") || token.is("like") || token.is("is");
}

std::string too_deep() {
    return "nested deeper than " + std::to_string(limits::policy_depth_max) +
           " levels (policy_depth_max)";
}

}  // namespace

Index ExpressionParser::expression() {
    // Bounds the recursion of this parser; checked() bounds the tree.
    if (nesting_ == limits::policy_depth_max) {
        return fail(cursor_.peek(), too_deep());
    }
    ++nesting_;
    Index result = no_index;
    if (!cursor_.at("if")) {
        result = disjunction();
    } else {
        const Token word = cursor_.take();
        const Index test = expression();
        const Index yes = test != no_index && cursor_.expect("then") ? expression() : no_index;
        const Index no = yes != no_index && cursor_.expect("else") ? expression() : no_index;
        result = no == no_index ? no_index : make(Op::if_then_else, word, test, yes, no);
    }
    --nesting_;
    return result;
}

Index ExpressionParser::disjunction() {
    const Token first = cursor_.peek();
    std::vector<Index> terms{conjunction()};
    while (terms.back() != no_index && cursor_.accept("||")) {
        terms.push_back(conjunction());
    }
    if (terms.back() == no_index || terms.size() == 1) {
        return terms.back();
    }
    return make_list(Op::any_of, first, terms);
}

Index ExpressionParser::conjunction() {
    const Token first = cursor_.peek();
    std::vector<Index> terms{relation()};
    while (terms.back() != no_index && cursor_.accept("&&")) {
        terms.push_back(relation());
    }
    if (terms.back() == no_index || terms.size() == 1) {
        return terms.back();
    }
    return make_list(Op::all_of, first, terms);
}

Index ExpressionParser::relation() {
    const Index left = sum();
    if (left == no_index) {
        return no_index;
    }
    const Token sign = cursor_.peek();
    if (sign.is("=")) {
        return fail(sign, "`=` is no operator; equality is written `==`");
    }
    if (!begins_relation(sign)) {
        return left;
    }
    cursor_.take();
    Index result = no_index;
    if (sign.is("has")) {
        result = has_relation(left, sign);
    } else if (sign.is("like")) {
        result = like_relation(left, sign);
    } else if (sign.is("is")) {
        result = is_relation(left, sign);
    } else {
        const Index right = sum();
        result = right == no_index ? no_index : make(find_relation(sign)->op, sign, left, right);
    }
    if (result != no_index && begins_relation(cursor_.peek())) {
        return fail(cursor_.peek(), "`" + std::string(sign.text) + "` and " +
                                        shown(cursor_.peek()) +
                                        " cannot follow each other without parentheses");
    }
    return result;
}

Index ExpressionParser::has_relation(Index object, const Token& word) {
    std::vector<Index> names;
    if (cursor_.peek().kind == TokenKind::string) {
        const auto name = string_value(cursor_, cursor_.take());
        if (!name) {
            return no_index;
        }
        names.push_back(builder_.constant(Value::string(*name)));
    } else {
        do {
            const auto name = attribute_name(cursor_.peek());
            if (!name) {
                return no_index;
            }
            cursor_.take();
            names.push_back(builder_.constant(Value::string(*name)));
        } while (cursor_.accept("."));
    }
    return checked(builder_.add_has(object, names, word.offset - base_), word);
}

Index ExpressionParser::like_relation(Index text, const Token& word) {
    if (cursor_.peek().kind != TokenKind::string) {
        return fail_expected("a pattern in quotes");
    }
    const Token token = cursor_.take();
    auto pattern = unescape_pattern(token.text);
    if (const auto* error = std::get_if<EscapeError>(&pattern)) {
        cursor_.fail(token.offset + error->offset, error->detail);
        return no_index;
    }
    const Index known = builder_.pattern(std::get<Pattern>(std::move(pattern)));
    Node node;
    node.op = Op::like;
    node.offset = static_cast<std::uint32_t>(word.offset - base_);
    node.a = text;
    node.b = known;
    return checked(builder_.add(node, std::array{text}), word);
}

Index ExpressionParser::is_relation(Index object, const Token& word) {
    const auto type = parse_type_name(cursor_);
    if (!type) {
        return no_index;
    }
    if (cursor_.at("::")) {
        return fail_expected("a type, not an entity");
    }
    if (!cursor_.accept("in")) {
        return make_with_name(Op::is, word, object, *type);
    }
    const Index ancestor = sum();
    return ancestor == no_index ? no_index
                                : make_with_name(Op::is_in, word, object, *type, ancestor);
}

Index ExpressionParser::sum() {
    Index left = product();
    while (left != no_index && (cursor_.at("+") || cursor_.at("-"))) {
        const Token sign = cursor_.take();
        const Index right = product();
        left = right == no_index ? no_index
                                 : make(sign.is("+") ? Op::add : Op::subtract, sign, left, right);
    }
    return left;
}

Index ExpressionParser::product() {
    Index left = unary();
    while (left != no_index && (cursor_.at("*") || cursor_.at("/") || cursor_.at("%"))) {
        const Token sign = cursor_.take();
        if (!sign.is("*")) {
            return fail(sign, "there is no operator " + shown(sign));
        }
        const Index right = unary();
        left = right == no_index ? no_index : make(Op::multiply, sign, left, right);
    }
    return left;
}

Index ExpressionParser::unary() {
    constexpr std::size_t signs_max = 4;
    const Token first = cursor_.peek();
    const bool minus = first.is("-");
    if (!minus && !first.is("!")) {
        return member();
    }
    std::size_t signs = 0;
    while (cursor_.accept(first.text)) {
        if (++signs > signs_max) {
            return fail(first, "at most 4 of " + shown(first) + " in a row");
        }
    }
    Index operand = no_index;
    // -9223372036854775808 has no positive counterpart, so the sign next to a
    // number belongs to the number.
    if (minus && cursor_.peek().kind == TokenKind::number && !cursor_.at(".", 1) &&
        !cursor_.at("[", 1)) {
        operand = number(cursor_.take(), true, first.offset);
        --signs;
    } else {
        operand = member();
    }
    for (; operand != no_index && signs > 0; --signs) {
        operand = make(minus ? Op::negate : Op::logic_not, first, operand);
    }
    return operand;
}

Index ExpressionParser::number(const Token& token, bool negative, std::size_t offset) {
    std::uint64_t magnitude = 0;
    const char* end = token.text.data() + token.text.size();
    const auto read = std::from_chars(token.text.data(), end, magnitude);
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (read.ec != std::errc() || magnitude > most + (negative ? 1 : 0)) {
        return fail(token, "the number does not fit 64 bits with sign");
    }
    const auto value = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
    return builder_.literal(Value::integer(value), offset - base_);
}

Index ExpressionParser::make(Op op, const Token& at, Index a, Index b, Index c) {
    Node node;
    node.op = op;
    node.offset = static_cast<std::uint32_t>(at.offset - base_);
    node.a = a;
    node.b = b;
    node.c = c;
    std::array<Index, 3> children{a, b, c};
    std::size_t count = 0;
    while (count < children.size() && children[count] != no_index) {
        ++count;
    }
    return checked(builder_.add(node, std::span(children).first(count)), at);
}

Index ExpressionParser::make_with_name(Op op, const Token& at, Index a, const std::string& name,
                                       Index c) {
    Node node;
    node.op = op;
    node.offset = static_cast<std::uint32_t>(at.offset - base_);
    node.a = a;
    node.b = builder_.constant(Value::string(name));
    node.c = c;
    const std::array<Index, 2> children{a, c};
    return checked(builder_.add(node, std::span(children).first(c == no_index ? 1 : 2)), at);
}

Index ExpressionParser::make_list(Op op, const Token& at, std::span<const Index> entries,
                                  ExtensionFunction function) {
    Node node;
    node.op = op;
    node.function = function;
    node.offset = static_cast<std::uint32_t>(at.offset - base_);
    return checked(builder_.add_list(node, entries), at);
}

Index ExpressionParser::checked(Index node, const Token& at) {
    return builder_.depth(node) > limits::policy_depth_max ? fail(at, too_deep()) : node;
}

Index ExpressionParser::fail(const Token& at, std::string detail) {
    cursor_.fail(at.offset, std::move(detail));
    return no_index;
}

Index ExpressionParser::fail_expected(const std::string& what) {
    cursor_.fail_expected(what);
    return no_index;
}

}  // namespace charter::policy
