#include "charter/catalog/tags.hpp"

#include <algorithm>

namespace charter {

namespace {

void join(std::vector<std::string>& values, const std::vector<std::string>& more) {
    for (const std::string& value : more) {
        if (std::ranges::find(values, value) == values.end()) {
            values.push_back(value);
        }
    }
}

}  // namespace

Tags inherit_tags(const Tags& above, const Tags& own, const ProtectedKeys& protected_keys) {
    Tags effective = above;
    for (const auto& [key, values] : own) {
        if (protected_keys.contains(key)) {
            join(effective[key], values);
        } else {
            effective[key] = values;
        }
    }
    return effective;
}

EffectiveTags effective_tags(std::span<const TagLevel> levels,
                             const ProtectedKeys& protected_keys) {
    EffectiveTags effective;
    for (const TagLevel& level : levels) {
        for (const auto& [key, values] : level.tags) {
            EffectiveTag& tag = effective[key];
            if (protected_keys.contains(key)) {
                join(tag.values, values);
            } else {
                tag.values = values;
            }
            tag.origin = level.resource;
        }
    }
    return effective;
}

}  // namespace charter
