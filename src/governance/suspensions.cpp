#include "charter/governance/suspensions.hpp"

#include "charter/catalog/suspension.hpp"
#include "governance/kind_rules.hpp"
#include "governance/suspension_rules.hpp"

#include <algorithm>

namespace charter {

namespace {

/// What is to be closed, with whom the journal names for it.
struct Closing {
    ResourceId id;
    DomainPtr domain;  // in which it lies; null: it is the mesh's
    EntryPtr entry;    // of a port its product
    std::string path;
};

bool administers(const World& world, const Caller& caller) {
    return Decider(world, caller, Action::administer).allows(target_of(world));
}

Result<Closing> find_resource(Draft& draft, const Caller& caller, const std::string& path) {
    const World& world = draft.world();
    Visibility visibility(world, caller);
    Closing closing;
    closing.path = path;
    bool shown = false;
    if (const DomainPtr domain = world.domain(path)) {
        closing.id = domain->id;
        closing.entry = domain;
        shown = visibility.shows(*domain);
    } else if (const ProductPtr product = world.product(path)) {
        closing.id = product->id;
        closing.entry = product;
        shown = visibility.shows(*product);
    } else if (const PortPtr port = world.port(path)) {
        closing.id = port->id;
        closing.entry = world.find(port->product);
        shown = visibility.shows(*port);
    }
    if (!shown) {
        return invalid_document({{"/resource", "there is no `" + path + "`"}});
    }
    closing.domain = world.domain_of(*closing.entry);
    const Result<> may =
        draft.require(caller, Action::retire, *resource_target(world, closing.id), true, path);
    return may ? Result<Closing>(std::move(closing)) : Result<Closing>(may.error());
}

Result<Closing> find_closing(Draft& draft, const Caller& caller,
                             const SuspensionDocument& document) {
    if (document.resource) {
        return find_resource(draft, caller, *document.resource);
    }
    const World& world = draft.world();
    const std::string path = document.principal ? document.principal->text()
                                                : "storage " + *document.storage;
    const Result<> may =
        draft.require(caller, Action::administer, target_of(world), true, "suspension of " + path);
    if (!may) {
        return may.error();
    }
    Closing closing;
    closing.entry = document.principal ? world.principal(*document.principal)
                                       : world.find(Kind::storage, *document.storage);
    if (!closing.entry) {
        return invalid_document(
            {{document.principal ? "/principal" : "/storage", "there is no " + path}});
    }
    closing.id = closing.entry->id;
    closing.path = closing.entry->path;
    return closing;
}

/// The topmost domain on which the caller has `retire`, of those that hold what is closed; none:
/// it administers the mesh.
ResourceId authority_over(const World& world, const Caller& caller, const Closing& closing) {
    if (closing.domain == nullptr || administers(world, caller)) {
        return {};
    }
    Decider retire(world, caller, Action::retire);
    DomainPtr at = closing.domain;
    for (DomainPtr above = at; above != nullptr;) {
        if (retire.allows(target_of(world, *above))) {
            at = above;
        }
        above = above->parent_name.empty() ? nullptr : world.domain(above->parent_name);
    }
    return at->id;
}

/// Whether the domain is `above`, or lies below it.
bool lies_in(const World& world, DomainPtr domain, ResourceId above) {
    while (domain != nullptr && domain->id != above) {
        domain = domain->parent_name.empty() ? nullptr : world.domain(domain->parent_name);
    }
    return domain != nullptr;
}

/// Whoever stands higher takes over what another closed, so that no owner keeps it in his hand.
bool takes_over(const World& world, ResourceId authority, const SuspensionEntry& held) {
    if (!held.held_by || held.held_by == authority) {
        return false;
    }
    return !authority || lies_in(world, world.find<DomainEntry>(held.held_by), authority);
}

/// Asks whether the caller may open it.
Result<> require_opening(Draft& draft, const Caller& caller, const SuspensionEntry& suspension) {
    const World& world = draft.world();
    const auto holder = world.find<DomainEntry>(suspension.held_by);
    if (holder && lies_in(world, world.find<DomainEntry>(suspension.domain), holder->id)) {
        return draft.require(caller, Action::retire, target_of(world, *holder), true,
                             holder->path);
    }
    return draft.require(caller, Action::administer, target_of(world), true, suspension.label);
}

/// The mesh stays in somebody's hands, and nobody shuts out himself.
Result<> check_not_locked_out(const World& world, const Caller& caller,
                              AdministratorsGoBy administrators, std::size_t before) {
    const auto self = world.find<PrincipalEntry>(caller.principal->id);
    if (self && closed(world, *self)) {
        return Error(ErrorCode::conflict, "nobody suspends himself");
    }
    const std::size_t left = count_administrators(world);
    if (left == 0) {
        return Error(ErrorCode::conflict, "the last administrator cannot be suspended");
    }
    if (left < before && administrators == AdministratorsGoBy::two) {
        return Error(ErrorCode::conflict,
                     "this would shut out an administrator, which two do together here: disable "
                     "the user instead");
    }
    return {};
}

/// In the journal, for whoever may know of what is closed: a port's product, since a port may be
/// hidden in it. Why somebody is shut out is not for everybody: the suspension itself says it.
void mention(Draft& draft, const Caller& caller, const Closing& closing, std::string change) {
    if (dynamic_cast<const PrincipalEntry*>(closing.entry.get()) != nullptr) {
        return;
    }
    JournalEntry entry;
    entry.kind = closing.entry->kind;
    entry.id = closing.entry->id;
    entry.domain = closing.domain ? closing.domain->id : ResourceId{};
    entry.name = closing.entry->path;
    entry.change = std::move(change);
    draft.mention(caller, std::move(entry), closing.entry->revision);
}

/// What a suspension closes, as it is now; nothing when it is gone.
std::optional<Closing> closing_of(const World& world, const SuspensionEntry& suspension) {
    Closing closing;
    closing.id = suspension.target;
    closing.domain = world.find<DomainEntry>(suspension.domain);
    closing.entry = world.find(suspension.target);
    if (const PortPtr port = world.port(suspension.target)) {
        closing.entry = world.find(port->product);
        closing.path = port->path;
    } else if (closing.entry) {
        closing.path = closing.entry->path;
    }
    return closing.entry ? std::optional<Closing>(std::move(closing)) : std::nullopt;
}

}  // namespace

Result<Resource> suspend(Draft& draft, const Caller& caller, AdministratorsGoBy administrators,
                         const Json& body) {
    const Result<SuspensionDocument> document = parse_suspension(body);
    if (!document) {
        return document.error();
    }
    const Result<Closing> closing = find_closing(draft, caller, *document);
    if (!closing) {
        return closing.error();
    }
    const World& world = draft.world();
    const std::size_t before = document->principal ? count_administrators(world) : 0;
    const ResourceId authority = authority_over(world, caller, *closing);
    const SuspensionEntry* held = world.suspension_of(closing->id);
    if (held != nullptr && !takes_over(world, authority, *held)) {
        return Error(ErrorCode::conflict, "it is suspended already: " + held->label);
    }
    mention(draft, caller, *closing, "suspended");
    draft.drop_suspension(caller, closing->id);
    Resource resource;
    resource.kind = Kind::suspension;
    resource.id = draft.new_id();
    resource.name = resource.id.text();
    resource.revision = 1;
    resource.document = body.dump();
    Json state = Json::object();
    state["target"] = closing->id.text();
    state["domain"] = (closing->domain ? closing->domain->id : ResourceId{}).text();
    state["held_by"] = authority.text();
    resource.state = state.dump();
    const ResourceId id = resource.id;
    if (const Result<> put = draft.put(caller, std::move(resource), "created"); !put) {
        return put.error();
    }
    draft.because(document->reason, world.suspension_of(closing->id)->evidence);
    if (document->principal) {
        const Result<> open = check_not_locked_out(world, caller, administrators, before);
        if (!open) {
            return open.error();
        }
    }
    return draft.stored(id);
}

Result<> lift_suspension(Draft& draft, const Caller& caller, ResourceId id,
                         const std::string& reason) {
    const World& world = draft.world();
    const auto suspension = world.find<SuspensionEntry>(id);
    if (!suspension || !check_readable(world, caller, *suspension)) {
        return absent();
    }
    if (const Result<> may = require_opening(draft, caller, *suspension); !may) {
        return may.error();
    }
    if (const std::optional<Closing> closing = closing_of(world, *suspension)) {
        mention(draft, caller, *closing, "opened");
    }
    draft.because(reason, suspension->evidence);
    draft.drop_suspension(caller, suspension->target);
    return {};
}

Result<> check_may_go(Draft& draft, const Caller& caller, ResourceId id) {
    const SuspensionEntry* held = draft.world().suspension_of(id);
    if (held == nullptr) {
        return {};
    }
    const Result<> may = require_opening(draft, caller, *held);
    return may ? may
               : Result<>(Error(ErrorCode::forbidden,
                                "what is suspended stays in its place until it is opened: " +
                                    may.error().message()));
}

Result<> check_places_kept(Draft& draft, const Caller& caller, const ProductEntry& before,
                           const ProductEntry* after) {
    if (!draft.world().any_suspended()) {
        return {};
    }
    if (after == nullptr) {
        if (const Result<> may = check_may_go(draft, caller, before.id); !may) {
            return may.error();
        }
    }
    const std::vector<std::pair<ResourceId, StorageUri>> none;
    const auto& kept = after != nullptr ? after->claims : none;
    for (const auto& claim : before.claims) {
        if (std::ranges::find(kept, claim) != kept.end()) {
            continue;
        }
        for (const ResourceId id : {before.id, claim.first}) {
            if (const Result<> may = check_may_go(draft, caller, id); !may) {
                return may.error();
            }
            if (id == claim.first && !draft.world().port(id)) {
                draft.drop_suspension(caller, id);
            }
        }
    }
    return {};
}

Result<> check_domain_kept(Draft& draft, const Caller& caller, const DomainEntry& before) {
    const World& world = draft.world();
    const DomainPtr after = world.domain(before.name);
    DomainPtr above = before.parent_name.empty() ? nullptr : world.domain(before.parent_name);
    while (world.any_suspended() && after != nullptr && above != nullptr) {
        if (!lies_in(world, after, above->id)) {
            if (const Result<> may = check_may_go(draft, caller, above->id); !may) {
                return may.error();
            }
        }
        above = above->parent_name.empty() ? nullptr : world.domain(above->parent_name);
    }
    return {};
}

}  // namespace charter
