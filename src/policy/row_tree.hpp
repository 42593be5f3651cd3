#pragma once

#include "charter/base/counted.hpp"
#include "charter/policy/policy_index.hpp"
#include "policy/key_bits.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace charter::policy {

/// Where a row is filed: (resource, principal) as one number, so that all rows
/// of a resource lie together, in the order of principals.
using Place = std::uint64_t;

constexpr Place place_of(Key resource, Key principal) {
    return (Place{resource} << 32U) | principal;
}

constexpr Key resource_of(Place place) {
    return static_cast<Key>(place >> 32U);
}

/// One policy or link in the index: 32 bytes.
struct Row {
    Place place = 0;
    std::uint64_t number = 0;  // unique among the rows of a place
    const Rule* rule = nullptr;
    std::int64_t until = 0;

    Key principal() const { return static_cast<Key>(place); }
    friend bool operator==(const Row&, const Row&) = default;
};

struct RowNode;

/// The rows in order of (place, number): a B+ tree whose versions share nodes, so
/// that copying costs O(1) and a change copies the nodes on its path. Thread safety
/// as PersistentMap.
/// Source: Comer, "The Ubiquitous B-Tree" (1979), leaves at the bottom only.
class RowTree {
public:
    RowTree() = default;

    std::size_t size() const { return size_; }
    /// True when a resource has a row. Most have none, and to know it spares a search.
    bool has_rows(Key resource) const { return resources_.contains(resource); }
    /// False when a row of that place and number is there already; nothing changes then.
    bool insert(const Row& row);
    /// False when there is none.
    bool erase(Place place, std::uint64_t number);

    /// Calls visit(const Row&) for the rows of a resource whose principal is one of
    /// `principals`. The work is bounded by the rows of the resource, and by the
    /// number of principals times the depth of the tree.
    template <class Visit>
    void scan(Key resource, const KeySet& principals, Visit&& visit) const;

    /// Where the rows of a resource begin.
    struct Start {
        Key resource;
        const RowNode* node;  // found: all rows of the resource lie below it, or in it
    };
    /// Finds several starts side by side, so that the waits for memory overlap.
    void find_starts(std::span<Start> starts) const;
    /// The same as the scan above, from a start.
    template <class Visit>
    void scan(const Start& start, const KeySet& principals, Visit&& visit) const;

    /// Bytes of all nodes, for measurements.
    std::size_t bytes() const;

private:
    Counted<RowNode> root_;
    KeyBits resources_;  // that have rows
    std::size_t size_ = 0;
    std::size_t height_ = 0;  // of inner nodes above the leaves
};

struct RowLeaf;
struct RowInner;

/// What leaves and inner nodes have in common: how many entries, and their order.
struct RowNode {
    static constexpr std::size_t capacity = 64;
    static constexpr Place no_place = ~Place{0};

    explicit RowNode(bool is_leaf) : leaf(is_leaf) { places.fill(no_place); }

    RowNode* clone() const;
    static void dispose(RowNode* node);

    Holders holders;
    bool leaf;
    std::uint16_t count = 0;
    /// Of a leaf, the rows'. Of an inner node, the first row's below each child. What is
    /// behind them is no_place, so that a search need not know where they end.
    std::array<Place, capacity> places;
    std::array<std::uint64_t, capacity> numbers{};
};

// What an entry carries follows the keys, apart, so that a search reads keys only.
struct RowLeaf : RowNode {
    RowLeaf() : RowNode(true) {}

    Row row(std::size_t i) const { return {places[i], numbers[i], rules[i], untils[i]}; }

    std::array<const Rule*, capacity> rules{};
    std::array<std::int64_t, capacity> untils{};
};

struct RowInner : RowNode {
    RowInner() : RowNode(false) {}

    std::array<Counted<RowNode>, capacity> children;
};

inline const RowLeaf& as_leaf(const RowNode& node) { return static_cast<const RowLeaf&>(node); }
inline const RowInner& as_inner(const RowNode& node) { return static_cast<const RowInner&>(node); }

/// The first entry whose place is not below `place`.
inline std::size_t first_at(const RowNode& node, Place place) {
    static_assert(RowNode::capacity == 64);
    // Without branches, which nobody could foresee, and without a loop.
    const Place* from = node.places.data();
    const auto halve = [&](std::size_t half) {
        from += static_cast<std::size_t>(from[half - 1] < place) * half;
    };
    halve(32);
    halve(16);
    halve(8);
    halve(4);
    halve(2);
    halve(1);
    halve(1);
    return static_cast<std::size_t>(from - node.places.data());
}

/// The rows of a resource below one node. A child without any of the principals
/// between its first row and the next child's is passed over, by binary search.
template <class Visit>
void scan_rows(const RowNode& node, Key resource, const KeySet& principals, Visit& visit) {
    const Place begin = place_of(resource, 0);
    const Place end = place_of(resource + 1, 0);
    std::size_t i = first_at(node, begin);
    if (node.leaf) {
        for (; i < node.count && node.places[i] < end; ++i) {
            if (principals.contains(static_cast<Key>(node.places[i]))) {
                visit(as_leaf(node).row(i));
            }
        }
        return;
    }
    // Rows of one place may go on from child to child, so the child before counts too.
    i = i == 0 ? 0 : i - 1;
    while (i < node.count && node.places[i] < end) {
        if (i + 1 < node.count && node.places[i + 1] < end) {
            const Key low = node.places[i] < begin ? 0 : static_cast<Key>(node.places[i]);
            const Key next = principals.first_from(low);
            if (next == no_key) {
                return;
            }
            const Place wanted = place_of(resource, next);
            if (node.places[i + 1] < wanted) {
                i = first_at(node, wanted) - 1;
                continue;
            }
        }
        scan_rows(*as_inner(node).children[i].node(), resource, principals, visit);
        ++i;
    }
}

template <class Visit>
void RowTree::scan(const Start& start, const KeySet& principals, Visit&& visit) const {
    if (start.node != nullptr) {
        scan_rows(*start.node, start.resource, principals, visit);
    }
}

template <class Visit>
void RowTree::scan(Key resource, const KeySet& principals, Visit&& visit) const {
    if (root_.node() != nullptr) {
        scan_rows(*root_.node(), resource, principals, visit);
    }
}

}  // namespace charter::policy
