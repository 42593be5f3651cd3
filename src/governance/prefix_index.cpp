#include "charter/governance/prefix_index.hpp"

#include <utility>
#include <vector>

namespace charter {

namespace {

/// Visits "s3://bucket/", "s3://bucket/a/", "s3://bucket/a/b/": each prefix of a URI by whole
/// segments, the shortest first, until the answer is false.
template <class Visit>
void for_each_prefix(const StorageUri& uri, Visit&& visit) {
    const std::string& text = uri.text();
    std::string prefix;
    prefix.reserve(text.size());
    const std::size_t authority = text.find("://") + 3;
    for (std::size_t slash = text.find('/', authority); slash != std::string::npos;
         slash = text.find('/', slash + 1)) {
        prefix.append(text, prefix.size(), slash + 1 - prefix.size());
        if (!visit(std::as_const(prefix))) {
            return;
        }
    }
}

std::vector<std::string> prefixes(const StorageUri& uri) {
    std::vector<std::string> found;
    for_each_prefix(uri, [&](const std::string& prefix) {
        found.push_back(prefix);
        return true;
    });
    return found;
}

}  // namespace

bool PrefixIndex::overlaps(const StorageUri& uri, ResourceId except) const {
    bool found = false;
    std::size_t below = 0;
    std::size_t own_below = 0;
    for_each_prefix(uri, [&](const std::string& prefix) {
        const Slot* slot = slots_.find(prefix);
        found = slot != nullptr && slot->count > 0 && slot->holder != except;
        below = slot != nullptr ? slot->below : 0;
        own_below = slot != nullptr && slot->count > 0 ? slot->count : 0;
        return !found;
    });
    // What the holder itself has further below is not told apart here: a port
    // has one place (two while a draft moves it), and may not nest its own.
    return found || below > own_below;
}

bool PrefixIndex::alone(const StorageUri& uri, ResourceId holder, std::size_t own_inside) const {
    bool others = false;
    std::size_t below = 0;
    for_each_prefix(uri, [&](const std::string& prefix) {
        const Slot* slot = slots_.find(prefix);
        others = slot != nullptr && slot->count > 0 && slot->holder != holder;
        below = slot != nullptr ? slot->below : 0;
        return !others;
    });
    return !others && below == own_inside;
}

std::optional<ResourceId> PrefixIndex::covering(const StorageUri& uri) const {
    std::optional<ResourceId> holder;
    for_each_prefix(uri, [&](const std::string& prefix) {
        const Slot* slot = slots_.find(prefix);
        if (slot != nullptr && slot->count > 0) {
            holder = slot->holder;
        }
        return !holder;
    });
    return holder;
}

bool PrefixIndex::any_inside(const StorageUri& uri) const {
    const Slot* slot = slots_.find(prefixes(uri).back());
    return slot != nullptr && slot->below > 0;
}

void PrefixIndex::add(const StorageUri& uri, ResourceId holder) {
    const std::vector<std::string> all = prefixes(uri);
    for (const std::string& prefix : all) {
        const Slot* found = slots_.find(prefix);
        Slot slot = found != nullptr ? *found : Slot{};
        slot.below += 1;
        if (prefix == all.back()) {
            slot.holder = holder;
            slot.count += 1;
        }
        slots_.insert_or_assign(prefix, slot);
    }
}

void PrefixIndex::remove(const StorageUri& uri, ResourceId holder) {
    const std::vector<std::string> all = prefixes(uri);
    for (const std::string& prefix : all) {
        const Slot* found = slots_.find(prefix);
        if (found == nullptr) {
            continue;
        }
        Slot slot = *found;
        slot.below -= 1;
        if (prefix == all.back() && slot.holder == holder && slot.count > 0) {
            slot.count -= 1;
        }
        if (slot.below == 0) {
            slots_.remove(prefix);
        } else {
            slots_.insert_or_assign(prefix, slot);
        }
    }
}

}  // namespace charter
