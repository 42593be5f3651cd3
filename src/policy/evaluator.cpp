// Boolean operators and the way between Booleans and other values.
// evaluator_values.cpp has the operators that give other values.

#include "policy/evaluator.hpp"

#include "policy/lexer.hpp"

namespace charter::policy {
namespace {

using Truth = Evaluator::Truth;

constexpr Truth truth_of(bool value) {
    return value ? Truth::yes : Truth::no;
}

template <class T>
Truth ordered(Op op, T a, T b) {
    switch (op) {
        case Op::less:
            return truth_of(a < b);
        case Op::less_or_equal:
            return truth_of(a <= b);
        case Op::greater:
            return truth_of(a > b);
        default:
            return truth_of(a >= b);
    }
}

/// How much work it is to compare with this value.
std::size_t size_of(const Value& value) {
    switch (value.kind()) {
        case ValueKind::set:
            return value.as_set().size();
        case ValueKind::record:
            return value.as_record().size();
        default:
            return 0;
    }
}

}  // namespace

Truth Evaluator::truth(Index index) {
    const Node& node = policy_.nodes[index];
    if (!spend(node, 1)) {
        return Truth::error;
    }
    switch (node.op) {
        case Op::all_of:
            return all_of(node);
        case Op::any_of:
            return any_of(node);
        case Op::logic_not: {
            const Truth operand = truth(node.a);
            return operand == Truth::error ? operand : truth_of(operand == Truth::no);
        }
        case Op::equal:
        case Op::not_equal:
            return equal(node);
        case Op::less:
        case Op::less_or_equal:
        case Op::greater:
        case Op::greater_or_equal:
            return compare(node);
        case Op::in: {
            Value scratch;
            const EntityUid* descendant = entity(node, node.a, scratch);
            return descendant == nullptr ? Truth::error : in(node, node.b, *descendant);
        }
        case Op::contains:
        case Op::contains_all:
        case Op::contains_any:
        case Op::is_empty:
            return membership(node);
        case Op::has:
            return has(node);
        case Op::has_tag:
            return has_tag(node);
        case Op::is:
        case Op::is_in:
            return is(node);
        case Op::like:
            return like(node);
        default:
            break;
    }
    Value scratch;
    const Value* found = value(index, scratch);
    if (found == nullptr) {
        return Truth::error;
    }
    if (!found->is(ValueKind::boolean)) {
        fail_type(node, "bool", *found);
        return Truth::error;
    }
    return truth_of(found->as_boolean());
}

Truth Evaluator::all_of(const Node& node) {
    for (Index i = 0; i < node.b; ++i) {
        const Truth term = truth(policy_.lists[node.a + i]);
        if (term != Truth::yes) {
            return term;
        }
    }
    return Truth::yes;
}

Truth Evaluator::any_of(const Node& node) {
    for (Index i = 0; i < node.b; ++i) {
        const Truth term = truth(policy_.lists[node.a + i]);
        if (term != Truth::no) {
            return term;
        }
    }
    return Truth::no;
}

Truth Evaluator::equal(const Node& node) {
    Value left_scratch;
    Value right_scratch;
    const Value* left = value(node.a, left_scratch);
    const Value* right = left == nullptr ? nullptr : value(node.b, right_scratch);
    if (right == nullptr || !spend(node, size_of(*left))) {
        return Truth::error;
    }
    return truth_of((*left == *right) == (node.op == Op::equal));
}

Truth Evaluator::compare(const Node& node) {
    Value left_scratch;
    Value right_scratch;
    const Value* left = value(node.a, left_scratch);
    const Value* right = left == nullptr ? nullptr : value(node.b, right_scratch);
    if (right == nullptr) {
        return Truth::error;
    }
    switch (left->kind()) {
        case ValueKind::integer:
        case ValueKind::datetime:
        case ValueKind::duration:
            break;
        default:
            fail_type(node, "long, datetime or duration", *left);
            return Truth::error;
    }
    if (left->kind() != right->kind()) {
        fail_type(node, kind_name(left->kind()), *right);
        return Truth::error;
    }
    switch (left->kind()) {
        case ValueKind::datetime:
            return ordered(node.op, left->as_datetime(), right->as_datetime());
        case ValueKind::duration:
            return ordered(node.op, left->as_duration(), right->as_duration());
        default:
            return ordered(node.op, left->as_integer(), right->as_integer());
    }
}

Truth Evaluator::in(const Node& node, Index ancestors, const EntityUid& descendant) {
    if (const EntityUid* ancestor = variable(policy_.nodes[ancestors].op)) {
        return truth_of(entities_.is_in(descendant, *ancestor));
    }
    Value scratch;
    const Value* right = value(ancestors, scratch);
    if (right == nullptr) {
        return Truth::error;
    }
    if (right->is(ValueKind::entity)) {
        return truth_of(entities_.is_in(descendant, right->as_entity()));
    }
    if (!right->is(ValueKind::set)) {
        fail_type(node, "entity or set of entities", *right);
        return Truth::error;
    }
    if (!spend(node, right->as_set().size())) {
        return Truth::error;
    }
    // All are looked at first: a set with anything else in it is an error, even
    // when an entity before it would do.
    for (const Value& ancestor : right->as_set()) {
        if (!ancestor.is(ValueKind::entity)) {
            fail_type(node, "set of entities only", ancestor);
            return Truth::error;
        }
    }
    for (const Value& ancestor : right->as_set()) {
        if (entities_.is_in(descendant, ancestor.as_entity())) {
            return Truth::yes;
        }
    }
    return Truth::no;
}

Truth Evaluator::membership(const Node& node) {
    Value left_scratch;
    const Value* left = of_kind(node, node.a, ValueKind::set, left_scratch);
    if (left == nullptr) {
        return Truth::error;
    }
    if (node.op == Op::is_empty) {
        return truth_of(left->as_set().empty());
    }
    Value right_scratch;
    if (node.op == Op::contains) {
        const Value* element = value(node.b, right_scratch);
        return element == nullptr ? Truth::error : truth_of(left->contains(*element));
    }
    const Value* right = of_kind(node, node.b, ValueKind::set, right_scratch);
    if (right == nullptr || !spend(node, right->as_set().size())) {
        return Truth::error;
    }
    const bool all = node.op == Op::contains_all;
    for (const Value& element : right->as_set()) {
        if (left->contains(element) != all) {
            return truth_of(!all);
        }
    }
    return truth_of(all);
}

Truth Evaluator::has(const Node& node) {
    Value scratch;
    const Index object = policy_.lists[node.a];
    const Value* found = nullptr;
    const EntityUid* uid = variable(policy_.nodes[object].op);
    if (uid == nullptr && (found = value(object, scratch)) == nullptr) {
        return Truth::error;
    }
    for (Index i = 1; i < node.b; ++i) {
        const std::string& name = constant_text(policy_.lists[node.a + i]);
        if (found != nullptr && found->is(ValueKind::entity)) {
            uid = &found->as_entity();
        }
        if (uid != nullptr) {
            const Entity* known = entities_.find(*uid);
            found = known == nullptr ? nullptr : known->attributes.find(name);
            uid = nullptr;
        } else if (found->is(ValueKind::record)) {
            found = found->find(name);
        } else {
            fail_type(node, "entity or record", *found);
            return Truth::error;
        }
        if (found == nullptr) {
            break;
        }
    }
    return truth_of(seen(node, found) != nullptr);
}

Truth Evaluator::has_tag(const Node& node) {
    Value object_scratch;
    Value key_scratch;
    const EntityUid* uid = entity(node, node.a, object_scratch);
    const Value* key =
        uid == nullptr ? nullptr : of_kind(node, node.b, ValueKind::string, key_scratch);
    if (key == nullptr) {
        return Truth::error;
    }
    const Entity* known = entities_.find(*uid);
    const Value* found = known == nullptr ? nullptr : known->tags.find(key->as_string());
    return truth_of(seen(node, found) != nullptr);
}

Truth Evaluator::is(const Node& node) {
    Value scratch;
    const EntityUid* uid = entity(node, node.a, scratch);
    if (uid == nullptr) {
        return Truth::error;
    }
    if (uid->type() != constant_text(node.b)) {
        return Truth::no;
    }
    return node.op == Op::is ? Truth::yes : in(node, node.c, *uid);
}

Truth Evaluator::like(const Node& node) {
    Value scratch;
    const Value* text = of_kind(node, node.a, ValueKind::string, scratch);
    return text == nullptr ? Truth::error
                           : truth_of(policy_.patterns[node.b].matches(text->as_string()));
}

bool Evaluator::out_of_steps(const Node& node) {
    fail(node, "too much work: more than " + std::to_string(limits::policy_steps_max) +
                   " steps (policy_steps_max)");
    return false;
}

void Evaluator::fail(const Node& node, std::string detail) {
    const Position position = position_of(policy_.source, node.offset);
    error_ = "line " + std::to_string(position.line) + ", column " +
             std::to_string(position.column) + ": " + std::move(detail);
}

void Evaluator::fail_type(const Node& node, std::string_view expected, const Value& found) {
    fail(node, "type error: expected " + std::string(expected) + ", found " +
                   std::string(kind_name(found.kind())));
}

}  // namespace charter::policy
