// Operators on plain values, sets and records, and the literals of the two.

#include "policy/expression_typer.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

/// Only these have `<`; decimals have functions instead.
bool has_order(ValueKind kind) {
    return kind == ValueKind::integer || kind == ValueKind::datetime || kind == ValueKind::duration;
}

}  // namespace

ExpressionTyper::Typed ExpressionTyper::type_equal(const Node& node) {
    const Typed a = type(node.a);
    const Typed b = type(node.b);
    const bool failed = a.failed || b.failed;
    if (a.type && b.type && is_entity(*a.type) && is_entity(*b.type) && *a.type != *b.type) {
        return boolean(false, failed);
    }
    const auto first = literal_of(node.a);
    const auto second = literal_of(node.b);
    if (first && second) {
        return boolean(*first == *second, failed);
    }
    const bool joined = require_join(node, a, b, "both sides of an equality");
    return boolean({}, failed || !joined);
}

ExpressionTyper::Typed ExpressionTyper::type_order(const Node& node) {
    const Typed a = type(node.a);
    const Typed b = type(node.b);
    if (!a.type || !b.type) {
        return boolean({}, true);
    }
    const ValueKind first = entry_of(*a.type).kind;
    const ValueKind second = entry_of(*b.type).kind;
    if (has_order(first) && first == second) {
        return boolean({}, a.failed || b.failed);
    }
    const auto tell = [&](Index side, const Typed& typed, const std::string& wanted) {
        error(node_at(side), "expected " + wanted + ", found " + input_.types.text(*typed.type));
    };
    if (has_order(first)) {
        tell(node.b, b, input_.types.text(*a.type));
    } else if (has_order(second)) {
        tell(node.a, a, input_.types.text(*b.type));
    } else {
        tell(node.a, a, "Long, datetime or duration");
        tell(node.b, b, "Long, datetime or duration");
    }
    return boolean({}, true);
}

ExpressionTyper::Typed ExpressionTyper::type_arithmetic(const Node& node) {
    Typed result = of_type(input_.types.plain(ValueKind::integer));
    for (const Index side : {node.a, node.b}) {
        if (side != no_index) {
            result.failed = expect(side, {ValueKind::integer}).failed || result.failed;
        }
    }
    return result;
}

ExpressionTyper::Typed ExpressionTyper::type_contains(const Node& node) {
    const Typed set = expect(node.a, {ValueKind::set});
    const Typed element = type(node.b);
    Typed wanted;
    if (set.type) {
        wanted.type = entry_of(*set.type).element;
    }
    const bool joined =
        require_join(node, wanted, element, "the elements of the set and what it may contain");
    return boolean({}, set.failed || element.failed || !joined);
}

ExpressionTyper::Typed ExpressionTyper::type_contains_many(const Node& node) {
    const Typed a = expect(node.a, {ValueKind::set});
    const Typed b = expect(node.b, {ValueKind::set}, "; for one element there is `contains`");
    const bool joined = require_join(node, a, b, "both sets");
    return boolean({}, a.failed || b.failed || !joined);
}

ExpressionTyper::Typed ExpressionTyper::type_set(const Node& node) {
    if (node.b == 0) {
        error(node, "the type of an empty set cannot be known");
        return hidden();
    }
    Typed joined = type(entry(node, 0));
    for (Index i = 1; i < node.b; ++i) {
        const Typed element = type(entry(node, i));
        joined.failed = joined.failed || element.failed;
        if (!element.type) {
            joined.type.reset();
        } else if (joined.type) {
            if (!require_join(node, joined, element, "the elements of a set")) {
                joined.failed = true;
            }
            joined.type = input_.types.join(*joined.type, *element.type);
        }
    }
    if (!joined.type) {
        return hidden();
    }
    return {input_.types.set(*joined.type), joined.failed, {}};
}

ExpressionTyper::Typed ExpressionTyper::type_record(const Node& node) {
    std::vector<TypeTable::Field> fields;
    bool failed = false;
    bool complete = true;
    for (Index i = 0; i < node.b; i += 2) {
        const Typed member = type(entry(node, i + 1));
        failed = failed || member.failed;
        complete = complete && member.type.has_value();
        if (member.type) {
            fields.push_back({name_at(entry(node, i)), *member.type, true});
        }
    }
    if (!complete) {
        return hidden();
    }
    return {input_.types.record(std::move(fields)), failed, {}};
}

}  // namespace charter::policy
