#include "charter/policy/entities.hpp"

#include <utility>

namespace charter::policy {
namespace {

Error refused(const EntityUid& uid, std::string_view what) {
    return {ErrorCode::invalid_request, uid.text() + " " + std::string(what)};
}

bool same(const Entity& a, const Entity& b) {
    using Uids = std::unordered_set<EntityUid>;
    return a.attributes == b.attributes && a.tags == b.tags &&
           Uids(a.parents.begin(), a.parents.end()) == Uids(b.parents.begin(), b.parents.end());
}

}  // namespace

Result<EntityMap> EntityMap::make(std::vector<Entity> entities) {
    EntityMap map;
    for (Entity& entity : entities) {
        if (!entity.attributes.is(ValueKind::record) || !entity.tags.is(ValueKind::record)) {
            return refused(entity.uid, "has attributes or tags that are no record");
        }
        const EntityUid uid = entity.uid;
        const auto known = map.nodes_.find(uid);
        if (known == map.nodes_.end()) {
            map.nodes_.emplace(uid, Node{std::move(entity), {}});
        } else if (!same(known->second.entity, entity)) {
            return refused(uid, "is given twice, and not the same");
        }
    }

    // From every entity up: no recursion, and a cycle shows as being reached again.
    for (auto& [uid, node] : map.nodes_) {
        std::vector<EntityUid> open = node.entity.parents;
        while (!open.empty()) {
            const EntityUid ancestor = std::move(open.back());
            open.pop_back();
            if (ancestor == uid) {
                return refused(uid, "is its own ancestor");
            }
            if (!node.ancestors.insert(ancestor).second) {
                continue;
            }
            if (const Entity* found = map.find(ancestor)) {
                open.insert(open.end(), found->parents.begin(), found->parents.end());
            }
        }
    }
    return map;
}

const Entity* EntityMap::find(const EntityUid& uid) const {
    const auto found = nodes_.find(uid);
    return found == nodes_.end() ? nullptr : &found->second.entity;
}

bool EntityMap::is_in(const EntityUid& descendant, const EntityUid& ancestor) const {
    if (descendant == ancestor) {
        return true;
    }
    const auto found = nodes_.find(descendant);
    return found != nodes_.end() && found->second.ancestors.contains(ancestor);
}

}  // namespace charter::policy
