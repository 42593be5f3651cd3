#pragma once

#include "policy/ast.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace charter::policy {

/// The number of an expression's structure.
using Shape = std::uint32_t;

/// Numbers the expressions of a policy so that two have the same number exactly
/// when they are the same expression, wherever they stand. What is another way of
/// writing the same (`a != b` and `!(a == b)`, `x has a.b`) counts as the same.
class ExpressionShapes {
public:
    /// `contents` must outlive this.
    explicit ExpressionShapes(const PolicyContents& contents);

    Shape of(Index node) const { return shapes_[node]; }
    /// The shape of `object.name`, written or not.
    Shape attribute(Shape object, Index name);

private:
    using Key = std::vector<std::uint32_t>;

    Shape intern(Key key);
    Shape unary(Op op, Shape a) { return intern({static_cast<std::uint32_t>(op), a}); }
    Shape binary(Op op, Shape a, Shape b) { return intern({static_cast<std::uint32_t>(op), a, b}); }
    Shape shape_of(const Node& node);
    Shape chain(const Node& node);
    Shape has(const Node& node);
    Shape list(const Node& node);
    Shape record(const Node& node);
    std::uint32_t first_equal_pattern(Index pattern) const;

    const PolicyContents& contents_;
    std::map<Key, Shape> known_;
    std::vector<Shape> shapes_;
};

}  // namespace charter::policy
