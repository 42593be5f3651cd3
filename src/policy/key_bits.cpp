#include "policy/key_bits.hpp"

#include <algorithm>
#include <utility>

namespace charter::policy {

KeyBits::Node* KeyBits::Node::clone() const {
    return page ? static_cast<Node*>(new Page(static_cast<const Page&>(*this)))
                : new Inner(static_cast<const Inner&>(*this));
}

void KeyBits::Node::dispose(Node* node) {
    if (node->page) {
        delete static_cast<Page*>(node);
    } else {
        delete static_cast<Inner*>(node);
    }
}

void KeyBits::insert(Key key) {
    while (std::uint64_t{key} >> (page_bits + fan_bits * levels_) != 0) {
        if (root_.node() != nullptr) {
            auto* top = new Inner;
            top->children[0] = std::move(root_);
            root_ = Handle(top);
        }
        ++levels_;
    }
    Handle* handle = &root_;
    for (unsigned level = levels_; level > 0; --level) {
        if (handle->node() == nullptr) {
            *handle = Handle(new Inner);
        }
        handle = &static_cast<Inner&>(handle->own()).children[place_in(key, level)];
    }
    if (handle->node() == nullptr) {
        *handle = Handle(new Page);
    }
    static_cast<Page&>(handle->own()).bits[key / 64 % words] |= std::uint64_t{1} << (key % 64);
}

void KeyBits::erase_below(Handle& handle, unsigned level, Key key) {
    bool empty = false;
    if (level == 0) {
        Page& page = static_cast<Page&>(handle.own());
        page.bits[key / 64 % words] &= ~(std::uint64_t{1} << (key % 64));
        empty = std::ranges::all_of(page.bits, [](std::uint64_t word) { return word == 0; });
    } else {
        Inner& inner = static_cast<Inner&>(handle.own());
        erase_below(inner.children[place_in(key, level)], level - 1, key);
        empty = std::ranges::all_of(
            inner.children, [](const Handle& child) { return child.node() == nullptr; });
    }
    if (empty) {
        handle = Handle();
    }
}

void KeyBits::erase(Key key) {
    if (!contains(key)) {
        return;
    }
    erase_below(root_, levels_, key);
    if (root_.node() == nullptr) {
        levels_ = 0;
    }
}

std::size_t KeyBits::bytes_of(const Node& node) {
    if (node.page) {
        return sizeof(Page);
    }
    std::size_t bytes = sizeof(Inner);
    for (const Handle& child : static_cast<const Inner&>(node).children) {
        bytes += child.node() == nullptr ? 0 : bytes_of(*child.node());
    }
    return bytes;
}

std::size_t KeyBits::bytes() const {
    return root_.node() == nullptr ? 0 : bytes_of(*root_.node());
}

}  // namespace charter::policy
