#include "policy/row_tree.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace charter::policy {
namespace {

constexpr std::size_t capacity = RowNode::capacity;
/// A node with fewer entries is joined with a neighbour where both fit in one.
constexpr std::size_t few = capacity / 4;

using Handle = Counted<RowNode>;

RowLeaf& leaf_of(RowNode& node) { return static_cast<RowLeaf&>(node); }
RowInner& inner_of(RowNode& node) { return static_cast<RowInner&>(node); }

/// The first entry not below (place, number).
std::size_t position(const RowNode& node, Place place, std::uint64_t number) {
    std::size_t i = first_at(node, place);
    while (i < node.count && node.places[i] == place && node.numbers[i] < number) {
        ++i;
    }
    return i;
}

/// Of an inner node: the child that (place, number) belongs to.
std::size_t child_of(const RowNode& node, Place place, std::uint64_t number) {
    const std::size_t i = position(node, place, number);
    const bool begins_it = i < node.count && node.places[i] == place && node.numbers[i] == number;
    return begins_it || i == 0 ? i : i - 1;
}

/// Moves entries [from, count) of a node to the place `to` of another, or of itself.
void move_entries(RowNode& source, std::size_t from, RowNode& target, std::size_t to) {
    const auto move = [&](auto& out, auto& in) {
        if (&source == &target && to > from) {
            std::move_backward(in.begin() + from, in.begin() + source.count,
                               out.begin() + to + (source.count - from));
        } else {
            std::move(in.begin() + from, in.begin() + source.count, out.begin() + to);
        }
    };
    move(target.places, source.places);
    move(target.numbers, source.numbers);
    if (source.leaf) {
        move(leaf_of(target).rules, leaf_of(source).rules);
        move(leaf_of(target).untils, leaf_of(source).untils);
    } else {
        move(inner_of(target).children, inner_of(source).children);
    }
}

/// Takes the entries from `count` on out of a node.
void cut(RowNode& node, std::size_t count) {
    std::fill(node.places.begin() + count, node.places.begin() + node.count, RowNode::no_place);
    node.count = static_cast<std::uint16_t>(count);
}

/// Makes room for one entry at `i`.
void open_gap(RowNode& node, std::size_t i) {
    move_entries(node, i, node, i + 1);
    ++node.count;
}

void close_gap(RowNode& node, std::size_t i) {
    move_entries(node, i + 1, node, i);
    cut(node, node.count - 1U);
    if (!node.leaf) {
        inner_of(node).children[node.count] = Handle();
    }
}

/// What does not fit any more goes to a new node, which is to follow this one. A
/// node that grows at its end gives it nothing, so that rows that come in order
/// leave full nodes.
Handle split(RowNode& node, std::size_t growing_at) {
    Handle right(node.leaf ? static_cast<RowNode*>(new RowLeaf) : new RowInner);
    const std::size_t kept = growing_at == node.count ? node.count : node.count / 2;
    RowNode& other = right.own();
    move_entries(node, kept, other, 0);
    other.count = static_cast<std::uint16_t>(node.count - kept);
    cut(node, kept);
    return right;
}

void name_child(RowNode& node, std::size_t i) {
    const RowNode& child = *inner_of(node).children[i].node();
    node.places[i] = child.places[0];
    node.numbers[i] = child.numbers[0];
}

void put(RowNode& leaf, std::size_t i, const Row& row) {
    open_gap(leaf, i);
    leaf.places[i] = row.place;
    leaf.numbers[i] = row.number;
    leaf_of(leaf).rules[i] = row.rule;
    leaf_of(leaf).untils[i] = row.until;
}

void put(RowNode& inner, std::size_t i, Handle child) {
    open_gap(inner, i);
    inner_of(inner).children[i] = std::move(child);
    name_child(inner, i);
}

/// Puts an entry at `i`, into this node or, when that is full, into the new one that
/// is returned.
template <class Entry>
Handle put_or_split(RowNode& node, std::size_t i, Entry entry) {
    if (node.count < capacity) {
        put(node, i, std::move(entry));
        return {};
    }
    Handle right = split(node, i);
    if (i > node.count || node.count == capacity) {
        put(right.own(), i - node.count, std::move(entry));
    } else {
        put(node, i, std::move(entry));
    }
    return right;
}

/// The row is not there yet.
Handle insert_below(Handle& handle, const Row& row) {
    RowNode& node = handle.own();
    if (node.leaf) {
        return put_or_split(node, position(node, row.place, row.number), row);
    }
    const std::size_t i = child_of(node, row.place, row.number);
    Handle right = insert_below(inner_of(node).children[i], row);
    name_child(node, i);
    return right.node() == nullptr ? Handle() : put_or_split(node, i + 1, std::move(right));
}

/// Joins child i + 1 into child i where both fit.
void join(RowNode& node, std::size_t i) {
    RowInner& inner = inner_of(node);
    if (i + 1 >= node.count) {
        return;
    }
    const std::size_t left = inner.children[i].node()->count;
    const std::size_t right = inner.children[i + 1].node()->count;
    if (left + right > capacity || (left >= few && right >= few)) {
        return;
    }
    RowNode& target = inner.children[i].own();
    RowNode& source = inner.children[i + 1].own();
    move_entries(source, 0, target, target.count);
    target.count = static_cast<std::uint16_t>(left + right);
    source.count = 0;
    close_gap(node, i + 1);
}

/// The row is there.
void erase_below(Handle& handle, Place place, std::uint64_t number) {
    RowNode& node = handle.own();
    if (node.leaf) {
        close_gap(node, position(node, place, number));
        return;
    }
    const std::size_t i = child_of(node, place, number);
    erase_below(inner_of(node).children[i], place, number);
    if (inner_of(node).children[i].node()->count == 0) {
        close_gap(node, i);
        return;
    }
    name_child(node, i);
    join(node, i);
    if (i > 0) {
        join(node, i - 1);
    }
}

bool contains(const RowNode* node, Place place, std::uint64_t number) {
    while (node != nullptr && !node->leaf) {
        node = as_inner(*node).children[child_of(*node, place, number)].node();
    }
    if (node == nullptr) {
        return false;
    }
    const std::size_t i = position(*node, place, number);
    return i < node->count && node->places[i] == place && node->numbers[i] == number;
}

/// True when a row of the resource is there.
bool has_rows_of(const RowNode* node, Key resource) {
    const Place begin = place_of(resource, 0);
    while (node != nullptr) {
        const std::size_t i = first_at(*node, begin);
        if (i < node->count && node->places[i] < place_of(resource + 1, 0)) {
            return true;
        }
        if (node->leaf || i == 0) {
            return false;
        }
        node = as_inner(*node).children[i - 1].node();
    }
    return false;
}

/// Asks for all keys of a node at once: a search would wait for one after the other.
void prefetch(const RowNode* node) {
    constexpr std::size_t line = 64;
    const auto* bytes = reinterpret_cast<const char*>(node->places.data());
    for (std::size_t i = 0; i < sizeof(RowNode::places); i += line) {
        __builtin_prefetch(bytes + i);
    }
}

std::size_t bytes_of(const RowNode& node) {
    if (node.leaf) {
        return sizeof(RowLeaf);
    }
    std::size_t bytes = sizeof(RowInner);
    for (std::size_t i = 0; i < node.count; ++i) {
        bytes += bytes_of(*as_inner(node).children[i].node());
    }
    return bytes;
}

}  // namespace

RowNode* RowNode::clone() const {
    return leaf ? static_cast<RowNode*>(new RowLeaf(as_leaf(*this)))
                : new RowInner(as_inner(*this));
}

void RowNode::dispose(RowNode* node) {
    if (node->leaf) {
        delete &leaf_of(*node);
    } else {
        delete &inner_of(*node);
    }
}

bool RowTree::insert(const Row& row) {
    if (contains(root_.node(), row.place, row.number)) {
        return false;
    }
    if (root_.node() == nullptr) {
        root_ = Handle(new RowLeaf);
    }
    Handle right = insert_below(root_, row);
    if (right.node() != nullptr) {
        Handle top(new RowInner);
        RowNode& node = top.own();
        put(node, 0, std::move(root_));
        put(node, 1, std::move(right));
        root_ = std::move(top);
        ++height_;
    }
    ++size_;
    if (const Key resource = resource_of(row.place); !resources_.contains(resource)) {
        resources_.insert(resource);
    }
    return true;
}

bool RowTree::erase(Place place, std::uint64_t number) {
    if (!contains(root_.node(), place, number)) {
        return false;
    }
    erase_below(root_, place, number);
    while (root_.node() != nullptr && !root_.node()->leaf && root_.node()->count == 1) {
        Handle only = as_inner(*root_.node()).children[0];
        root_ = std::move(only);
        --height_;
    }
    if (root_.node()->count == 0) {
        root_ = Handle();
        height_ = 0;
    }
    --size_;
    if (const Key resource = resource_of(place); !has_rows_of(root_.node(), resource)) {
        resources_.erase(resource);
    }
    return true;
}

void RowTree::find_starts(std::span<Start> starts) const {
    for (Start& start : starts) {
        start.node = root_.node();
    }
    for (std::size_t level = 0; level < height_; ++level) {
        for (Start& start : starts) {
            if (start.node == nullptr || start.node->leaf) {
                continue;
            }
            const RowInner& node = as_inner(*start.node);
            const Place end = place_of(start.resource + 1, 0);
            std::size_t i = first_at(node, place_of(start.resource, 0));
            i = i == 0 ? 0 : i - 1;
            const bool goes_on = i + 1 < node.count && node.places[i + 1] < end;
            if (!goes_on) {
                start.node = node.children[i].node();
            }
            if (height_ > 1) {  // a small tree is near anyway
                // The first of them: whether the others matter is seen on the way.
                const std::size_t last = std::min<std::size_t>(i + 3, node.count);
                do {
                    prefetch(node.children[i].node());
                } while (++i < last && node.places[i] < end);
            }
        }
    }
}

std::size_t RowTree::bytes() const {
    return resources_.bytes() + (root_.node() == nullptr ? 0 : bytes_of(*root_.node()));
}

}  // namespace charter::policy
