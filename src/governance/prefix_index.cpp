#include "charter/governance/prefix_index.hpp"

#include <vector>

namespace charter {

namespace {

/// "s3://bucket/", "s3://bucket/a/", "s3://bucket/a/b/": each prefix of a URI by
/// whole segments, the shortest first.
std::vector<std::string> prefixes(const StorageUri& uri) {
    const std::string text = uri.text();
    std::vector<std::string> found;
    const std::size_t authority = text.find("://") + 3;
    for (std::size_t slash = text.find('/', authority); slash != std::string::npos;
         slash = text.find('/', slash + 1)) {
        found.push_back(text.substr(0, slash + 1));
    }
    return found;
}

}  // namespace

bool PrefixIndex::overlaps(const StorageUri& uri, ResourceId except) const {
    const std::vector<std::string> all = prefixes(uri);
    std::size_t own_below = 0;
    for (const std::string& prefix : all) {
        const Slot* slot = slots_.find(prefix);
        if (slot != nullptr && slot->count > 0) {
            if (slot->holder != except) {
                return true;
            }
            if (prefix == all.back()) {
                own_below = slot->count;
            }
        }
    }
    const Slot* own = slots_.find(all.back());
    // What the holder itself has further below is not told apart here: a port
    // has one place (two while a draft moves it), and may not nest its own.
    return own != nullptr && own->below > own_below;
}

std::optional<ResourceId> PrefixIndex::covering(const StorageUri& uri) const {
    for (const std::string& prefix : prefixes(uri)) {
        const Slot* slot = slots_.find(prefix);
        if (slot != nullptr && slot->count > 0) {
            return slot->holder;
        }
    }
    return std::nullopt;
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
