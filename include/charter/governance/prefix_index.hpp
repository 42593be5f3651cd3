#pragma once

#include "charter/base/persistent_map.hpp"
#include "charter/catalog/resource.hpp"
#include "charter/catalog/storage_uri.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace charter {

/// URI prefixes and who holds each, so that "does anything overlap this?" costs
/// by the depth of the URI and not by how many there are. A persistent value.
/// Compared by path segments: `s3://b/a` does not cover `s3://b/ab`.
class PrefixIndex {
public:
    /// Who holds a prefix that lies in `uri`, covers it or equals it, other than
    /// `except`.
    bool overlaps(const StorageUri& uri, ResourceId except) const;

    /// Who holds the prefix that covers or equals `uri`.
    std::optional<ResourceId> covering(const StorageUri& uri) const;

    /// Whether nobody but `holder` holds a prefix that lies in `uri`, covers it or equals it;
    /// the holder itself has `own_inside` in it or equal to it.
    bool alone(const StorageUri& uri, ResourceId holder, std::size_t own_inside) const;

    /// Whether somebody holds a prefix inside `uri` (or `uri` itself).
    bool any_inside(const StorageUri& uri) const;

    void add(const StorageUri& uri, ResourceId holder);
    void remove(const StorageUri& uri, ResourceId holder);

private:
    struct Slot {
        ResourceId holder;      // who holds exactly this prefix; none: nobody
        std::size_t count = 0;  // how often the holder added it (drafted and published)
        std::size_t below = 0;  // prefixes held inside this one, itself included
    };

    PersistentMap<std::string, Slot> slots_;
};

}  // namespace charter
