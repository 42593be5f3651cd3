// Named documents: one way to create, replace, patch and delete them all.
#include "charter/governance/documents.hpp"

#include "charter/governance/document_change.hpp"
#include "governance/kind_rules.hpp"
#include "governance/products.hpp"
#include "governance/suspension_rules.hpp"

#include <algorithm>

namespace charter {

namespace {

constexpr std::string_view common_read_only[] = {"name",       "id",         "revision",
                                                 "created_at", "updated_at", "updated_by"};

std::vector<std::string_view> read_only_fields(Kind kind) {
    std::vector<std::string_view> fields(std::begin(common_read_only), std::end(common_read_only));
    if (kind == Kind::product) {
        fields.insert(fields.end(), {"domain", "status", "version", "sunset_at", "successor",
                                    "withdrawn", "effective_tags", "effective_tags_below"});
    } else if (kind == Kind::domain) {
        fields.insert(fields.end(), {"effective_owners", "effective_tags"});
    } else if (kind == Kind::policy || kind == Kind::location) {
        fields.push_back("domain");
    } else if (kind == Kind::user || kind == Kind::service || kind == Kind::engine) {
        fields.push_back("claims");
    }
    return fields;
}

/// Takes the read-only fields out of a document that was sent; each must have
/// the value it has now.
Result<Json> without_read_only(const World& world, const Json& body, Kind kind,
                               const Resource* before, UtcTime now) {
    if (!body.is_object()) {
        return invalid_document({{"", "a document is an object"}});
    }
    Json document = body;
    Json current = before != nullptr ? represent(world, *before, now) : Json::object();
    const EntryPtr entry = before != nullptr ? world.find(before->id) : nullptr;
    if (entry && (document.contains("effective_tags") || document.contains("effective_tags_below"))) {
        add_effective_tags(current, world, *entry);
    }
    std::vector<Violation> violations;
    for (const std::string_view field : read_only_fields(kind)) {
        const std::string name(field);
        const auto sent = document.find(name);
        if (sent == document.end()) {
            continue;
        }
        const auto has = current.find(name);
        if (has == current.end() || *has != *sent) {
            if (field == "revision" && before != nullptr && sent->is_number_integer()) {
                return Error(ErrorCode::precondition_failed,
                             "revision " + sent->dump() + " is not the current one");
            }
            violations.push_back({"/" + name, "`" + name + "` is read-only"});
        }
        document.erase(sent);
    }
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    return document;
}

Result<> check_preconditions(const Preconditions& preconditions, const Resource* before) {
    if (preconditions.create_only && before != nullptr) {
        return Error(ErrorCode::precondition_failed, "it exists already");
    }
    if (preconditions.exists_only && before == nullptr) {
        return Error(ErrorCode::precondition_failed, "it does not exist");
    }
    if (preconditions.if_match &&
        (before == nullptr || before->revision != *preconditions.if_match)) {
        return Error(ErrorCode::precondition_failed, "the revision in If-Match is not the current one");
    }
    return {};
}

struct Found {
    EntryPtr parent;
    std::optional<Resource> resource;
};

/// What a change starts from. A parent that is absent or hidden is not_found.
Result<Found> locate(const Draft& draft, const Caller& caller, const Address& address) {
    Found found;
    if (!address.parent.empty()) {
        found.parent = draft.world().find(Kind::domain, address.parent);
        const auto* domain = dynamic_cast<const DomainEntry*>(found.parent.get());
        if (domain == nullptr) {
            return absent();
        }
        // A domain that the caller sees nothing of does not exist for it.
        if (!Visibility(draft.world(), caller).shows(*domain)) {
            return absent();
        }
    }
    Result<std::optional<Resource>> resource = draft.find(address.kind, address.path());
    if (!resource) {
        return resource.error();
    }
    found.resource = std::move(resource).value();
    return found;
}

Json parse_stored(const std::string& text) {
    return text.empty() ? Json::object() : Json::parse(text);
}

/// A guardrail, a group or a disabled user must not leave the mesh without
/// anybody who could take it back.
Result<> check_still_administered(const Draft& draft, const Proposal& proposal) {
    const World& world = draft.world();
    const Kind kind = proposal.address.kind;
    if (kind == Kind::guardrail) {
        Caller caller = proposal.caller;
        Decider administer(world, caller, Action::administer);
        if (!administer.allows(target_of(world))) {
            return Error(ErrorCode::conflict, "with this guardrail you could not take it back");
        }
    }
    if (kind == Kind::group || kind == Kind::user) {
        if (count_administrators(world) == 0) {
            return Error(ErrorCode::conflict, "the last administrator cannot be removed");
        }
    }
    return {};
}

/// What is suspended does not slip out from under it.
Result<> check_held(Draft& draft, const Proposal& proposal) {
    if (const auto* product = dynamic_cast<const ProductEntry*>(proposal.before.get())) {
        return check_places_kept(draft, proposal.caller, *product,
                                 draft.world().product(proposal.path).get());
    }
    const auto* domain = dynamic_cast<const DomainEntry*>(proposal.before.get());
    return domain != nullptr ? check_domain_kept(draft, proposal.caller, *domain) : Result<>();
}

/// From a document without read-only fields to the stored resource.
Result<Written> store_document(Draft& draft, const Proposal& proposal, const Found& found,
                               Json document, const Json& old_state) {
    Json state = old_state;
    Proposal full = proposal;
    full.document = &document;
    full.state = &state;
    const KindRules& rules = rules_of(proposal.address.kind);
    const ResourceId id = found.resource ? found.resource->id : draft.new_id();
    if (rules.take_secrets != nullptr) {
        const Result<> taken =
            rules.take_secrets(draft, id, proposal.before.get(), document, state);
        if (!taken) {
            return taken.error();
        }
    }
    Written written;
    if (found.resource && document == *proposal.old_document && state == old_state &&
        !state.contains("ended")) {
        written.resource = *found.resource;
        return written;
    }
    if (const Result<> checked = rules.check(draft, full); !checked) {
        return checked.error();
    }
    if (found.resource) {
        written.resource = *found.resource;
    } else {
        written.resource.kind = proposal.address.kind;
        written.resource.id = id;
        written.resource.parent = found.parent ? found.parent->id : ResourceId{};
        written.resource.name = proposal.address.name;
        written.created = true;
    }
    written.changed = true;
    written.resource.revision += 1;
    written.resource.document = document.dump();
    written.resource.state = state.empty() ? "" : state.dump();
    const Result<> put = draft.put(proposal.caller, written.resource,
                                   written.created ? "created" : "replaced");
    if (!put) {
        return put.error();
    }
    Result<Resource> stored = draft.stored(written.resource.id);
    if (!stored) {
        return stored.error();
    }
    written.resource = std::move(*stored);
    if (const Result<> open = check_still_administered(draft, proposal); !open) {
        return open.error();
    }
    if (const Result<> held = check_held(draft, proposal); !held) {
        return held.error();
    }
    if (written.resource.kind == Kind::product) {
        index_product(draft, written.resource);
    }
    return written;
}

}  // namespace

Error absent() {
    return Error(ErrorCode::not_found, "there is no such resource, or it is not for you to see");
}

Error invalid_document(std::vector<Violation> violations) {
    std::string message = "the document has " + std::to_string(violations.size()) + " problems";
    if (violations.size() == 1) {
        message = violations.front().detail;
    }
    return Error(ErrorCode::invalid_request, std::move(message), std::move(violations));
}

Result<Written> put_document(Draft& draft, const Caller& caller, const Address& address,
                             const Json& body, const Preconditions& preconditions,
                             const ChangeOptions& options) {
    const Result<Found> found = locate(draft, caller, address);
    if (!found) {
        return found.error();
    }
    const Resource* before = found->resource ? &*found->resource : nullptr;
    const Json old_document = before != nullptr ? parse_stored(before->document) : Json();
    Proposal proposal{caller, address, address.path(), found->parent,
                      before != nullptr ? draft.world().find(before->id) : nullptr};
    proposal.old_document = before != nullptr ? &old_document : nullptr;
    proposal.document = &body;  // as sent; what it asks for may decide who may
    proposal.force = options.force;
    if (const Result<> allowed = rules_of(address.kind).authorize(draft, proposal); !allowed) {
        return allowed.error();
    }
    if (before == nullptr) {
        if (const Result<> named = check_name(address.name); !named) {
            return named.error();
        }
    }
    if (const Result<> holds = check_preconditions(preconditions, before); !holds) {
        return holds.error();
    }
    const Result<Json> document =
        without_read_only(draft.world(), body, address.kind, before, draft.now());
    if (!document) {
        return document.error();
    }
    return store_document(draft, proposal, *found, *document,
                          before != nullptr ? parse_stored(before->state) : Json::object());
}

Result<Written> patch_document(Draft& draft, const Caller& caller, const Address& address,
                               const Json& patch, const Preconditions& preconditions) {
    const Result<Found> found = locate(draft, caller, address);
    if (!found) {
        return found.error();
    }
    if (!found->resource) {
        return absent();
    }
    const Resource& before = *found->resource;
    Json old_document = parse_stored(before.document);
    Proposal proposal{caller, address, address.path(), found->parent, draft.world().find(before.id)};
    proposal.old_document = &old_document;
    if (const Result<> allowed = rules_of(address.kind).authorize(draft, proposal); !allowed) {
        return allowed.error();
    }
    if (const Result<> holds = check_preconditions(preconditions, &before); !holds) {
        return holds.error();
    }
    const Result<Json> change =
        without_read_only(draft.world(), patch, address.kind, &before, draft.now());
    if (!change) {
        return change.error();
    }
    const Json document = merge_patch(old_document, *change);
    return store_document(draft, proposal, *found, document, parse_stored(before.state));
}

Result<> delete_document(Draft& draft, const Caller& caller, const Address& address,
                         const Preconditions& preconditions, const ChangeOptions& options) {
    const Result<Found> found = locate(draft, caller, address);
    if (!found) {
        return found.error();
    }
    if (!found->resource) {
        return absent();
    }
    const Json old_document = parse_stored(found->resource->document);
    Proposal proposal{caller, address, address.path(), found->parent,
                      draft.world().find(found->resource->id)};
    proposal.old_document = &old_document;
    const KindRules& rules = rules_of(address.kind);
    if (const Result<> allowed = rules.authorize(draft, proposal); !allowed) {
        return allowed.error();
    }
    if (const Result<> holds = check_preconditions(preconditions, &*found->resource); !holds) {
        return holds.error();
    }
    if (const Result<> ready = rules.removing(draft, proposal, options); !ready) {
        return ready.error();
    }
    draft.remove(caller, *found->resource);
    return {};
}

Result<Written> change_document(Draft& draft, const Caller& caller, const DocumentChange& change) {
    switch (change.how) {
        case DocumentChange::How::put:
            return put_document(draft, caller, change.address, change.body, change.preconditions,
                                change.options);
        case DocumentChange::How::patch:
            return patch_document(draft, caller, change.address, change.body,
                                  change.preconditions);
        case DocumentChange::How::remove: break;
    }
    const Result<> removed =
        delete_document(draft, caller, change.address, change.preconditions, change.options);
    Written written;
    written.changed = true;
    return removed ? Result<Written>(std::move(written)) : Result<Written>(removed.error());
}

const KindRules& rules_of(Kind kind) {
    switch (kind) {
        case Kind::domain: return domain_rules;
        case Kind::location: return location_rules;
        case Kind::product: return product_rules;
        case Kind::policy: return policy_rules;
        case Kind::guardrail: return guardrail_rules;
        case Kind::storage: return storage_rules;
        case Kind::purpose: return purpose_rules;
        case Kind::tag: return tag_rules;
        default: return principal_rules;
    }
}

}  // namespace charter
