#include "policy/expression_shapes.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace charter::policy {

ExpressionShapes::ExpressionShapes(const PolicyContents& contents) : contents_(contents) {
    shapes_.reserve(contents.nodes.size());
    for (const Node& node : contents.nodes) {  // children come first
        shapes_.push_back(shape_of(node));
    }
}

Shape ExpressionShapes::attribute(Shape object, Index name) {
    return binary(Op::attribute, object, name);
}

Shape ExpressionShapes::intern(Key key) {
    return known_.emplace(std::move(key), static_cast<Shape>(known_.size())).first->second;
}

Shape ExpressionShapes::shape_of(const Node& node) {
    switch (node.op) {
        case Op::literal:
            return unary(node.op, node.constant);
        case Op::principal:
        case Op::action:
        case Op::resource:
        case Op::context:
            return intern({static_cast<std::uint32_t>(node.op)});
        case Op::negate:
        case Op::logic_not:
        case Op::is_empty:
            return unary(node.op, of(node.a));
        case Op::all_of:
        case Op::any_of:
            return chain(node);
        case Op::if_then_else:
            return intern(
                {static_cast<std::uint32_t>(node.op), of(node.a), of(node.b), of(node.c)});
        case Op::not_equal:
            return unary(Op::logic_not, binary(Op::equal, of(node.a), of(node.b)));
        case Op::greater:
            return unary(Op::logic_not, binary(Op::less_or_equal, of(node.a), of(node.b)));
        case Op::greater_or_equal:
            return unary(Op::logic_not, binary(Op::less, of(node.a), of(node.b)));
        case Op::attribute:
        case Op::is:
            return binary(node.op, of(node.a), node.b);
        case Op::like:
            return binary(node.op, of(node.a), first_equal_pattern(node.b));
        case Op::is_in:
            return binary(Op::all_of, binary(Op::is, of(node.a), node.b),
                          binary(Op::in, of(node.a), of(node.c)));
        case Op::has:
            return has(node);
        case Op::set:
        case Op::call:
            return list(node);
        case Op::record:
            return record(node);
        default:
            return binary(node.op, of(node.a), of(node.b));
    }
}

/// `a && b && c` is `(a && b) && c`.
Shape ExpressionShapes::chain(const Node& node) {
    Shape left = of(contents_.lists[node.a]);
    for (Index i = 1; i < node.b; ++i) {
        left = binary(node.op, left, of(contents_.lists[node.a + i]));
    }
    return left;
}

/// `x has a.b` is `x has a && x.a has b`.
Shape ExpressionShapes::has(const Node& node) {
    Shape object = of(contents_.lists[node.a]);
    Shape all = binary(Op::has, object, contents_.lists[node.a + 1]);
    for (Index i = 2; i < node.b; ++i) {
        object = attribute(object, contents_.lists[node.a + i - 1]);
        all = binary(Op::all_of, all, binary(Op::has, object, contents_.lists[node.a + i]));
    }
    return all;
}

Shape ExpressionShapes::list(const Node& node) {
    Key key{static_cast<std::uint32_t>(node.op),
            node.op == Op::call ? static_cast<std::uint32_t>(node.function) : 0};
    for (Index i = 0; i < node.b; ++i) {
        key.push_back(of(contents_.lists[node.a + i]));
    }
    return intern(std::move(key));
}

/// The order in which a record is written does not count.
Shape ExpressionShapes::record(const Node& node) {
    std::vector<std::pair<Index, Shape>> members;
    for (Index i = 0; i < node.b; i += 2) {
        members.emplace_back(contents_.lists[node.a + i], of(contents_.lists[node.a + i + 1]));
    }
    std::ranges::sort(members);
    Key key{static_cast<std::uint32_t>(node.op)};
    for (const auto& [name, value] : members) {
        key.push_back(name);
        key.push_back(value);
    }
    return intern(std::move(key));
}

std::uint32_t ExpressionShapes::first_equal_pattern(Index pattern) const {
    const auto found = std::ranges::find(contents_.patterns, contents_.patterns[pattern]);
    return static_cast<std::uint32_t>(found - contents_.patterns.begin());
}

}  // namespace charter::policy
