#pragma once

#include "charter/base/counted.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace charter {

/// An immutable hash map whose versions share structure: copying costs O(1), a
/// change copies only the path to the entry (at most 13 nodes of up to 32 slots).
/// Successive Worlds are made of these, so a change costs what it changes.
///
/// K and V must be copyable and assignable. A change copies the entries of the nodes on
/// its path, so hold large values by shared_ptr<const T>.
///
/// Thread safety: as for standard containers, one map object is for one thread or
/// for readers only; copies of it may be read, changed and destroyed in other
/// threads although they share nodes. Changing a map never alters another copy.
///
/// Source: Steindorff and Vinju, "Optimizing Hash-Array Mapped Tries for Fast and
/// Lean Immutable JVM Collections" (OOPSLA 2015): values and children in two arrays.
template <class K, class V, class Hash = std::hash<K>>
class PersistentMap {
public:
    PersistentMap() = default;
    PersistentMap(const PersistentMap&) = default;
    PersistentMap(PersistentMap&& other) noexcept
        : root_(std::move(other.root_)), size_(std::exchange(other.size_, 0)) {}
    PersistentMap& operator=(PersistentMap other) noexcept {
        root_.swap(other.root_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~PersistentMap() = default;

    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }

    /// The value of `key`, or null. Valid until this map object is changed or
    /// destroyed, and longer while a copy that was made before lives.
    const V* find(const K& key) const {
        const std::uint64_t hash = mix(key);
        const Node* node = root_.node();
        for (unsigned shift = 0; node != nullptr; shift += bits_per_level) {
            if (shift >= hash_bits) {
                const std::size_t i = position_in_collision(*node, key);
                return i < node->values.size() ? &node->values[i].second : nullptr;
            }
            const std::uint32_t bit = bit_at(hash, shift);
            if ((node->value_map & bit) != 0) {
                const Entry& entry = node->values[index(node->value_map, bit)];
                return entry.first == key ? &entry.second : nullptr;
            }
            if ((node->child_map & bit) == 0) {
                return nullptr;
            }
            node = node->children[index(node->child_map, bit)].node();
        }
        return nullptr;
    }

    bool contains(const K& key) const { return find(key) != nullptr; }

    /// This map with `key` set to `value`; this one stays as it is.
    [[nodiscard]] PersistentMap set(K key, V value) const {
        PersistentMap next = *this;
        next.insert_or_assign(std::move(key), std::move(value));
        return next;
    }

    /// This map without `key`; this one stays as it is.
    [[nodiscard]] PersistentMap erase(const K& key) const {
        PersistentMap next = *this;
        next.remove(key);
        return next;
    }

    /// Changes this map object. Nodes that no other copy shares are changed in
    /// place, which makes building a large map cheap.
    void insert_or_assign(K key, V value) {
        if (root_.node() == nullptr) {
            root_ = Handle(new Node);
        }
        const std::uint64_t hash = mix(key);
        if (insert(root_, hash, 0, std::move(key), std::move(value))) {
            ++size_;
        }
    }

    /// Takes `key` out of this map object; nothing happens when it is absent.
    void remove(const K& key) {
        if (find(key) == nullptr) {
            return;  // before any node is copied
        }
        take_out(root_, mix(key), 0, key);
        --size_;
    }

    /// Calls f(const K&, const V&) for every entry, in no particular order.
    template <class F>
    void for_each(F&& f) const {
        if (root_.node() != nullptr) {
            visit(*root_.node(), f);
        }
    }

private:
    static constexpr unsigned bits_per_level = 5;
    static constexpr unsigned hash_bits = 64;

    using Entry = std::pair<K, V>;
    struct Node;

    using Handle = Counted<Node>;

    /// A slot is empty, a value or a child. Below the last level (all hash bits used)
    /// a node has no maps: its values are the entries whose hashes are equal.
    /// Except for the root, a node stands for two entries or more.
    struct Node {
        Node* clone() const { return new Node(*this); }
        static void dispose(Node* node) { delete node; }

        Holders holders;
        std::uint32_t value_map = 0;
        std::uint32_t child_map = 0;
        std::vector<Entry> values;
        std::vector<Handle> children;
    };

    /// std::hash of integers and ids is the identity, whose low bits may all be equal;
    /// this spreads them. Source: the finaliser of MurmurHash3 (64 bits).
    static std::uint64_t mix(const K& key) {
        std::uint64_t hash = Hash{}(key);
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdULL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ULL;
        return hash ^ (hash >> 33);
    }

    static std::uint32_t bit_at(std::uint64_t hash, unsigned shift) {
        return std::uint32_t{1} << ((hash >> shift) & 31U);
    }

    static std::size_t index(std::uint32_t map, std::uint32_t bit) {
        return static_cast<std::size_t>(std::popcount(map & (bit - 1)));
    }

    static std::size_t position_in_collision(const Node& node, const K& key) {
        std::size_t i = 0;
        while (i < node.values.size() && !(node.values[i].first == key)) {
            ++i;
        }
        return i;
    }

    template <class T>
    static auto at(std::vector<T>& items, std::size_t i) {
        return items.begin() + static_cast<std::ptrdiff_t>(i);
    }

    /// True when the key is new.
    static bool insert(Handle& handle, std::uint64_t hash, unsigned shift, K&& key, V&& value) {
        Node& node = handle.own();
        if (shift >= hash_bits) {
            const std::size_t i = position_in_collision(node, key);
            if (i < node.values.size()) {
                node.values[i].second = std::move(value);
                return false;
            }
            node.values.emplace_back(std::move(key), std::move(value));
            return true;
        }
        const std::uint32_t bit = bit_at(hash, shift);
        if ((node.child_map & bit) != 0) {
            return insert(node.children[index(node.child_map, bit)], hash, shift + bits_per_level,
                          std::move(key), std::move(value));
        }
        const std::size_t i = index(node.value_map, bit);
        if ((node.value_map & bit) == 0) {
            node.values.emplace(at(node.values, i), std::move(key), std::move(value));
            node.value_map |= bit;
            return true;
        }
        Entry& present = node.values[i];
        if (present.first == key) {
            present.second = std::move(value);
            return false;
        }
        // Two keys in one slot: both move one level down.
        Handle child(new Node);
        const std::uint64_t present_hash = mix(present.first);
        insert(child, present_hash, shift + bits_per_level, std::move(present.first),
               std::move(present.second));
        insert(child, hash, shift + bits_per_level, std::move(key), std::move(value));
        node.values.erase(at(node.values, i));
        node.value_map ^= bit;
        node.children.insert(at(node.children, index(node.child_map, bit)), std::move(child));
        node.child_map |= bit;
        return true;
    }

    /// `key` is there.
    static void take_out(Handle& handle, std::uint64_t hash, unsigned shift, const K& key) {
        Node& node = handle.own();
        if (shift >= hash_bits) {
            node.values.erase(at(node.values, position_in_collision(node, key)));
            return;
        }
        const std::uint32_t bit = bit_at(hash, shift);
        if ((node.value_map & bit) != 0) {
            node.values.erase(at(node.values, index(node.value_map, bit)));
            node.value_map ^= bit;
            return;
        }
        const std::size_t i = index(node.child_map, bit);
        take_out(node.children[i], hash, shift + bits_per_level, key);
        if (node.children[i].node()->children.empty() &&
            node.children[i].node()->values.size() == 1) {
            // A child with one entry left is that entry again.
            const std::size_t place = index(node.value_map, bit);
            node.values.insert(at(node.values, place),
                               std::move(node.children[i].own().values.front()));
            node.value_map |= bit;
            node.children.erase(at(node.children, i));
            node.child_map ^= bit;
        }
    }

    template <class F>
    static void visit(const Node& node, F& f) {
        for (const Entry& entry : node.values) {
            f(entry.first, entry.second);
        }
        for (const Handle& child : node.children) {
            visit(*child.node(), f);
        }
    }

    Handle root_;
    std::size_t size_ = 0;
};

}  // namespace charter
