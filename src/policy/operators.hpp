#pragma once

#include "policy/ast.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace charter::policy {

/// An operator with a left and a right side, and its word, which is the same in
/// Cedar text and in JSON.
struct BinaryOperator {
    Op op;
    std::string_view word;
    bool method = false;  // a.word(b), otherwise a word b
};

inline constexpr std::array<BinaryOperator, 15> binary_operators{{
    {Op::equal, "=="},
    {Op::not_equal, "!="},
    {Op::less, "<"},
    {Op::less_or_equal, "<="},
    {Op::greater, ">"},
    {Op::greater_or_equal, ">="},
    {Op::in, "in"},
    {Op::add, "+"},
    {Op::subtract, "-"},
    {Op::multiply, "*"},
    {Op::contains, "contains", true},
    {Op::contains_all, "containsAll", true},
    {Op::contains_any, "containsAny", true},
    {Op::has_tag, "hasTag", true},
    {Op::get_tag, "getTag", true},
}};

/// Null when `op` is none of them.
inline const BinaryOperator* find_binary(Op op) {
    const auto* found = std::ranges::find(binary_operators, op, &BinaryOperator::op);
    return found == binary_operators.end() ? nullptr : found;
}
inline const BinaryOperator* find_binary(std::string_view word) {
    const auto* found = std::ranges::find(binary_operators, word, &BinaryOperator::word);
    return found == binary_operators.end() ? nullptr : found;
}

/// A name without operands.
struct Variable {
    Op op;
    std::string_view word;
};

inline constexpr std::array<Variable, 4> variables{{{Op::principal, "principal"},
                                                    {Op::action, "action"},
                                                    {Op::resource, "resource"},
                                                    {Op::context, "context"}}};

inline const Variable* find_variable(Op op) {
    const auto* found = std::ranges::find(variables, op, &Variable::op);
    return found == variables.end() ? nullptr : found;
}
inline const Variable* find_variable(std::string_view word) {
    const auto* found = std::ranges::find(variables, word, &Variable::word);
    return found == variables.end() ? nullptr : found;
}

}  // namespace charter::policy
