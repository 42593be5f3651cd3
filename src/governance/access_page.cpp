#include "governance/access_page.hpp"

namespace charter {

AccessPosition position_of(const World& world, const PolicyEntry& policy) {
    if (policy.origin != PolicyEntry::Origin::builtin) {
        return {access_phase::policy, 0, policy.id.value, 0};
    }
    const std::vector<PolicyPtr>& builtin = world.builtin();
    const auto found = std::find_if(builtin.begin(), builtin.end(), [&](const PolicyPtr& each) {
        return each.get() == &policy;
    });
    return {access_phase::builtin, 0, static_cast<std::uint64_t>(found - builtin.begin()) + 1, 0};
}

std::shared_ptr<const Entry> find_resource(const World& world, std::string_view path) {
    switch (std::count(path.begin(), path.end(), '/')) {
        case 0: return world.domain(path);
        case 1: return world.product(path);
        default: return world.port(path);
    }
}

std::shared_ptr<const Entry> find_resource(const World& world, ResourceId id) {
    if (const PortPtr port = world.port(id)) {
        return port;
    }
    const EntryPtr entry = world.find(id);
    const bool resource =
        entry && (entry->kind == Kind::domain || entry->kind == Kind::product);
    return resource ? entry : nullptr;
}

bool governs(const World& world, const Caller& asker, const Target& target) {
    Decider audit(world, asker, Action::audit);
    return audit.allows(target_of(world)) ||
           (target.domain != nullptr && audit.allows(target_of(world, *target.domain))) ||
           Decider(world, asker, Action::grant).allows(target);
}

}  // namespace charter
