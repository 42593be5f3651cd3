// Domains.
#include "charter/base/limits.hpp"
#include "governance/fold.hpp"
#include "governance/kind_rules.hpp"
#include "governance/suspension_rules.hpp"

#include <algorithm>

namespace charter {

namespace {

/// A new domain needs the right in its parent, a top one that of an administrator.
Result<> require_parent(Draft& draft, const Proposal& proposal, const std::string& parent) {
    if (parent.empty()) {
        return require_administrator(draft, proposal);
    }
    const DomainPtr above = draft.world().domain(parent);
    if (!above || !Visibility(draft.world(), proposal.caller).shows(*above)) {
        return invalid_document({{"/parent", "there is no domain `" + parent + "`"}});
    }
    return require_on_domain(draft, proposal, Action::edit, *above);
}

/// What exactly is asked depends on what changes, see check_domain; who may change nothing may not
/// put it back as it is either.
Result<> require_any_change(Draft& draft, const Proposal& proposal, const DomainEntry& domain) {
    for (const Action action : {Action::add_member, Action::assign_tag, Action::retire}) {
        if (Decider(draft.world(), proposal.caller, action)
                .allows(target_of(draft.world(), domain))) {
            return {};
        }
    }
    return require_on_domain(draft, proposal, Action::edit, domain);
}

Result<> authorize_domain(Draft& draft, const Proposal& proposal) {
    const auto* domain = dynamic_cast<const DomainEntry*>(proposal.before.get());
    if (domain != nullptr && Visibility(draft.world(), proposal.caller).shows(*domain)) {
        return require_any_change(draft, proposal, *domain);
    }
    if (proposal.document == nullptr) {
        return absent();
    }
    // What is hidden answers as what is not there: as a new domain would.
    std::string parent;
    if (proposal.document->is_object()) {
        const auto named = proposal.document->find("parent");
        parent = named != proposal.document->end() && named->is_string() ? named->get<std::string>() : "";
    }
    const Result<> may = require_parent(draft, proposal, parent);
    return may && domain != nullptr ? Result<>(absent()) : may;
}

/// How many domains lie on the longest way down from this one, itself included.
std::size_t height(const World& world, const std::string& name) {
    std::size_t below = 0;
    for (const ResourceId id : world.domains_below(name)) {
        if (const EntryPtr child = world.find(id)) {
            below = std::max(below, height(world, child->name));
        }
    }
    return below + 1;
}

Result<> check_nesting(const World& world, const std::string& name, const std::string& parent) {
    std::size_t depth = height(world, name);
    for (std::string above = parent; !above.empty(); ++depth) {
        if (above == name) {
            return Error(ErrorCode::conflict, "a domain cannot lie in itself");
        }
        if (depth + 1 > limits::domain_depth_max) {
            return Error(ErrorCode::conflict, "domains nest at most " +
                                                  std::to_string(limits::domain_depth_max) + " deep");
        }
        const DomainPtr entry = world.domain(above);
        above = entry ? entry->parent_name : "";
    }
    return {};
}

/// Protected keys of which a domain would inherit less at another place.
void add_lost_keys(const World& world, const DomainEntry& before, const DomainDocument& document,
                   std::vector<std::string>& keys) {
    if (document.parent.value_or("") == before.parent_name || world.protected_keys().empty()) {
        return;
    }
    const DomainPtr above = world.domain(document.parent.value_or(""));
    const Tags after = inherit_tags(above ? above->effective_tags : Tags{}, document.tags,
                                    world.protected_keys());
    Tags lost;
    for (const auto& [key, values] : before.effective_tags) {
        const auto kept = after.find(key);
        for (const std::string& value : values) {
            if (kept == after.end() || std::ranges::find(kept->second, value) == kept->second.end()) {
                lost[key].push_back(value);
            }
        }
    }
    add_protected_keys(world, lost, keys);
}

Result<> check_domain(Draft& draft, const Proposal& proposal) {
    const auto* before = dynamic_cast<const DomainEntry*>(proposal.before.get());
    const Result<DomainDocument> document = parse_domain(*proposal.document);
    if (before != nullptr) {
        // Members have an action of their own, and so have tags; all else is editing.
        Json old_rest = *proposal.old_document;
        Json rest = *proposal.document;
        for (Json* part : {&old_rest, &rest}) {
            if (part->is_object()) {
                part->erase("members");
                part->erase("tags");
            }
        }
        if (old_rest != rest || !document) {
            if (const Result<> may = require_on_domain(draft, proposal, Action::edit, *before); !may) {
                return may.error();
            }
        }
        if (document && document->members != before->members) {
            if (const Result<> may = require_on_domain(draft, proposal, Action::add_member, *before); !may) {
                return may.error();
            }
        }
        const std::string parent = document ? document->parent.value_or("") : before->parent_name;
        if (parent != before->parent_name) {
            if (const Result<> may = require_parent(draft, proposal, parent); !may) {
                return may.error();
            }
            if (const Result<> may = require_parent(draft, proposal, before->parent_name); !may) {
                return may.error();
            }
        }
    }
    if (!document) {
        return document.error();
    }
    const World& world = draft.world();
    std::vector<Violation> violations;
    check_principals(world, document->owners, "/owners", violations);
    check_principals(world, document->stewards, "/stewards", violations);
    check_principals(world, document->members, "/members", violations);
    check_tags(world, document->tags, "/tags", violations);
    if (!violations.empty()) {
        return invalid_document(std::move(violations));
    }
    std::vector<std::string> keys;
    changed_keys(before != nullptr ? before->tags : Tags{}, document->tags, keys);
    if (before != nullptr) {
        add_lost_keys(world, *before, *document, keys);
    }
    // A new domain has no node yet: the right to tag it is that in its parent.
    Target tagged = target_of(world);
    if (before != nullptr) {
        tagged = target_of(world, *before);
    } else if (const DomainPtr above = world.domain(document->parent.value_or(""))) {
        tagged = target_of(world, *above);
    }
    // A new one at the top is an administrator's; there is nothing yet to ask about but the keys.
    const Result<> may = before != nullptr || document->parent
                             ? require_tagging(draft, proposal.caller, tagged, proposal.path, keys)
                             : require_tag_keys(draft, proposal.caller, keys);
    if (!may) {
        return may.error();
    }
    if (before == nullptr) {
        const Result<> fresh = check_not_cited(
            world, {domain_uid(proposal.path), team_uid(proposal.path), owners_uid(proposal.path),
                    stewards_uid(proposal.path)});
        if (!fresh) {
            return fresh.error();
        }
    }
    return check_nesting(world, proposal.path, document->parent.value_or(""));
}

Result<> remove_below(Draft& draft, const Caller& caller, ResourceId parent) {
    const std::vector<ResourceId> contents = draft.world().contents_of(parent);
    for (const ResourceId id : contents) {
        Result<std::optional<Resource>> found = draft.find(id);
        if (!found) {
            return found.error();
        }
        if (*found) {
            draft.remove(caller, **found);
        }
    }
    return {};
}

/// What a storage delegates to a name is not for a later bearer of that name:
/// it holds again only when the administrator writes the storage anew.
Result<> end_delegations(Draft& draft, const Caller& caller, const std::string& domain) {
    const std::vector<ResourceId> storages = draft.world().storages();
    for (const ResourceId id : storages) {
        const auto storage = draft.world().find<StorageEntry>(id);
        if (!storage || !storage->facts().delegated.contains(domain)) {
            continue;
        }
        Result<std::optional<Resource>> found = draft.find(id);
        if (!found) {
            return found.error();
        }
        if (!*found) {
            continue;
        }
        Resource resource = std::move(**found);
        Json state = resource.state.empty() ? Json::object() : Json::parse(resource.state);
        state["ended"].push_back(domain);
        resource.state = state.dump();
        resource.revision += 1;
        if (const Result<> put = draft.put(caller, std::move(resource), "delegation ended"); !put) {
            return put.error();
        }
    }
    return {};
}

Result<> removing_domain(Draft& draft, const Proposal& proposal, const ChangeOptions& options) {
    const auto domain = std::static_pointer_cast<const DomainEntry>(proposal.before);
    if (const Result<> may = require_on_domain(draft, proposal, Action::retire, *domain); !may) {
        return may.error();
    }
    const World& world = draft.world();
    if (!world.domains_below(domain->name).empty()) {
        return Error(ErrorCode::conflict, "the domain has domains below it");
    }
    if (world.uses("member:domain:" + domain->name) > 0) {
        return Error(ErrorCode::conflict, "the domain's team is still named by purposes or engines");
    }
    std::vector<std::string> keys;
    add_protected_keys(world, domain->tags, keys);
    if (const Result<> may = require_tag_keys(draft, proposal.caller, keys); !may) {
        return may.error();
    }
    if (const Result<> may = check_may_go(draft, proposal.caller, domain->id); !may) {
        return may.error();
    }
    if (const Result<> ended = end_delegations(draft, proposal.caller, domain->name); !ended) {
        return ended.error();
    }
    const std::vector<ResourceId> products = world.products_of(domain->id);
    if (!products.empty() && !options.cascade) {
        return Error(ErrorCode::conflict, "the domain has products; ?cascade=true deletes them too");
    }
    for (const ResourceId id : products) {
        if (const auto product = draft.world().find<ProductEntry>(id)) {
            const Result<> removed = remove_product(draft, proposal.caller, *product, true);
            if (!removed) {
                return removed.error();
            }
        }
    }
    return remove_below(draft, proposal.caller, domain->id);
}

}  // namespace

const KindRules domain_rules{authorize_domain, check_domain, removing_domain};

}  // namespace charter
