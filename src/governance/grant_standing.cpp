#include "charter/governance/grant_standing.hpp"

#include <algorithm>

namespace charter {

namespace {

/// Without what it passes on.
UtcTime own_end(const GrantEntry& grant, const DomainEntry* domain) {
    const bool lapses = domain != nullptr && domain->access.lapse_unreviewed;
    return lapses ? std::min(grant.expires_at, grant.review_at) : grant.expires_at;
}

std::string_view what_is_gone(const World& world, const GrantEntry& grant,
                              const std::optional<Target>& target) {
    if (!world.find(grant.grantee)) {
        return "the grantee is gone";
    }
    if (!target) {
        return "the resource is gone";
    }
    if (!grant.passed_on) {
        return "";
    }
    const auto parent = world.find<GrantEntry>(grant.passed_on);
    if (!parent || parent->revoked || !world.find(parent->grantee)) {
        return "the grant that it passes on is gone";
    }
    return is_in_team(world, grant.grantee, parent->grantee) ? ""
                                                             : "the grantee is not in the team";
}

}  // namespace

bool is_in_team(const World& world, ResourceId principal, ResourceId team) {
    const auto entry = world.find<PrincipalEntry>(principal);
    return entry && std::ranges::find(entry->grantees, team) != entry->grantees.end();
}

UtcTime end_of(const World& world, const GrantEntry& grant, const DomainEntry* domain) {
    const UtcTime own = own_end(grant, domain);
    if (!grant.passed_on) {
        return own;
    }
    const auto parent = world.find<GrantEntry>(grant.passed_on);
    if (!parent || parent->revoked || !parent->delegable ||
        !is_in_team(world, grant.grantee, parent->grantee)) {
        return UtcTime::min();
    }
    return std::min(own, own_end(*parent, domain));
}

std::optional<Target> target_of(const World& world, const GrantEntry& grant) {
    return resource_target(world, grant.resource);
}

GrantStanding standing_of(const World& world, const GrantEntry& grant, UtcTime now) {
    if (grant.revoked) {
        return {"revoked", ""};
    }
    const std::optional<Target> target = target_of(world, grant);
    if (const std::string_view gone = what_is_gone(world, grant, target); !gone.empty()) {
        return {"revoked", gone};
    }
    if (now >= end_of(world, grant, target->domain)) {
        return {"expired", ""};
    }
    return {now < grant.not_before ? "scheduled" : "active", ""};
}

std::optional<Target> passed_on_in(const World& world, const GrantEntry& grant) {
    const auto parent = world.find<GrantEntry>(grant.passed_on);
    const auto team = parent ? world.find<DomainEntry>(parent->grantee) : nullptr;
    return team ? std::optional<Target>(target_of(world, *team)) : std::nullopt;
}

bool decides_on(const World& world, const Caller& caller, const GrantEntry& grant) {
    Decider decider(world, caller, Action::grant);
    const std::optional<Target> target = target_of(world, grant);
    if (target && decider.allows(*target)) {
        return true;
    }
    const std::optional<Target> team = passed_on_in(world, grant);
    if (team && decider.allows(*team)) {
        return true;
    }
    return !target && Decider(world, caller, Action::administer).allows(target_of(world));
}

}  // namespace charter
