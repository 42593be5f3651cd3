#pragma once

#include "policy/ast.hpp"

#include <map>
#include <span>

namespace charter::policy {

/// Adds nodes to a PolicyContents. Each constant is kept once; what has only
/// constant parts is worked out here, so that `["a", "b"].contains(x)` or
/// `ip("10.0.0.0/8")` cost nothing per request. The nodes stay as written.
class AstBuilder {
public:
    explicit AstBuilder(PolicyContents& contents) : contents_(contents) {}

    /// The index of an equal constant.
    Index constant(const Value& value);
    Index pattern(Pattern pattern);

    Index literal(const Value& value, std::size_t offset);
    /// A node without a list: `children` are those of a, b, c that are nodes.
    Index add(Node node, std::span<const Index> children);
    /// all_of, any_of, set, call: every entry is a node.
    Index add_list(Node node, std::span<const Index> entries);
    /// has: an object and constants.
    Index add_has(Index object, std::span<const Index> names, std::size_t offset);
    /// record: pairs of constant and node.
    Index add_record(std::span<const Index> pairs, std::size_t offset);

    /// Levels of nodes from this one down.
    std::size_t depth(Index node) const { return depths_[node]; }

private:
    Index append(Node node, std::span<const Index> children);
    void keep_list(Node& node, std::span<const Index> entries);
    void fold(Node& node);
    bool is_constant(Index node) const { return contents_.nodes[node].constant != no_index; }
    const Value& value_of(Index node) const {
        return contents_.constants[contents_.nodes[node].constant];
    }

    PolicyContents& contents_;
    std::map<Value, Index> known_constants_;
    std::vector<std::size_t> depths_;
};

}  // namespace charter::policy
