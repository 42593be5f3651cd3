#include "policy/expression_typer.hpp"

#include <algorithm>
#include <utility>

namespace charter::policy {
namespace {

/// The word for any type of a kind, as messages have it.
std::string_view expected_name(ValueKind kind) {
    switch (kind) {
        case ValueKind::boolean:
            return "Bool";
        case ValueKind::integer:
            return "Long";
        case ValueKind::string:
            return "String";
        case ValueKind::entity:
            return "an entity";
        case ValueKind::set:
            return "a set";
        case ValueKind::record:
            return "a record";
        case ValueKind::decimal:
            return "decimal";
        case ValueKind::ip_address:
            return "ipaddr";
        case ValueKind::datetime:
            return "datetime";
        case ValueKind::duration:
            return "duration";
    }
    return {};
}

std::string expected_names(std::initializer_list<ValueKind> kinds) {
    std::string out;
    for (const ValueKind kind : kinds) {
        out += (out.empty() ? "" : " or ") + std::string(expected_name(kind));
    }
    return out;
}

}  // namespace

ExpressionTyper::ExpressionTyper(const TypingInput& input, const Environment& environment,
                                 const ActionInfo& action)
    : input_(input), environment_(environment), action_(action) {}

ExpressionTyper::Typed ExpressionTyper::type(Index index) {
    input_.budget.spend();
    if (input_.budget.used_up()) {
        return hidden();
    }
    const Node& node = node_at(index);
    switch (node.op) {
        case Op::literal:
            return type_literal(node);
        case Op::principal:
            return of_type(input_.types.entity(environment_.principal_type));
        case Op::action:
            return of_type(input_.types.entity(environment_.action.type()));
        case Op::resource:
            return of_type(input_.types.entity(environment_.resource_type));
        case Op::context:
            return of_type(input_.types.declared(action_.context));
        case Op::logic_not:
            return type_not(expect_boolean(node.a));
        case Op::all_of:
            return type_all(node);
        case Op::any_of:
            return type_any(node);
        case Op::if_then_else:
            return type_if(node);
        case Op::equal:
            return type_equal(node);
        case Op::not_equal:
            return type_not(type_equal(node));
        case Op::less:
        case Op::less_or_equal:
        case Op::greater:
        case Op::greater_or_equal:
            return type_order(node);
        case Op::negate:
        case Op::add:
        case Op::subtract:
        case Op::multiply:
            return type_arithmetic(node);
        case Op::contains:
            return type_contains(node);
        case Op::contains_all:
        case Op::contains_any:
            return type_contains_many(node);
        case Op::is_empty:
            return boolean({}, expect(node.a, {ValueKind::set}).failed);
        case Op::like:
            return boolean({}, expect(node.a, {ValueKind::string}).failed);
        case Op::set:
            return type_set(node);
        case Op::record:
            return type_record(node);
        case Op::call:
            return type_call(node);
        case Op::is:
            return type_is(node, expect(node.a, {ValueKind::entity}));
        case Op::is_in:
            return type_is_in(node);
        case Op::in:
            return type_in(expect(node.a, {ValueKind::entity}), node.a, node.b);
        case Op::attribute:
            return type_attribute(node);
        case Op::has:
            return type_has(node);
        case Op::has_tag:
            return type_has_tag(node);
        case Op::get_tag:
            return type_get_tag(node);
    }
    return hidden();
}

ExpressionTyper::Typed ExpressionTyper::type_literal(const Node& node) {
    const Value& value = input_.contents.constants[node.constant];
    if (value.is(ValueKind::boolean)) {
        return of_type(input_.types.boolean(value.as_boolean()));
    }
    if (!value.is(ValueKind::entity)) {
        return of_type(input_.types.plain(value.kind()));
    }
    // An unknown type or action is told once for the policy, wherever it stands.
    return input_.schema.types_literal(value.as_entity())
               ? of_type(input_.types.entity(value.as_entity().type()))
               : hidden();
}

ExpressionTyper::Typed ExpressionTyper::expect(Index node, std::initializer_list<ValueKind> kinds,
                                               std::string_view hint) {
    Typed typed = type(node);
    if (!typed.type) {
        typed.failed = true;
        return typed;
    }
    const ValueKind found = entry_of(*typed.type).kind;
    if (std::ranges::find(kinds, found) == kinds.end()) {
        error(node_at(node), "expected " + expected_names(kinds) + ", found " +
                                 input_.types.text(*typed.type) + std::string(hint));
        return hidden();
    }
    return typed;
}

bool ExpressionTyper::require_join(const Node& node, const Typed& a, const Typed& b,
                                   std::string_view what) {
    if (!a.type || !b.type || input_.types.join(*a.type, *b.type)) {
        return true;
    }
    error(node, std::string(what) + " must have the same type, found " +
                    input_.types.text(*a.type) + " and " + input_.types.text(*b.type));
    return false;
}

bool ExpressionTyper::is_known(const Typed& typed, bool value) const {
    return typed.type && entry_of(*typed.type).known == value;
}

std::optional<Value> ExpressionTyper::literal_of(Index index) const {
    const Node& node = node_at(index);
    if (node.op == Op::action) {
        return Value::entity(environment_.action);
    }
    return node.op == Op::literal ? std::optional(input_.contents.constants[node.constant])
                                  : std::nullopt;
}

std::optional<EntityUid> ExpressionTyper::entity_literal_of(Index index) const {
    const auto literal = literal_of(index);
    return literal && literal->is(ValueKind::entity) ? std::optional(literal->as_entity())
                                                     : std::nullopt;
}

std::optional<std::vector<EntityUid>> ExpressionTyper::entity_literals_of(Index index) const {
    const Node& node = node_at(index);
    std::vector<EntityUid> literals;
    if (node.op != Op::set) {
        const auto literal = entity_literal_of(index);
        return literal ? std::optional(std::vector{*literal}) : std::nullopt;
    }
    for (Index i = 0; i < node.b; ++i) {
        const auto literal = entity_literal_of(entry(node, i));
        if (!literal) {
            return std::nullopt;
        }
        literals.push_back(*literal);
    }
    return literals;
}

}  // namespace charter::policy
