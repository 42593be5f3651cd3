#include "governance/access_standing.hpp"

#include "charter/governance/policy_check.hpp"
#include "charter/governance/resolver.hpp"

#include <algorithm>
#include <set>

namespace charter {

namespace {

using Kind_ = policy::Outcome::Kind;

Caller at(PrincipalPtr principal, UtcTime now) {
    Caller caller;
    caller.principal = std::move(principal);
    caller.now = now;
    return caller;
}

Asked asked_about(const World& world, const PortEntry& port, Action action) {
    const bool for_columns = action == Action::read || action == Action::read_masked;
    return {target_of(world, port), for_columns ? &port : nullptr};
}

}  // namespace

std::vector<PortPtr> ports_in(const World& world, const Entry& resource) {
    if (const auto* product = dynamic_cast<const ProductEntry*>(&resource)) {
        return product->ports;
    }
    if (resource.kind != Kind::domain) {
        const PortPtr port = world.port(resource.id);
        return port ? std::vector<PortPtr>{port} : std::vector<PortPtr>{};
    }
    std::vector<PortPtr> ports;
    for (const ResourceId id : world.products_of(resource.id)) {
        if (const auto product = world.find<ProductEntry>(id)) {
            ports.insert(ports.end(), product->ports.begin(), product->ports.end());
        }
    }
    return ports;
}

std::vector<Asked> asked_about(const World& world, const Entry& resource, Action action) {
    std::vector<Asked> asked;
    if (const auto* port = dynamic_cast<const PortEntry*>(&resource)) {
        asked.push_back(asked_about(world, *port, action));
    } else if ((bit(action) & data_actions) == 0) {
        if (const std::optional<Target> target = resource_target(world, resource.id)) {
            asked.push_back({*target});
        }
    } else {
        for (const PortPtr& each : ports_in(world, resource)) {
            asked.push_back(asked_about(world, *each, action));
        }
    }
    if (taken_by_suspension(action)) {
        std::erase_if(asked, [&](const Asked& each) {
            return suspension_over(world, each.target) != nullptr;
        });
    }
    return asked;
}

Standings::Standings(const World& world, PrincipalPtr principal, Action action, UtcTime now)
    : world_(world),
      principal_(std::move(principal)),
      action_(action),
      now_(now),
      plain_(world, at(principal_, now), action) {}

Decider& Standings::favourable(const Favour& favour) {
    std::unique_ptr<Decider>& decider = favourable_[favour];
    if (!decider) {
        decider = std::make_unique<Decider>(
            world_, at(principal_, favour.second), action_,
            favour.first.empty() ? std::nullopt
                                 : std::optional<std::string_view>(favour.first));
    }
    return *decider;
}

std::optional<Standings::Favour> Standings::favour_of(const GrantEntry& grant) const {
    const bool waits = !grant.purposes.empty() || now_ < grant.not_before;
    if (!waits || grant.expires_at <= now_) {
        return std::nullopt;
    }
    Favour favour{"", std::max(now_, grant.not_before)};
    if (grant.purposes.empty()) {
        return favour;
    }
    const auto claimed = std::find_if(
        grant.purposes.begin(), grant.purposes.end(), [&](const std::string& purpose) {
            return !purpose_refused(world_, *principal_, purpose);
        });
    if (claimed == grant.purposes.end()) {
        return std::nullopt;
    }
    favour.first = *claimed;
    return favour;
}

void Standings::ask(const Target& target, Standing& standing, bool& alike) {
    std::vector<Held> permits;
    std::vector<Held> forbids;
    std::map<Favour, std::set<const GrantEntry*>> later;
    bool closed = false;
    plain_.hear(target, [&](const Decider::Part& part, Kind_ kind, bool ignores_resource) {
        alike = alike && ignores_resource;
        if (part.grant != nullptr) {
            const GrantEntry& grant = *part.grant;
            if (kind == Kind_::matched) {
                permits.push_back({part});
            } else if (const std::optional<Favour> favour = favour_of(grant)) {
                later[*favour].insert(&grant);
            }
            return;
        }
        const PolicyEntry& rule = *part.policy;
        if (rule.origin == PolicyEntry::Origin::shadow) {
            return;
        }
        const bool depends = rule.policy().reads_context();
        if (rule.forbids() && (depends || kind != Kind_::not_matched)) {
            closed = closed || !depends;
            forbids.push_back({part, depends});
        } else if (!rule.forbids() && (depends || kind == Kind_::matched)) {
            permits.push_back({part, depends});
        }
    });
    for (const auto& [favour, grants] : later) {
        favourable(favour).hear(target, [&](const Decider::Part& part, Kind_ kind, bool) {
            if (kind == Kind_::matched && grants.contains(part.grant)) {
                permits.push_back({part, true});
            }
        });
    }
    if (!permits.empty() && !closed) {
        standing.has = true;
        for (const Held& held : permits) {
            list(standing.permits, held);
        }
    }
    for (const Held& held : forbids) {
        list(standing.forbids, held);
    }
}

void Standings::list(std::vector<Held>& all, const Held& held) {
    const Entry* entry = held.part.policy;
    if (held.part.grant != nullptr) {
        entry = held.part.grant;
    }
    if (listed_.insert(entry).second) {
        all.push_back(held);
    }
}

Standing Standings::on(std::span<const Asked> asked) {
    Standing standing;
    listed_.clear();
    for (const Asked& each : asked) {
        bool alike = world_.rules_of_columns() == 0;
        if (each.port == nullptr) {
            ask(each.target, standing, alike);
            continue;
        }
        Target target = each.target;
        for (const ColumnEntry& column : each.port->columns) {
            target.node = column.node.get();
            ask(target, standing, alike);
            if (alike) {
                break;  // no rule tells one column from another
            }
        }
    }
    return standing;
}

bool scope_fits(const PolicyEntry& policy, Action action, const Node& node) {
    return (policy.actions & bit(action)) != 0 && reaches(policy.policy().resource(), node);
}

}  // namespace charter
