#pragma once

#include "charter/base/counted.hpp"
#include "charter/policy/policy_index.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace charter::policy {

/// A set of keys as bits, in pages that versions share: copying costs O(1), a change
/// copies the pages on its path (five at most). Keys that were made one after the other
/// share a page. Thread safety as PersistentMap.
class KeyBits {
public:
    bool contains(Key key) const {
        const Node* node = root_.node();
        if (std::uint64_t{key} >> (page_bits + fan_bits * levels_) != 0) {
            return false;
        }
        for (unsigned level = levels_; level > 0 && node != nullptr; --level) {
            node = static_cast<const Inner*>(node)->children[place_in(key, level)].node();
        }
        return node != nullptr &&
               (static_cast<const Page*>(node)->bits[key / 64 % words] >> (key % 64) & 1U) != 0;
    }
    void insert(Key key);
    /// Nothing happens when it is not there.
    void erase(Key key);

    /// Of all pages, for measurements.
    std::size_t bytes() const;

private:
    static constexpr unsigned fan_bits = 6;
    static constexpr std::size_t fan = std::size_t{1} << fan_bits;
    static constexpr unsigned page_bits = 12;
    static constexpr std::size_t words = (std::size_t{1} << page_bits) / 64;

    struct Node {
        explicit Node(bool is_page) : page(is_page) {}
        Node* clone() const;
        static void dispose(Node* node);

        Holders holders;
        bool page;
    };
    using Handle = Counted<Node>;
    struct Page : Node {
        Page() : Node(true) {}
        std::array<std::uint64_t, words> bits{};
    };
    struct Inner : Node {
        Inner() : Node(false) {}
        std::array<Handle, fan> children;
    };

    static std::size_t place_in(Key key, unsigned level) {
        return key >> (page_bits + fan_bits * (level - 1)) & (fan - 1);
    }
    static void erase_below(Handle& handle, unsigned level, Key key);
    static std::size_t bytes_of(const Node& node);

    Handle root_;
    unsigned levels_ = 0;  // of inner nodes above the pages
};

}  // namespace charter::policy
