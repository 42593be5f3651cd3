#include "governance/request_rules.hpp"

#include "governance/fold.hpp"

#include <algorithm>

namespace charter {

namespace {

bool is_grantee(const PrincipalEntry& principal, ResourceId id) {
    return std::ranges::find(principal.grantees, id) != principal.grantees.end();
}

}  // namespace

std::optional<Target> request_target(const World& world, const RequestEntry& request) {
    if (std::optional<Target> target = resource_target(world, request.resource)) {
        return target;
    }
    const auto domain = world.find<DomainEntry>(request.domain);
    return domain ? std::optional<Target>(target_of(world, *domain)) : std::nullopt;
}

std::uint64_t seen_revision(const World& world, ResourceId resource) {
    const PortPtr port = world.port(resource);
    const EntryPtr entry = world.find(port ? port->product : resource);
    return entry ? entry->revision : 0;
}

bool may_ask_for(const World& world, const PrincipalEntry& asker,
                 const PrincipalName& beneficiary) {
    const ResourceId id = world.grantee_id(beneficiary);
    if (!id || is_grantee(asker, id)) {
        return static_cast<bool>(id);
    }
    const auto owns = [&](const std::string& domain) {
        return asker.node->entity.is_in(owners_uid(domain));
    };
    if (beneficiary.kind == Kind::domain) {
        return owns(beneficiary.name);
    }
    const PrincipalPtr other = world.principal(beneficiary);
    return other && std::ranges::any_of(other->grantees, [&](ResourceId team) {
        const auto domain = world.find<DomainEntry>(team);
        return domain && owns(domain->name);
    });
}

std::optional<std::string> purpose_unfit(const World& world, const DomainEntry& domain,
                                         const PrincipalName& beneficiary,
                                         const std::string& purpose) {
    const auto entry =
        std::dynamic_pointer_cast<const PurposeEntry>(world.find(Kind::purpose, purpose));
    if (!entry) {
        return "there is no purpose `" + purpose + "`";
    }
    const policy::EntityUid claims = principal_uid(beneficiary);
    const bool may = entry->anybody ||
                     std::ranges::any_of(entry->claimable_by, [&](const PrincipalName& name) {
                         return world.is_in(claims, principal_uid(name));
                     });
    if (!may) {
        return "purpose `" + purpose + "` is not for " + beneficiary.text() + " to claim";
    }
    const auto& accepted = domain.access.purposes;
    if (accepted && std::ranges::find(*accepted, purpose) == accepted->end()) {
        return "domain `" + domain.name + "` takes no requests for purpose `" + purpose + "`";
    }
    return std::nullopt;
}

std::optional<std::string> decides_not(const World& world, const PrincipalEntry& principal,
                                       const RequestEntry& request) {
    if (principal.id == request.by) {
        return "who asked for it does not decide it";
    }
    if (is_grantee(principal, request.beneficiary)) {
        return "who would get the access does not decide it, also not through a group or team";
    }
    // He says who is in it: himself tomorrow. Owners of what is asked for could grant it anyway.
    const auto team = world.find<DomainEntry>(request.beneficiary);
    if (team && team->id != request.domain &&
        principal.node->entity.is_in(owners_uid(team->name))) {
        return "an owner of the team that would get the access does not decide it";
    }
    return std::nullopt;
}

std::optional<PrincipalName> name_of_beneficiary(const World& world, ResourceId id) {
    const EntryPtr entry = world.find(id);
    if (const auto* principal = dynamic_cast<const PrincipalEntry*>(entry.get())) {
        return principal->principal;
    }
    return entry && entry->kind == Kind::domain
               ? std::optional<PrincipalName>(PrincipalName{Kind::domain, entry->name})
               : std::nullopt;
}

bool request_readable(const World& world, const Caller& caller, const RequestEntry& request) {
    if (request.by == caller.principal->id || is_grantee(*caller.principal, request.beneficiary)) {
        return true;
    }
    const auto allows = [&](Action action, const Target& target) {
        return Decider(world, caller, action).allows(target);
    };
    const std::optional<Target> target = request_target(world, request);
    if (target && allows(Action::approve, *target)) {
        return true;
    }
    const auto domain = world.find<DomainEntry>(request.domain);
    return (domain && allows(Action::audit, target_of(world, *domain))) ||
           allows(Action::audit, target_of(world));
}

bool may_decide_request(const World& world, const Caller& caller, const RequestEntry& request,
                        Decider& approve) {
    const std::optional<Target> target = resource_target(world, request.resource);
    return is_open(request_state_of(request.state)) && target &&
           !decides_not(world, *caller.principal, request) && approve.allows(*target);
}

std::vector<std::string> action_names(ActionSet actions) {
    std::vector<std::string> names;
    for (const std::string_view name : grant_actions) {
        if ((actions & bit(*parse_action(name))) != 0) {
            names.emplace_back(name);
        }
    }
    return names;
}

std::optional<std::string> path_of(const World& world, ResourceId resource) {
    const PortPtr port = world.port(resource);
    const EntryPtr entry = port ? port : world.find(resource);
    return entry ? std::optional<std::string>(entry->path) : std::nullopt;
}

bool approved_once_by(const Resource& request, const Caller& caller) {
    const Json state = Json::parse(request.state);
    const Json approvals = state.value("approvals", Json::array());
    return request_state_of(state.value("state", "")) == RequestState::approved_once &&
           approvals.front().value("id", "") == caller.principal->id.text();
}

void add_history(Json& state, UtcTime at, const std::string& by, std::string_view step,
                 const std::string& text) {
    Json entry{{"at", format_time(at)}, {"by", by}, {"step", step}};
    if (!text.empty()) {
        entry["reason"] = text;
    }
    state["history"].push_back(std::move(entry));
}

}  // namespace charter
