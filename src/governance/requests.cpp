// Asking for access.
#include "charter/governance/requests.hpp"

#include "charter/base/limits.hpp"
#include "governance/kind_rules.hpp"
#include "governance/request_cells.hpp"
#include "governance/request_rules.hpp"
#include "governance/request_states.hpp"

#include <algorithm>

namespace charter {

namespace {

/// A domain, product or port by its path; null when it is absent or hidden.
EntryPtr visible_resource(const World& world, const Caller& caller, const std::string& path) {
    EntryPtr entry;
    switch (std::ranges::count(path, '/')) {
        case 0: entry = world.domain(path); break;
        case 1: entry = world.product(path); break;
        default: entry = world.port(path); break;
    }
    return entry && shows_resource(world, caller, entry->id) ? entry : nullptr;
}

/// Whether the caller may ask for this beneficiary, which is there.
Result<> check_beneficiary(const World& world, const Caller& caller,
                           const PrincipalName& beneficiary) {
    if (may_ask_for(world, *caller.principal, beneficiary)) {
        const PrincipalPtr principal = world.principal(beneficiary);
        return principal && principal->disabled
                   ? Result<>(invalid_document({{"/for", beneficiary.text() + " is disabled"}}))
                   : Result<>();
    }
    const ResourceId id = world.grantee_id(beneficiary);
    if (!id || (beneficiary.kind == Kind::domain && !shows_resource(world, caller, id))) {
        return invalid_document({{"/for", "there is no " + beneficiary.text()}});
    }
    return Error(ErrorCode::forbidden,
                 "one asks for oneself, for groups and teams one is in, and for the team and its "
                 "members of a domain one owns");
}

/// The policy of the resource's own domain that permits the request; none: no such policy does.
std::optional<std::string> producers_rule(const Verdict& verdict, const DomainEntry& domain) {
    const auto own = std::ranges::find_if(verdict.determined_by, [&](const Ground& ground) {
        return ground.label.starts_with("policy:" + domain.name + "/");
    });
    return verdict.allow && own != verdict.determined_by.end()
               ? std::optional<std::string>(own->label)
               : std::nullopt;
}

/// Whether a rule can answer for all that is asked. It sees who asks, for what and why; neither
/// the actions nor the time, and nothing that lies below what it was asked about. So it approves
/// reading, for the usual time at most, of a product or port, where a rule of the same domain
/// permits each port.
bool rule_can_approve(const World& world, const AccessRequestDocument& asked,
                      const DomainEntry& domain, const Entry* resource, Decider& decider) {
    const bool reads = std::ranges::all_of(asked.actions, [](const std::string& action) {
        return action != "write";
    });
    const auto* product = dynamic_cast<const ProductEntry*>(resource);
    if (!reads || asked.duration > limits::request_duration_default ||
        resource->kind == Kind::domain) {
        return false;
    }
    return product == nullptr || std::ranges::all_of(product->ports, [&](const PortPtr& port) {
               return producers_rule(decider.decide(target_of(world, *port)), domain).has_value();
           });
}

Json document_of(const AccessRequestDocument& asked, const PrincipalName& beneficiary) {
    return {{"resource", asked.resource}, {"for", beneficiary.text()},
            {"actions", asked.actions},   {"purpose", asked.purpose},
            {"reason", asked.reason},     {"duration_s", asked.duration.count()}};
}

}  // namespace

Resource grant_of(const RequestEntry& request, ResourceId grant, const GivenAccess& given) {
    Json body{{"grantee", given.beneficiary.text()}, {"resource", given.resource},
              {"actions", given.actions},            {"purposes", {given.purpose}},
              {"expires_at", format_time(given.expires_at)}, {"reason", given.reason}};
    body.update(given.cells);
    const DecidedGrant decided{body.dump(), request.beneficiary, request.resource,
                               given.granted_by, request.id, given.conditions};
    return grant_resource(grant, decided);
}

namespace {

/// What a rule approved before and still gives all that is asked for: nobody collects more of it.
GrantPtr given_already(const World& world, const RequestEntry& request,
                       const AccessRequestDocument& asked, UtcTime now) {
    ActionSet wanted = 0;
    for (const std::string& name : asked.actions) {
        wanted |= bit(parse_action(name).value_or(Action::describe));
    }
    GrantPtr found;
    world.grants_of().for_each(request.beneficiary.value, [&](std::uint64_t id) {
        GrantPtr grant = world.find<GrantEntry>(ResourceId{id});
        const bool same = grant && grant->request && grant->holds_at(now) &&
                          grant->resource == request.resource && grant->cells.empty() &&
                          (wanted & ~grant->actions) == 0 &&
                          grant->purposes == std::vector<std::string>{asked.purpose};
        found = same ? std::move(grant) : nullptr;
        return !same;
    });
    return found;
}

}  // namespace

Result<Resource> ask_for_access(Draft& draft, const Caller& caller,
                                const AccessRequestDocument& asked, const RequestEntry* renewed,
                                ResourceId renewed_grant) {
    draft.begin_unasked(caller.principal, "request", {}, asked.resource);
    const World& world = draft.world();
    const EntryPtr resource = visible_resource(world, caller, asked.resource);
    if (!resource) {
        return absent();
    }
    const Target target = *resource_target(world, resource->id);
    const PrincipalName beneficiary = asked.beneficiary.value_or(caller.principal->principal);
    if (caller.principal->kind == Kind::engine) {
        return Error(ErrorCode::forbidden, "engines do not ask: who wants the access does");
    }
    if (const Result<> may = check_beneficiary(world, caller, beneficiary); !may) {
        return may.error();
    }
    if (const auto unfit = purpose_unfit(world, *target.domain, beneficiary, asked.purpose)) {
        return invalid_document({{"/purpose", *unfit}});
    }
    if (world.uses(open_requests_of(caller.principal->id)) >= limits::open_requests_max) {
        return Error(ErrorCode::conflict, std::to_string(limits::open_requests_max) +
                                              " requests of yours are open: withdraw some");
    }
    Decider decider(world, caller, Action::request, asked.purpose);
    const Verdict verdict = decider.decide(target);
    const Result<> permitted = draft.require(caller, Action::request, target, true, asked.resource,
                                             call_context(caller, asked.purpose));
    if (verdict.forbidden) {
        return permitted.error();
    }
    RequestEntry entry;
    entry.id = draft.new_id();
    entry.by = caller.principal->id;
    entry.beneficiary = world.grantee_id(beneficiary);
    entry.resource = resource->id;
    entry.domain = target.domain->id;
    // A rule speaks of the one who asks: what is for others waits for people.
    std::optional<std::string> rule;
    if (entry.by == entry.beneficiary &&
        rule_can_approve(world, asked, *target.domain, resource.get(), decider)) {
        rule = producers_rule(verdict, *target.domain);
    }
    if (rule && renewed == nullptr) {
        if (const GrantPtr given = given_already(world, entry, asked, draft.now())) {
            return Error(ErrorCode::conflict, "it is given already, by " + given->label +
                                                  ": renew the request that it was given for");
        }
    }
    const Result<GivenCells> renewed_cells =
        cells_renewed(draft, {{"renews", renewed_grant ? renewed_grant.text() : ""}});
    if (!renewed_cells) {
        return renewed_cells.error();
    }
    const Result<GivenCells> cells =
        join_cells(world, caller, resource->id,
                   {{"grantee", beneficiary.text()}, {"resource", asked.resource},
                    {"actions", asked.actions}},
                   *renewed_cells, {});
    if (!cells) {
        return cells.error();
    }
    Resource grant = grant_of(
        entry, draft.new_id(),
        GivenAccess{beneficiary, asked.resource, asked.actions, asked.purpose,
                    draft.now() + asked.duration, asked.reason, rule.value_or(""),
                    cells->document, cells->conditions});

    Json state{{"by", entry.by.text()},
               {"by_name", caller.principal->principal.text()},
               {"beneficiary", entry.beneficiary.text()},
               {"resource", entry.resource.text()},
               {"domain", entry.domain.text()},
               {"product_revision", seen_revision(world, resource->id)},
               {"precheck", precheck(world, caller, beneficiary, resource->id, asked.purpose, grant)}};
    add_history(state, draft.now(), caller.principal->principal.text(), "ask", asked.reason);
    if (renewed != nullptr) {
        state["renews"] = renewed_grant.text();
        state["renewed_from"] = renewed->id.text();
    }
    RequestState now = RequestState::pending;
    if (rule) {
        now = state_after(now, RequestStep::approve).value();
        state["grant"] = grant.id.text();
        add_history(state, draft.now(), *rule, name_of(RequestStep::approve), "the rule permits it");
        if (const Result<> put = draft.put(caller, std::move(grant), "created"); !put) {
            return put.error();
        }
    }
    state["state"] = name_of(now);
    Resource request;
    request.kind = Kind::request;
    request.id = entry.id;
    request.name = entry.id.text();
    request.revision = 1;
    request.document = document_of(asked, beneficiary).dump();
    request.state = state.dump();
    if (const Result<> put = draft.put(caller, std::move(request), rule ? "approved" : "created");
        !put) {
        return put.error();
    }
    return draft.stored(entry.id);
}

Result<Resource> make_request(Draft& draft, const Caller& caller, const Json& body) {
    const Result<AccessRequestDocument> asked = parse_access_request(body);
    return asked ? ask_for_access(draft, caller, *asked, nullptr, ResourceId{})
                 : Result<Resource>(asked.error());
}

}  // namespace charter
