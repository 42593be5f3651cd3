// A request as it is shown: to everybody who may read it, and to one caller.
#include "charter/base/limits.hpp"
#include "governance/request_rules.hpp"

#include <algorithm>

namespace charter {

namespace {

ResourceId id_in(const Json& state, const char* field) {
    return ResourceId::parse(state.value(field, "")).value_or(ResourceId{});
}

/// {"added", "removed"} between two short lists.
Json changed(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    const auto without = [](const std::vector<std::string>& some,
                            const std::vector<std::string>& others) {
        Json left = Json::array();
        for (const std::string& each : some) {
            if (std::ranges::find(others, each) == others.end()) {
                left.push_back(each);
            }
        }
        return left;
    };
    return {{"added", without(after, before)}, {"removed", without(before, after)}};
}

/// What a renewal changes of the grant that it renews; null when that is gone.
Json difference(const World& world, const Json& shown, const Json& state, UtcTime now) {
    const auto old = world.find<GrantEntry>(id_in(state, "renews"));
    if (!old) {
        return nullptr;
    }
    UtcTime ends = now + std::chrono::seconds(shown.value("duration_s", std::int64_t{0}));
    auto actions = shown.value("actions", std::vector<std::string>{});
    std::vector<std::string> purposes{shown.value("purpose", "")};
    if (const auto made = world.find<GrantEntry>(id_in(state, "grant"))) {
        ends = made->expires_at;
        actions = action_names(made->actions);
        purposes = made->purposes;
    }
    Json result = Json::object();
    result["actions"] = changed(action_names(old->actions), actions);
    result["purposes"] = changed(old->purposes, purposes);
    result["expires_at"] = {
        {"from", old->expires_at == UtcTime::max() ? Json() : Json(format_time(old->expires_at))},
        {"to", format_time(ends)}};
    return result;
}

/// Owners and stewards, as they are listed, whom the engine permits `approve`.
Json approvers(const World& world, const Caller& caller, const RequestEntry& request,
               const Json& state) {
    Json names = Json::array();
    const std::optional<Target> target = resource_target(world, request.resource);
    if (!target || target->domain == nullptr) {
        return names;
    }
    const auto add = [&](const PrincipalName& name) {
        const PrincipalPtr principal = world.principal(name);
        if (!principal || decides_not(world, *principal, request) ||
            names.size() == limits::request_approvers_shown_max ||
            std::ranges::find(names, Json(name.text())) != names.end()) {
            return;
        }
        for (const Json& given : state.value("approvals", Json::array())) {
            if (given.value("id", "") == principal->id.text()) {
                return;
            }
        }
        Caller asked = caller;
        asked.principal = principal;
        asked.address.clear();  // nobody knows from where it will decide
        if (Decider(world, asked, Action::approve).allows(*target)) {
            names.push_back(name.text());
        }
    };
    std::ranges::for_each(target->domain->stewards, add);
    DomainPtr above;
    for (const DomainEntry* at = target->domain; at != nullptr; at = above.get()) {
        std::ranges::for_each(at->owners, add);
        above = at->parent_name.empty() ? nullptr : world.domain(at->parent_name);
    }
    return names;
}

/// What the precheck found, without the rules and ports that the caller may not know of.
Json show_precheck(const World& world, const Caller& caller, const Json& found) {
    Json shown = Json::array();
    for (const Json& each : found) {
        const std::string rule = each.value("rule", "");
        const bool guardrail = rule.starts_with("guardrail:");
        const EntryPtr entry = world.find(guardrail ? Kind::guardrail : Kind::policy,
                                          rule.substr(rule.find(':') + 1));
        const bool known = entry && check_readable(world, caller, *entry);
        Json on = Json::array();
        for (const Json& path : each.value("on", Json::array())) {
            const PortPtr port = world.port(path.get<std::string>());
            if (port && Visibility(world, caller).shows(*port)) {
                on.push_back(path);
            }
        }
        if (on.empty()) {
            continue;  // of places that the caller may not know of
        }
        const std::string action = each.value("action", "");
        const std::string who = known       ? rule
                                : guardrail ? "a guardrail of the mesh"
                                            : "a policy of the domain or one above it";
        shown.push_back({{"rule", known ? Json(rule) : Json()},
                         {"action", action},
                         {"on", std::move(on)},
                         {"detail", who + " would still deny " + action}});
    }
    return shown;
}

}  // namespace

void add_request_state(Json& shown, const World& world, const Json& state, UtcTime now) {
    const RequestState at = request_state_of(state.value("state", ""));
    const auto domain = world.find<DomainEntry>(id_in(state, "domain"));
    shown["by"] = state["by_name"];
    shown["state"] = name_of(at == RequestState::approved_once ? RequestState::pending : at);
    shown["approvals_needed"] = domain ? domain->access.approval_levels : 1;
    shown["approvals"] = state.value("approvals", Json::array());
    for (Json& approval : shown["approvals"]) {
        approval.erase("id");
        approval.erase("product");
    }
    for (const char* field : {"grant", "renews", "renewed_by"}) {
        shown[field] = state.contains(field) ? state[field] : Json();
    }
    if (state.contains("renews")) {
        shown["difference"] = difference(world, shown, state, now);
    }
    shown["history"] = state.value("history", Json::array());
}

bool shows_resource(const World& world, const Caller& caller, ResourceId resource) {
    Visibility visibility(world, caller);
    if (const PortPtr port = world.port(resource)) {
        return visibility.shows(*port);
    }
    if (const auto product = world.find<ProductEntry>(resource)) {
        return visibility.shows(*product);
    }
    const auto domain = world.find<DomainEntry>(resource);
    return domain && visibility.shows(*domain);
}

Json show_request(const World& world, const Caller& caller, const Resource& resource, UtcTime now) {
    Json shown = represent(world, resource, now);
    shown["approvers"] = Json::array();
    shown["precheck"] = Json::array();
    const auto request = world.find<RequestEntry>(resource.id);
    if (!request || !shows_resource(world, caller, request->resource)) {
        return shown;
    }
    const Json state = Json::parse(resource.state);
    if (is_open(request_state_of(request->state))) {
        shown["approvers"] = approvers(world, caller, *request, state);
        shown["seen"] = {{"request", resource.revision},
                         {"product", seen_revision(world, request->resource)}};
    }
    shown["precheck"] = show_precheck(world, caller, state.value("precheck", Json::array()));
    return shown;
}

}  // namespace charter
