// What a suspension means to a decision.
#include "charter/governance/decide.hpp"
#include "charter/governance/leasable.hpp"

#include <algorithm>

namespace charter {

namespace {

/// Of what a principal is in, a domain stands for its team: closing the domain's data does not
/// shut out its members.
bool shut_out(const World& world, const PrincipalEntry& principal) {
    return std::ranges::any_of(principal.grantees, [&](ResourceId id) {
        if (!world.suspended(id)) {
            return false;
        }
        const EntryPtr entry = world.find(id);
        return !entry || entry->kind != Kind::domain;
    });
}

/// That of the storage in which the port of a target lies.
const SuspensionEntry* suspended_below(const World& world, const Target& target) {
    const PortPtr port = world.port(target.grant_on[0]);
    const auto storage = port ? leasable_storage(world, *port) : nullptr;
    return storage ? world.suspension_of(storage->id) : nullptr;
}

}  // namespace

bool closed(const World& world, const PrincipalEntry& principal) {
    return principal.disabled || (world.any_suspended() && shut_out(world, principal));
}

const SuspensionEntry* suspension_over(const World& world, const Target& target) {
    if (!world.any_suspended()) {
        return nullptr;
    }
    for (const ResourceId id : target.grant_on) {
        if (const SuspensionEntry* found = world.suspension_of(id)) {
            return found;
        }
    }
    const DomainEntry* at = target.domain;
    for (DomainPtr above; at != nullptr; at = above.get()) {
        if (const SuspensionEntry* found = world.suspension_of(at->id)) {
            return found;
        }
        above = at->parent_name.empty() ? nullptr : world.domain(at->parent_name);
    }
    return suspended_below(world, target);
}

std::string reason_for(const World& world, const Caller& caller, const Verdict& verdict,
                       const Target& target) {
    if (verdict.suspension == nullptr ||
        !Decider(world, caller, Action::describe).allows(target)) {
        return verdict.reason();
    }
    return "suspended: " + verdict.suspension->reason;
}

}  // namespace charter
