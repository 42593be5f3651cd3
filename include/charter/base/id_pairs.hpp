#pragma once

#include "charter/base/counted.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace charter {

/// A sorted set of pairs of numbers whose versions share structure: a copy costs O(1), a
/// change the logarithm of the size. What belongs to what, listed a page at a time: pairs of
/// (owner, thing) in the order of both.
///
/// Thread safety: as PersistentMap.
///
/// Source: Seidel and Aragon, "Randomized Search Trees" (Algorithmica 1996), with a hash of the
/// pair as its priority, so that the same pairs make the same tree.
class IdPairs {
public:
    IdPairs() = default;

    /// Nothing happens when the pair is there, or not there.
    void insert(std::uint64_t owner, std::uint64_t thing);
    void erase(std::uint64_t owner, std::uint64_t thing);

    /// The owner's first thing above `after`; none: there is no more.
    std::optional<std::uint64_t> next(std::uint64_t owner, std::uint64_t after) const;
    bool contains(std::uint64_t owner, std::uint64_t thing) const;

    /// Calls visit(thing) for the owner's things in order, until it returns false.
    template <class Visit>
    void for_each(std::uint64_t owner, Visit&& visit) const {
        if (contains(owner, 0) && !visit(std::uint64_t{0})) {
            return;
        }
        for (auto thing = next(owner, 0); thing && visit(*thing); thing = next(owner, *thing)) {
        }
    }

    struct Node;

private:
    Counted<Node> root_;
};

/// A node lives in the source file's terms alone; it is complete here so that references to
/// it can be copied and destroyed.
struct IdPairs::Node {
    std::uint64_t owner = 0;
    std::uint64_t thing = 0;
    Counted<Node> below;
    Counted<Node> above;
    Holders holders;

    Node* clone() const { return new Node(*this); }
    static void dispose(Node* node) { delete node; }
};

}  // namespace charter
