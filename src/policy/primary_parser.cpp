// The inner half of ExpressionParser: members, calls, literals, names.

#include "policy/expression_parser.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace charter::policy {
namespace {

constexpr std::array<std::string_view, 9> reserved{"true", "false", "if",   "then", "else",
                                                   "in",   "is",    "like", "has"};

// Reserved for Cedar's own types and functions.
constexpr std::string_view cedar_namespace = "__cedar";

struct Method {
    std::string_view name;
    Op op;
    std::size_t arguments;
};

constexpr std::array<Method, 6> methods{{{"contains", Op::contains, 1},
                                         {"containsAll", Op::contains_all, 1},
                                         {"containsAny", Op::contains_any, 1},
                                         {"isEmpty", Op::is_empty, 0},
                                         {"hasTag", Op::has_tag, 1},
                                         {"getTag", Op::get_tag, 1}}};

const Method* find_method(std::string_view name) {
    const auto found = std::ranges::find(methods, name, &Method::name);
    return found == methods.end() ? nullptr : &*found;
}

std::optional<Op> find_variable(std::string_view name) {
    if (name == "principal") return Op::principal;
    if (name == "action") return Op::action;
    if (name == "resource") return Op::resource;
    if (name == "context") return Op::context;
    return std::nullopt;
}

}  // namespace

bool is_reserved(std::string_view word) {
    return std::ranges::find(reserved, word) != reserved.end();
}

std::optional<std::string> string_value(Cursor& cursor, const Token& token) {
    auto value = unescape_string(token.text);
    if (const auto* error = std::get_if<EscapeError>(&value)) {
        cursor.fail(token.offset + error->offset, error->detail);
        return std::nullopt;
    }
    return std::get<std::string>(std::move(value));
}

std::optional<std::string> parse_type_name(Cursor& cursor) {
    std::string name;
    while (true) {
        const Token& part = cursor.peek();
        if (part.kind != TokenKind::identifier) {
            cursor.fail_expected("a type name");
            return std::nullopt;
        }
        if (is_reserved(part.text) || part.text == cedar_namespace) {
            cursor.fail(part.offset, shown(part) + " is reserved and cannot be part of a name");
            return std::nullopt;
        }
        name += cursor.take().text;
        if (!cursor.at("::") || cursor.peek(1).kind == TokenKind::string) {
            return name;
        }
        cursor.take();
        name += "::";
    }
}

std::optional<EntityUid> parse_entity(Cursor& cursor) {
    if (cursor.peek().kind != TokenKind::identifier) {
        cursor.fail_expected("an entity such as User::\"alice\"");
        return std::nullopt;
    }
    const auto type = parse_type_name(cursor);
    if (!type || !cursor.expect("::")) {
        return std::nullopt;
    }
    const auto id = string_value(cursor, cursor.take());
    return id ? std::optional(EntityUid(*type, *id)) : std::nullopt;
}

Index ExpressionParser::member() {
    Index object = primary();
    while (object != no_index && (cursor_.at(".") || cursor_.at("[") || cursor_.at("("))) {
        object = access(object);
    }
    return object;
}

Index ExpressionParser::access(Index object) {
    const Token sign = cursor_.take();
    if (sign.is("(")) {
        return fail(sign, "only functions and methods can be called");
    }
    if (sign.is("[")) {
        if (cursor_.peek().kind != TokenKind::string) {
            return fail_expected("an attribute name in quotes");
        }
        const auto name = string_value(cursor_, cursor_.take());
        return name && cursor_.expect("]") ? make_with_name(Op::attribute, sign, object, *name)
                                           : no_index;
    }
    const auto name = attribute_name(cursor_.peek());
    if (!name) {
        return no_index;
    }
    const Token word = cursor_.take();
    return cursor_.at("(") ? method_call(object, word)
                           : make_with_name(Op::attribute, word, object, *name);
}

Index ExpressionParser::method_call(Index object, const Token& name) {
    const Method* method = find_method(name.text);
    const auto function = find_extension_function(name.text);
    if (method == nullptr && !(function && signature(*function).method)) {
        return fail(name, function ? shown(name) + " is a function, not a method"
                                   : "there is no method " + shown(name));
    }
    cursor_.take();
    auto arguments = expressions_until(")");
    if (!arguments) {
        return no_index;
    }
    if (method == nullptr) {
        arguments->insert(arguments->begin(), object);
        return make_list(Op::call, name, *arguments, *function);
    }
    if (arguments->size() != method->arguments) {
        return fail(name, shown(name) + " takes " + (method->arguments == 0 ? "no" : "one") +
                              " argument, found " + std::to_string(arguments->size()));
    }
    return make(method->op, name, object, arguments->empty() ? no_index : arguments->front());
}

Index ExpressionParser::primary() {
    const Token token = cursor_.peek();
    if (token.kind == TokenKind::number) {
        cursor_.take();
        return number(token, false, token.offset);
    }
    if (token.kind == TokenKind::string) {
        const auto value = string_value(cursor_, cursor_.take());
        return value ? builder_.literal(Value::string(*value), token.offset - base_) : no_index;
    }
    if (token.kind == TokenKind::slot) {
        return fail(token, shown(token) + " stands only in the scope of a policy");
    }
    if (token.kind == TokenKind::identifier) {
        return name();
    }
    if (cursor_.at("[")) {
        return set();
    }
    if (cursor_.at("{")) {
        return record();
    }
    if (!cursor_.accept("(")) {
        return fail_expected("an expression");
    }
    const Index inner = expression();
    return inner != no_index && cursor_.expect(")") ? inner : no_index;
}

Index ExpressionParser::name() {
    const Token word = cursor_.peek();
    if (cursor_.at("::", 1)) {
        const auto type = parse_type_name(cursor_);
        if (!type) {
            return no_index;
        }
        if (!cursor_.at("::")) {
            return cursor_.at("(") ? fail(word, "there is no function `" + *type + "`")
                                   : fail_expected("`::` and an id in quotes");
        }
        cursor_.take();
        const auto id = string_value(cursor_, cursor_.take());
        return id ? builder_.literal(Value::entity(EntityUid(*type, *id)), word.offset - base_)
                  : no_index;
    }
    if (word.is("true") || word.is("false")) {
        cursor_.take();
        return builder_.literal(Value::boolean(word.is("true")), word.offset - base_);
    }
    if (word.is("if")) {
        return fail(word, "`if` needs parentheses around it here");
    }
    if (is_reserved(word.text)) {
        return fail_expected("an expression");
    }
    if (cursor_.at("(", 1)) {
        return function_call();
    }
    const auto variable = find_variable(word.text);
    if (!variable) {
        return fail(word, "unknown name " + shown(word) +
                              "; there are principal, action, resource and context");
    }
    cursor_.take();
    return make(*variable, word, no_index);
}

Index ExpressionParser::function_call() {
    const Token name = cursor_.take();
    const auto function = find_extension_function(name.text);
    if (!function || signature(*function).method) {
        const bool method = function || find_method(name.text) != nullptr;
        return fail(name,
                    method ? shown(name) + " is a method: write x." + std::string(name.text) + "(…)"
                           : "there is no function " + shown(name));
    }
    cursor_.take();
    const auto arguments = expressions_until(")");
    return arguments ? make_list(Op::call, name, *arguments, *function) : no_index;
}

Index ExpressionParser::set() {
    const Token open = cursor_.take();
    const auto elements = expressions_until("]");
    return elements ? make_list(Op::set, open, *elements) : no_index;
}

Index ExpressionParser::record() {
    const Token open = cursor_.take();
    std::vector<Index> pairs;
    std::unordered_set<Index> names;
    while (!cursor_.accept("}")) {
        const Token key = cursor_.peek();
        const auto name =
            key.kind == TokenKind::string ? string_value(cursor_, key) : attribute_name(key);
        if (!name) {
            return no_index;
        }
        cursor_.take();
        const Index known = builder_.constant(Value::string(*name));
        if (!names.insert(known).second) {
            return fail(key, "the record has " + shown(key) + " twice");
        }
        const Index value = cursor_.expect(":") ? expression() : no_index;
        if (value == no_index) {
            return no_index;
        }
        pairs.push_back(known);
        pairs.push_back(value);
        if (!cursor_.at("}") && !cursor_.accept(",")) {
            return fail_expected("`,` or `}`");
        }
    }
    return checked(builder_.add_record(pairs, open.offset - base_), open);
}

/// Comma-separated, a comma at the end allowed; takes the closing token.
std::optional<std::vector<Index>> ExpressionParser::expressions_until(std::string_view close) {
    std::vector<Index> expressions;
    while (!cursor_.accept(close)) {
        const Index next = expression();
        if (next == no_index) {
            return std::nullopt;
        }
        expressions.push_back(next);
        if (!cursor_.at(close) && !cursor_.accept(",")) {
            fail_expected("`,` or `" + std::string(close) + "`");
            return std::nullopt;
        }
    }
    return expressions;
}

std::optional<std::string> ExpressionParser::attribute_name(const Token& token) {
    if (token.kind != TokenKind::identifier) {
        fail_expected("an attribute name");
        return std::nullopt;
    }
    if (is_reserved(token.text) || token.text == cedar_namespace) {
        fail(token, shown(token) + " is reserved; as an attribute it is written in quotes");
        return std::nullopt;
    }
    return std::string(token.text);
}

}  // namespace charter::policy
