#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace charter {

/// Key to values, as one resource carries them. A key that is there has at least
/// one value; values do not repeat.
using Tags = std::map<std::string, std::vector<std::string>>;

/// Keys whose values add up on the way down instead of being replaced.
using ProtectedKeys = std::set<std::string>;

/// The tags of a resource with `own` tags below one with the effective tags
/// `above`. Per key: own values replace the inherited set, and where the key is
/// protected they join it.
Tags inherit_tags(const Tags& above, const Tags& own, const ProtectedKeys& protected_keys = {});

/// One level of the way from a domain down to a column.
struct TagLevel {
    std::string resource;  // "customer/customers": told as the origin
    Tags tags;
};

/// A key's effective values and the lowest resource that set them.
struct EffectiveTag {
    std::vector<std::string> values;
    std::string origin;

    friend bool operator==(const EffectiveTag&, const EffectiveTag&) = default;
};
using EffectiveTags = std::map<std::string, EffectiveTag>;

/// The effective tags of the last of `levels`, which go from the top (domain)
/// down (product, port, column).
EffectiveTags effective_tags(std::span<const TagLevel> levels,
                             const ProtectedKeys& protected_keys = {});

}  // namespace charter
