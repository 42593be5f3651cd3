#pragma once

#include "policy/ast_builder.hpp"
#include "policy/cursor.hpp"
#include "policy/unescape.hpp"

#include <optional>

namespace charter::policy {

/// Words that name neither a type, a variable nor an attribute after a point.
bool is_reserved(std::string_view word);

/// The value of a string token. Nothing on failure, which the cursor then knows.
std::optional<std::string> string_value(Cursor& cursor, const Token& token);

/// `A::B::C`, each part an identifier that is not reserved; stops before `::`
/// and a string. Nothing on failure.
std::optional<std::string> parse_type_name(Cursor& cursor);

/// `A::B::"id"`. Nothing on failure.
std::optional<EntityUid> parse_entity(Cursor& cursor);

/// Recursive descent over Cedar's expression grammar. Every function gives a
/// node, or no_index when the cursor has failed.
/// Source: https://docs.cedarpolicy.com/policies/syntax-grammar.html
class ExpressionParser {
public:
    /// `base` is the offset of the policy's text, which node offsets count from.
    ExpressionParser(Cursor& cursor, PolicyContents& contents, std::size_t base)
        : cursor_(cursor), builder_(contents), base_(base) {}

    Index expression();

private:
    Index disjunction();
    Index conjunction();
    Index relation();
    Index has_relation(Index object, const Token& word);
    Index like_relation(Index text, const Token& word);
    Index is_relation(Index object, const Token& word);
    Index sum();
    Index product();
    Index unary();
    Index negative_literal(std::size_t offset);
    Index member();
    Index access(Index object);
    Index method_call(Index object, const Token& name);
    Index primary();
    Index name();
    Index function_call();
    Index set();
    Index record();
    Index number(const Token& token, bool negative, std::size_t offset);
    std::optional<std::vector<Index>> expressions_until(std::string_view close);
    std::optional<std::string> attribute_name(const Token& token);

    Index make(Op op, const Token& at, Index a, Index b = no_index, Index c = no_index);
    Index make_with_name(Op op, const Token& at, Index a, const std::string& name,
                         Index c = no_index);
    Index make_list(Op op, const Token& at, std::span<const Index> entries,
                    ExtensionFunction function = ExtensionFunction::ip);
    Index checked(Index node, const Token& at);
    Index fail(const Token& at, std::string detail);
    Index fail_expected(const std::string& what);

    Cursor& cursor_;
    AstBuilder builder_;
    std::size_t base_;
    std::size_t nesting_ = 0;
};

}  // namespace charter::policy
