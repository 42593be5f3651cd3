#include "charter/policy/entities.hpp"

#include <algorithm>
#include <unordered_set>
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

AncestorSet::AncestorSet(std::vector<EntityUid> uids) : uids_(std::move(uids)) {
    std::ranges::sort(uids_, [](const EntityUid& a, const EntityUid& b) {
        return a.hash() != b.hash() ? a.hash() < b.hash() : a < b;
    });
    const auto repeated = std::ranges::unique(uids_);
    uids_.erase(repeated.begin(), repeated.end());
    uids_.shrink_to_fit();
    hashes_.reserve(uids_.size());
    for (const EntityUid& uid : uids_) {
        hashes_.push_back(uid.hash());
    }
}

bool AncestorSet::contains(const EntityUid& uid) const noexcept {
    const auto first = std::ranges::lower_bound(hashes_, uid.hash());
    for (auto i = static_cast<std::size_t>(first - hashes_.begin());
         i < hashes_.size() && hashes_[i] == uid.hash(); ++i) {
        if (uids_[i] == uid) {
            return true;
        }
    }
    return false;
}

Result<EntityMap> EntityMap::make(std::vector<Entity> entities) {
    EntityMap map;
    for (Entity& entity : entities) {
        if (!entity.attributes.is(ValueKind::record) || !entity.tags.is(ValueKind::record)) {
            return refused(entity.uid, "has attributes or tags that are no record");
        }
        const EntityUid uid = entity.uid;
        const auto known = map.entities_.find(uid);
        if (known == map.entities_.end()) {
            map.entities_.emplace(uid, std::move(entity));
        } else if (!same(known->second, entity)) {
            return refused(uid, "is given twice, and not the same");
        }
    }

    // From every entity up: no recursion, and a cycle shows as being reached again.
    for (auto& [uid, entity] : map.entities_) {
        std::unordered_set<EntityUid> reached;
        std::vector<EntityUid> open = entity.parents;
        while (!open.empty()) {
            const EntityUid ancestor = std::move(open.back());
            open.pop_back();
            if (ancestor == uid) {
                return refused(uid, "is its own ancestor");
            }
            if (!reached.insert(ancestor).second) {
                continue;
            }
            if (const Entity* found = map.find(ancestor)) {
                open.insert(open.end(), found->parents.begin(), found->parents.end());
            }
        }
        entity.ancestors = std::make_shared<const AncestorSet>(
            std::vector<EntityUid>(reached.begin(), reached.end()));
    }
    return map;
}

const Entity* EntityMap::find(const EntityUid& uid) const {
    const auto found = entities_.find(uid);
    return found == entities_.end() ? nullptr : &found->second;
}

}  // namespace charter::policy
