#include "governance/access_members.hpp"

#include "charter/base/limits.hpp"
#include "governance/fold.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <unordered_set>

namespace charter {

namespace {

constexpr std::string_view owners_role = "/owners";
constexpr std::string_view stewards_role = "/stewards";

bool has_members(Kind kind) {
    return kind == Kind::group || kind == Kind::domain;
}

/// Walks down from ids of principals and domains.
class Gathering {
public:
    explicit Gathering(const World& world) : world_(world) {}

    void add(ResourceId id) {
        if (!seen_.insert(id).second) {
            return;
        }
        if (seen_.size() > limits::access_members_max) {
            people_.complete = false;
            return;
        }
        const EntryPtr entry = world_.find(id);
        if (!entry) {
            return;
        }
        if (!has_members(entry->kind)) {
            people_.ids.push_back(id);
            return;
        }
        world_.members_of().for_each(id.value, [&](std::uint64_t member) {
            add(ResourceId{member});
            return people_.complete;
        });
    }

    People take() && {
        std::sort(people_.ids.begin(), people_.ids.end());
        return std::move(people_);
    }

private:
    const World& world_;
    std::unordered_set<ResourceId> seen_;
    People people_;
};

/// The owners of a domain and of those above it, its stewards, those of a tag key.
std::vector<PrincipalName> bearers_of_role(const World& world, std::string_view role) {
    std::vector<PrincipalName> names;
    constexpr std::string_view tag = "tag/";
    if (role.ends_with(stewards_role)) {
        role.remove_suffix(stewards_role.size());
        if (role.starts_with(tag)) {
            const auto key = std::dynamic_pointer_cast<const TagEntry>(
                world.find(Kind::tag, role.substr(tag.size())));
            return key ? key->stewards : names;
        }
        const DomainPtr domain = world.domain(role);
        return domain ? domain->stewards : names;
    }
    if (!role.ends_with(owners_role)) {
        return names;
    }
    role.remove_suffix(owners_role.size());
    for (DomainPtr domain = world.domain(role); domain;
         domain = domain->parent_name.empty() ? nullptr : world.domain(domain->parent_name)) {
        names.insert(names.end(), domain->owners.begin(), domain->owners.end());
    }
    return names;
}

/// What an entity of a principal's kind is directly in.
std::vector<policy::EntityUid> directly_above(const World& world, const policy::EntityUid& uid) {
    const std::string& id = uid.id();
    if (uid.type() == "Group" && id.ends_with(owners_role)) {
        std::vector<policy::EntityUid> below;  // owners above are owners here
        for (const ResourceId child :
             world.domains_below(std::string_view(id).substr(0, id.size() - owners_role.size()))) {
            if (const EntryPtr domain = world.find(child)) {
                below.push_back(owners_uid(domain->name));
            }
        }
        return below;
    }
    const NodePtr node = world.node(uid);
    return node ? node->entity.parents : std::vector<policy::EntityUid>{};
}

std::string name_of(const policy::EntityUid& uid) {
    if (uid.type() == "Team") {
        return "domain:" + uid.id();
    }
    std::string name(uid.type());
    name.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(name.front())));
    return name + ":" + uid.id();
}

}  // namespace

People people_of(const World& world, ResourceId grantee) {
    Gathering gathering(world);
    gathering.add(grantee);
    return std::move(gathering).take();
}

People people_among(const World& world, std::span<const PrincipalName> roots) {
    Gathering gathering(world);
    for (const PrincipalName& name : roots) {
        if (const ResourceId id = world.grantee_id(name)) {
            gathering.add(id);
        }
    }
    return std::move(gathering).take();
}

policy::EntityUid bearer_of(const GrantEntry& grant) {
    return grant.delegable ? owners_uid(grant.grantee_name.name)
                           : principal_uid(grant.grantee_name);
}

People people_in(const World& world, const policy::EntityUid& uid) {
    if (uid.type() == "Group" && uid.id().find('/') != std::string::npos) {
        return people_among(world, bearers_of_role(world, uid.id()));
    }
    const Result<PrincipalName> name = PrincipalName::parse(name_of(uid));
    return name ? people_of(world, world.grantee_id(*name)) : People{};
}

std::vector<std::string> chain_to(const World& world, const PrincipalEntry& principal,
                                  const policy::EntityUid& target) {
    std::map<policy::EntityUid, policy::EntityUid> came_from;
    std::vector<policy::EntityUid> front{principal.node->entity.uid};
    came_from.emplace(front.front(), front.front());
    while (!front.empty() && !came_from.contains(target)) {
        std::vector<policy::EntityUid> next;
        for (const policy::EntityUid& uid : front) {
            for (policy::EntityUid& above : directly_above(world, uid)) {
                if (came_from.emplace(above, uid).second) {
                    next.push_back(std::move(above));
                }
            }
        }
        front = std::move(next);
    }
    std::vector<std::string> chain;
    if (!came_from.contains(target)) {
        return chain;
    }
    for (policy::EntityUid at = target;; at = came_from.at(at)) {
        chain.push_back(name_of(at));
        if (at == principal.node->entity.uid) {
            break;
        }
    }
    std::reverse(chain.begin(), chain.end());
    return chain;
}

}  // namespace charter
