#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace charter {

/// Counts who holds a node of a persistent structure. A copy of a node begins anew.
struct Holders {
    Holders() = default;
    Holders(const Holders&) noexcept {}
    Holders& operator=(const Holders&) = delete;

    std::atomic<std::size_t> count{1};
};

/// A counted reference to a node that versions of a persistent structure share.
/// Not shared_ptr: the test for "nobody else holds it" must be an acquire load
/// before a node is changed in place, and use_count() is relaxed.
///
/// Node has a member `Holders holders`, `Node* clone() const` and
/// `static void dispose(Node*)`.
///
/// Thread safety: as shared_ptr.
template <class Node>
class Counted {
public:
    Counted() = default;
    /// Takes over a node that was just made.
    explicit Counted(Node* node) noexcept : node_(node) {}
    Counted(const Counted& other) noexcept : node_(other.node_) {
        if (node_ != nullptr) {
            node_->holders.count.fetch_add(1, std::memory_order_relaxed);
        }
    }
    Counted(Counted&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    Counted& operator=(Counted other) noexcept {
        swap(other);
        return *this;
    }
    ~Counted() {
        if (node_ != nullptr && node_->holders.count.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            Node::dispose(node_);
        }
    }

    void swap(Counted& other) noexcept { std::swap(node_, other.node_); }
    const Node* node() const noexcept { return node_; }

    /// The node for changing: itself when only this reference holds it, else a copy.
    /// Asked from the root down, so "only this reference" means "only this structure".
    Node& own() {
        if (node_->holders.count.load(std::memory_order_acquire) != 1) {
            *this = Counted(node_->clone());
        }
        return *node_;
    }

private:
    Node* node_ = nullptr;
};

}  // namespace charter
