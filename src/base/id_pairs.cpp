#include "charter/base/id_pairs.hpp"

#include <tuple>
#include <utility>

namespace charter {

namespace {

using Node = IdPairs::Node;
using Tree = Counted<Node>;

struct Pair {
    std::uint64_t owner;
    std::uint64_t thing;

    friend auto operator<=>(const Pair&, const Pair&) = default;
};

Pair pair_of(const Node& node) {
    return {node.owner, node.thing};
}

/// Spreads a pair over all bits: the finaliser of SplitMix64 (Steele, Lea, Flood) on each half.
std::uint64_t priority(Pair pair) {
    const auto spread = [](std::uint64_t key) {
        key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9;
        key = (key ^ (key >> 27)) * 0x94d049bb133111eb;
        return key ^ (key >> 31);
    };
    return spread(spread(pair.owner + 0x9e3779b97f4a7c15) ^ pair.thing);
}

bool goes_above(Pair a, Pair b) {
    return std::pair(priority(a), a) > std::pair(priority(b), b);
}

/// What is below and what is above a pair that is not in the tree.
std::pair<Tree, Tree> split(Tree tree, Pair at) {
    if (tree.node() == nullptr) {
        return {};
    }
    Node& root = tree.own();
    if (pair_of(root) < at) {
        auto [below, above] = split(std::move(root.above), at);
        root.above = std::move(below);
        return {std::move(tree), std::move(above)};
    }
    auto [below, above] = split(std::move(root.below), at);
    root.below = std::move(above);
    return {std::move(below), std::move(tree)};
}

/// All of `low` lies below all of `high`.
Tree join(Tree low, Tree high) {
    if (low.node() == nullptr || high.node() == nullptr) {
        return low.node() == nullptr ? high : low;
    }
    if (goes_above(pair_of(*low.node()), pair_of(*high.node()))) {
        Node& root = low.own();
        root.above = join(std::move(root.above), std::move(high));
        return low;
    }
    Node& root = high.own();
    root.below = join(std::move(low), std::move(root.below));
    return high;
}

}  // namespace

bool IdPairs::contains(std::uint64_t owner, std::uint64_t thing) const {
    const Pair wanted{owner, thing};
    const Node* node = root_.node();
    while (node != nullptr && pair_of(*node) != wanted) {
        node = wanted < pair_of(*node) ? node->below.node() : node->above.node();
    }
    return node != nullptr;
}

std::optional<std::uint64_t> IdPairs::next(std::uint64_t owner, std::uint64_t after) const {
    const Pair from{owner, after};
    const Node* found = nullptr;
    for (const Node* node = root_.node(); node != nullptr;) {
        const bool beyond = pair_of(*node) > from;
        found = beyond ? node : found;
        node = beyond ? node->below.node() : node->above.node();
    }
    return found != nullptr && found->owner == owner ? std::optional(found->thing) : std::nullopt;
}

void IdPairs::insert(std::uint64_t owner, std::uint64_t thing) {
    if (contains(owner, thing)) {
        return;
    }
    const Pair added{owner, thing};
    Tree* place = &root_;
    while (place->node() != nullptr && goes_above(pair_of(*place->node()), added)) {
        Node& node = place->own();
        place = added < pair_of(node) ? &node.below : &node.above;
    }
    auto node = new Node;
    node->owner = owner;
    node->thing = thing;
    std::tie(node->below, node->above) = split(std::move(*place), added);
    *place = Tree(node);
}

void IdPairs::erase(std::uint64_t owner, std::uint64_t thing) {
    if (!contains(owner, thing)) {
        return;
    }
    const Pair gone{owner, thing};
    Tree* place = &root_;
    while (pair_of(*place->node()) != gone) {
        Node& node = place->own();
        place = gone < pair_of(node) ? &node.below : &node.above;
    }
    Node& node = place->own();
    *place = join(std::move(node.below), std::move(node.above));
}

}  // namespace charter
