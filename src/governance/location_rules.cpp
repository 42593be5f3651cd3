// Where a domain's data may lie: inside what a storage delegates, beside all others.
#include "charter/governance/locations.hpp"
#include "charter/governance/leasable.hpp"

#include "governance/kind_rules.hpp"
#include "governance/suspension_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

Result<> authorize_location(Draft& draft, const Proposal& proposal) {
    const auto& domain = static_cast<const DomainEntry&>(*proposal.parent);
    return require_on_domain(draft, proposal, Action::register_location, domain);
}

/// Ports of the domain lie in a location: it cannot go or move away from them.
Result<> check_unused(const World& world, const LocationEntry& location) {
    if (world.ports().any_inside(location.uri)) {
        return Error(ErrorCode::conflict, "ports of this domain lie in the location");
    }
    return {};
}

/// A local location names its storage, one of s3 the storage's bucket.
Result<> check_in_storage(const StorageEntry& storage, const StorageUri& uri) {
    if (lies_in_storage(storage, uri)) {
        return {};
    }
    const std::string& authority = storage.facts().is_s3() ? storage.facts().bucket : storage.name;
    return invalid_document({{"/uri", "a location in storage `" + storage.name + "` is written " +
                                          storage.facts().kind + "://" + authority + "/…"}});
}

bool is_delegated(const StorageEntry& storage, const std::string& domain, const StorageUri& uri) {
    const auto delegated = storage.facts().delegated.find(domain);
    return delegated != storage.facts().delegated.end() &&
           std::any_of(delegated->second.begin(), delegated->second.end(),
                       [&](const PathSegments& prefix) { return uri.lies_in(prefix); });
}

/// All that a location must fulfil in this World; the storage it lies in.
/// Errors: invalid_request, forbidden, conflict.
Result<std::shared_ptr<const StorageEntry>> check_place(const World& world, const Caller& caller,
                                                        const std::string& domain,
                                                        const LocationEntry* before,
                                                        const LocationDocument& document) {
    auto storage = std::dynamic_pointer_cast<const StorageEntry>(
        world.find(Kind::storage, document.storage));
    if (!storage) {
        return invalid_document({{"/storage", "there is no storage `" + document.storage + "`"}});
    }
    if (const Result<> fits = check_in_storage(*storage, document.uri); !fits) {
        return fits.error();
    }
    if (!is_delegated(*storage, domain, document.uri)) {
        // Only who administers the storage goes beyond what it delegated.
        Decider decider(world, caller, Action::administer);
        if (!decider.allows(target_of(*storage))) {
            return Error(ErrorCode::forbidden,
                         "the storage delegates no prefix to this domain that contains the location");
        }
    }
    // With another storage the same URI means other bytes.
    if (before != nullptr &&
        (!(before->uri == document.uri) || before->storage != document.storage)) {
        if (const Result<> unused = check_unused(world, *before); !unused) {
            return unused.error();
        }
    }
    if (world.locations().overlaps(document.uri, before != nullptr ? before->id : ResourceId{})) {
        return Error(ErrorCode::conflict, "the location overlaps another one");
    }
    return storage;
}

/// A suspended domain keeps its places: elsewhere they would be open. What lies there has the
/// protected tags of the domain, which are their stewards' to take away.
Result<> check_domain_may_leave(Draft& draft, const Proposal& proposal) {
    DomainPtr at = draft.world().domain(proposal.parent->name);
    std::vector<std::string> keys;
    add_protected_keys(draft.world(), at->effective_tags, keys);
    if (const Result<> may = require_tag_keys(draft, proposal.caller, keys); !may) {
        return may.error();
    }
    while (at && draft.world().any_suspended()) {
        if (const Result<> may = check_may_go(draft, proposal.caller, at->id); !may) {
            return may.error();
        }
        at = at->parent_name.empty() ? nullptr : draft.world().domain(at->parent_name);
    }
    return {};
}

Result<> check_location(Draft& draft, const Proposal& proposal) {
    const Result<LocationDocument> document = parse_location(*proposal.document);
    if (!document) {
        return document.error();
    }
    const auto* before = dynamic_cast<const LocationEntry*>(proposal.before.get());
    const auto storage = check_place(draft.world(), proposal.caller, proposal.parent->name, before,
                                     *document);
    if (!storage) {
        return storage.error();
    }
    return before != nullptr && before->uri != document->uri ? check_domain_may_leave(draft, proposal)
                                                             : Result<>();
}

Result<> removing_location(Draft& draft, const Proposal& proposal, const ChangeOptions&) {
    if (const Result<> may = check_domain_may_leave(draft, proposal); !may) {
        return may.error();
    }
    return check_unused(draft.world(), static_cast<const LocationEntry&>(*proposal.before));
}

}  // namespace

std::optional<NewPlace> new_place(const World& world, const Caller& caller, const Address& address,
                                  const Json& body) {
    const DomainPtr domain = world.domain(address.parent);
    Decider decider(world, caller, Action::register_location);
    if (!domain || !body.is_object() || !decider.allows(target_of(world, *domain))) {
        return std::nullopt;
    }
    // The read-only fields that may come with it are not looked at here.
    const Result<LocationDocument> document = parse_location(
        {{"storage", body.value("storage", Json())}, {"uri", body.value("uri", Json())}});
    if (!document) {
        return std::nullopt;
    }
    const auto before =
        std::dynamic_pointer_cast<const LocationEntry>(world.find(Kind::location, address.path()));
    if (before && before->uri == document->uri && before->storage == document->storage) {
        return std::nullopt;
    }
    const auto storage = check_place(world, caller, domain->name, before.get(), *document);
    return storage ? std::optional(NewPlace{*storage, document->uri}) : std::nullopt;
}

const KindRules location_rules{authorize_location, check_location, removing_location};

}  // namespace charter
