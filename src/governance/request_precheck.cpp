// Which rules would still say no if a request were granted.
#include "charter/base/limits.hpp"
#include "governance/fold.hpp"
#include "governance/request_rules.hpp"

#include <algorithm>
#include <map>

namespace charter {

namespace {

/// Who is decided for: the beneficiary, or for a team the asker or a member, since a team by
/// itself reads nothing. Null: there is nobody.
PrincipalPtr decided_for(const World& world, const Caller& asker,
                         const PrincipalName& beneficiary) {
    if (beneficiary.kind != Kind::domain) {
        return world.principal(beneficiary);
    }
    if (asker.principal->node->entity.is_in(principal_uid(beneficiary))) {
        return asker.principal;
    }
    const DomainPtr team = world.domain(beneficiary.name);
    for (const PrincipalName& member : team ? team->members : std::vector<PrincipalName>{}) {
        if (const PrincipalPtr principal = world.principal(member)) {
            return principal;
        }
    }
    return nullptr;
}

/// Ports at or below the resource, at most so many and with so many columns; one at least.
std::vector<PortPtr> ports_of(const World& world, ResourceId resource) {
    std::vector<PortPtr> ports;
    std::size_t columns = 0;
    const auto add = [&](const ProductEntry* product) {
        for (const PortPtr& port : product != nullptr ? product->ports : std::vector<PortPtr>{}) {
            columns += port->columns.size();
            if (ports.empty() || (ports.size() < limits::precheck_ports_max &&
                                  columns <= limits::precheck_columns_max)) {
                ports.push_back(port);
            }
        }
    };
    if (const PortPtr port = world.port(resource)) {
        return {port};
    }
    add(world.find<ProductEntry>(resource).get());
    for (const ResourceId product : world.products_of(resource)) {
        if (ports.size() == limits::precheck_ports_max || columns > limits::precheck_columns_max) {
            break;
        }
        add(world.find<ProductEntry>(product).get());
    }
    return ports;
}

}  // namespace

Json precheck(const World& world, const Caller& asker, const PrincipalName& beneficiary,
              ResourceId resource, const std::string& purpose, const Resource& grant) {
    Json found = Json::array();
    World granted = world;
    const PrincipalPtr principal = decided_for(granted, asker, beneficiary);
    if (!principal || !granted.put(grant)) {
        return found;
    }
    Caller reader = asker;
    reader.principal = principal;
    if (principal->id != asker.principal->id) {
        reader.address.clear();  // nobody knows from where
    }
    const ActionSet asked = granted.find<GrantEntry>(grant.id)->actions;
    const std::vector<PortPtr> ports = ports_of(granted, resource);
    for (const Action action : {Action::read, Action::read_masked, Action::write}) {
        if ((asked & bit(action)) == 0) {
            continue;
        }
        Decider decider(granted, reader, action, purpose);
        std::map<std::string, Json> denied;  // rule -> ports
        for (const PortPtr& port : ports) {
            const Verdict verdict = action == Action::write
                                        ? decider.decide(target_of(granted, *port))
                                        : decider.decide_columns(*port).verdict;
            for (const Ground& ground :
                 verdict.forbidden ? verdict.determined_by : std::vector<Ground>{}) {
                Json& on = denied[std::string(ground.label)];
                if (on.size() < limits::precheck_ports_shown_max) {
                    on.push_back(port->path);
                }
            }
        }
        for (auto& [rule, on] : denied) {
            found.push_back({{"rule", rule}, {"action", action_name(action)}, {"on", std::move(on)}});
        }
    }
    return found;
}

}  // namespace charter
