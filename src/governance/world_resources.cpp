// The fold of domains, locations, products and their ports and columns.
#include "charter/governance/world.hpp"

#include "governance/fold.hpp"
#include "governance/port_entry.hpp"
#include "governance/tag_uses.hpp"
#include "governance/withdrawn.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

using policy::Value;

std::shared_ptr<const std::vector<ResourceId>> with_id(
    const std::shared_ptr<const std::vector<ResourceId>>* list, ResourceId id, bool present) {
    auto next = std::make_shared<std::vector<ResourceId>>();
    if (list != nullptr) {
        *next = **list;
    }
    std::erase(*next, id);
    if (present) {
        next->push_back(id);
    }
    return next;
}

/// What is for people to read stays in the store.
std::shared_ptr<const ProductDocument> without_prose(ProductDocument product) {
    const auto drop = [](std::string& text) { text = std::string(); };
    drop(product.description);
    drop(product.purpose);
    drop(product.limitations);
    product.links.clear();
    product.slo.clear();
    for (PortDocument& port : product.ports) {
        drop(port.description);
        for (ColumnDocument& column : port.columns) {
            drop(column.description);
        }
    }
    return std::make_shared<const ProductDocument>(std::move(product));
}

}  // namespace

Result<> World::put_domain(const Resource& resource, const Json& document) {
    Result<DomainDocument> parsed = parse_domain(document);
    if (!parsed) {
        return parsed.error();
    }
    auto entry = std::make_shared<DomainEntry>();
    entry->title = parsed->title;
    entry->parent_name = parsed->parent.value_or("");
    entry->owners = parsed->owners;
    entry->stewards = parsed->stewards;
    entry->members = parsed->members;
    entry->tags = parsed->tags;
    entry->access = parsed->access;
    const DomainPtr old = domain(resource.name);
    const std::vector<PrincipalName> nobody;

    std::vector<std::string> uses;
    if (old) {
        append_tag_uses(old->tags, uses);
        change_uses(uses, -1);
        list_tagged(old->id, uses, false);
        uses.clear();
    }
    append_tag_uses(entry->tags, uses);
    change_uses(uses, 1);
    list_tagged(resource.id, uses, true);

    if (old && !old->parent_name.empty() && old->parent_name != entry->parent_name) {
        children_.insert_or_assign(old->parent_name,
                                   with_id(children_.find(old->parent_name), old->id, false));
    }
    if (!entry->parent_name.empty()) {
        children_.insert_or_assign(entry->parent_name,
                                   with_id(children_.find(entry->parent_name), resource.id, true));
    }
    const DomainEntry facts = *entry;
    enter(entry, resource, resource.name);
    refresh_domain(resource.name, 0);

    list_members(owners_uid(resource.name), old ? old->owners : nobody, facts.owners);
    list_members(stewards_uid(resource.name), old ? old->stewards : nobody, facts.stewards);
    list_members(team_uid(resource.name), old ? old->members : nobody, facts.members);
    // Owners above are owners here: a new or moved domain changes what they are in.
    if (!old || old->parent_name != facts.parent_name) {
        refresh_role_groups(*domain(resource.name));
        if (old) {
            refresh_role_groups(*old);
        }
        Refreshed refreshed;
        for (const PrincipalName& member : facts.members) {
            refresh_principal(member, refreshed);
        }
    }
    return {};
}

void World::refresh_domain(const std::string& name, int depth) {
    const DomainPtr old = domain(name);
    if (!old || depth > 64) {
        return;
    }
    const DomainPtr above = old->parent_name.empty() ? nullptr : domain(old->parent_name);
    auto entry = std::make_shared<DomainEntry>(*old);
    entry->effective_tags =
        above ? inherit_tags(above->effective_tags, entry->tags, protected_keys()) : entry->tags;
    std::vector<Value::Member> attributes{{"owners", Value::entity(owners_uid(name))},
                                          {"stewards", Value::entity(stewards_uid(name))},
                                          {"members", Value::entity(team_uid(name))}};
    entry->node = make_node(rules_, domain_uid(name), std::move(attributes), entry->effective_tags,
                            Place(rules_, above && above->node ? *above->node : *mesh_));
    set_node(entry->node);
    for (const policy::EntityUid& uid : {owners_uid(name), stewards_uid(name), team_uid(name)}) {
        set_node(make_node(rules_, uid, {}, {}, {}));
    }
    const DomainPtr fresh = entry;
    entries_.insert_or_assign(entry->id, entry);
    for (const ResourceId id : products_of(fresh->id)) {
        if (const auto product = find<ProductEntry>(id)) {
            refresh_product(*product, *fresh);
        }
    }
    for (const ResourceId child : domains_below(name)) {
        if (const EntryPtr below = find(child)) {
            refresh_domain(below->name, depth + 1);
        }
    }
}

void World::refresh_product(const ProductEntry& old, const DomainEntry& domain, bool anyway) {
    const bool same_tags =
        !anyway && old.effective_tags ==
                       inherit_tags(domain.effective_tags, old.tags, protected_keys());
    const Place place(rules_, *domain.node);
    if (same_tags && old.node && *old.node->keys.ancestors == *place.keys) {
        return;  // the domain changed in something that its products do not inherit
    }
    auto entry = std::make_shared<ProductEntry>(old);
    entry->effective_tags =
        inherit_tags(domain.effective_tags, entry->tags, protected_keys());
    entry->node = make_node(rules_, {"Product", entry->path},
                            resource_attributes(domain.name, *entry), entry->effective_tags, place);
    set_node(entry->node);
    for (PortPtr& port : entry->ports) {
        // The ports' own tags are not kept apart from what they inherit, so they
        // are made again from the documents.
        const PortDocument* published = nullptr;
        const PortDocument* drafted = entry->draft->port(port->name);
        if (entry->published) {
            published = entry->published->port(port->name);
        }
        const PortDocument* source = published != nullptr ? published : drafted;
        if (source != nullptr) {
            port = make_port(rules_, protected_keys(), *entry, domain.name, *source, drafted,
                             port->id, port->published);
            set_node(port->node);
            port_paths_.insert_or_assign(port->path, port);
        }
    }
    entries_.insert_or_assign(entry->id, entry);
}

Result<> World::put_product(const Resource& resource, const Json& document) {
    const DomainPtr owner = std::static_pointer_cast<const DomainEntry>(find(resource.parent));
    if (!owner) {
        return Error(ErrorCode::internal, "a product without its domain");
    }
    Result<ProductDocument> draft = parse_product(document);
    if (!draft) {
        return draft.error();
    }
    const Json state = Json::parse(resource.state, nullptr, false);
    if (!state.is_object()) {
        return Error(ErrorCode::internal, "a product without its state");
    }
    auto entry = std::make_shared<ProductEntry>();
    entry->domain = owner->id;
    entry->visibility = draft->visibility;
    entry->status = state.value("status", "draft");
    entry->version = state.value("version", "");
    entry->tags = draft->tags;
    entry->effective_tags =
        inherit_tags(owner->effective_tags, entry->tags, protected_keys());
    const std::string path = owner->name + "/" + resource.name;
    if (state.contains("published")) {
        Result<ProductDocument> published = parse_product(state["published"]);
        if (!published) {
            return published.error();
        }
        entry->published = without_prose(std::move(published).value());
    }
    Result<std::vector<FormerPlace>> former = parse_former_places(state);
    if (!former) {
        return former.error();
    }
    if (!former->empty()) {
        entry->former = std::make_shared<const std::vector<FormerPlace>>(std::move(former).value());
    }
    entry->draft = without_prose(std::move(draft).value());
    entry->title = (entry->published ? *entry->published : *entry->draft).title;
    entry->id = resource.id;
    entry->path = path;
    entry->revision = resource.revision;
    entry->node = make_node(rules_, {"Product", path}, resource_attributes(owner->name, *entry),
                            entry->effective_tags, Place(rules_, *owner->node));

    const auto port_id = [&](const std::string& name) {
        const auto ids = state.find("ports");
        const std::string text = ids != state.end() ? ids->value(name, "") : "";
        return ResourceId::parse(text).value_or(ResourceId{});
    };
    const ProductDocument& shown = entry->published ? *entry->published : *entry->draft;
    for (const PortDocument& port : shown.ports) {
        const PortDocument* drafted = entry->draft->port(port.name);
        entry->ports.push_back(make_port(rules_, protected_keys(), *entry, owner->name, port,
                                         drafted, port_id(port.name),
                                         entry->published != nullptr));
        if (std::find(entry->formats.begin(), entry->formats.end(), port.format) ==
            entry->formats.end()) {
            entry->formats.push_back(port.format);
        }
    }
    for (const PortDocument& port : entry->draft->ports) {
        entry->claims.emplace_back(port_id(port.name), port.location);
    }
    if (entry->published) {
        for (const PortDocument& port : entry->published->ports) {
            entry->claims.emplace_back(port_id(port.name), port.location);
        }
    }
    for_each_tagged(*entry, [&](const std::string&, const Tags& tags) {
        append_tag_uses(tags, entry->tag_uses);
    });

    if (const ProductPtr old = product(path)) {
        detach(*old);
    }
    products_.insert_or_assign(owner->id, with_id(products_.find(owner->id), resource.id, true));
    change_uses(entry->tag_uses, 1);
    list_tagged(resource.id, entry->tag_uses, true);
    set_node(entry->node);
    for (const PortPtr& port : entry->ports) {
        set_node(port->node);
        port_paths_.insert_or_assign(port->path, port);
        port_ids_.insert_or_assign(port->id, port->path);
    }
    for (const auto& [id, uri] : entry->claims) {
        port_claims_.add(uri, id);
    }
    enter(entry, resource, path);
    return {};
}

Result<> World::put_location(const Resource& resource, const Json& document) {
    Result<LocationDocument> parsed = parse_location(document);
    if (!parsed) {
        return parsed.error();
    }
    const EntryPtr owner = find(resource.parent);
    if (!owner) {
        return Error(ErrorCode::internal, "a location without its domain");
    }
    auto entry = std::make_shared<LocationEntry>();
    entry->domain = owner->id;
    entry->storage = parsed->storage;
    entry->uri = parsed->uri;
    const std::string path = owner->name + "/" + resource.name;
    if (const EntryPtr old = find(Kind::location, path)) {
        detach(*old);
    }
    locations_.add(entry->uri, resource.id);
    change_uses({"storage:" + entry->storage, "location:" + owner->name}, 1);
    enter(entry, resource, path);
    return {};
}

void World::detach(const Entry& entry) {
    const std::vector<PrincipalName> nobody;
    if (const auto* product = dynamic_cast<const ProductEntry*>(&entry)) {
        change_uses(product->tag_uses, -1);
        list_tagged(product->id, product->tag_uses, false);
        nodes_.remove(product->node->entity.uid);
        for (const PortPtr& port : product->ports) {
            nodes_.remove(port->node->entity.uid);
            port_paths_.remove(port->path);
            port_ids_.remove(port->id);
        }
        for (const auto& [id, uri] : product->claims) {
            port_claims_.remove(uri, id);
        }
        products_.insert_or_assign(product->domain,
                                   with_id(products_.find(product->domain), product->id, false));
    } else if (const auto* domain = dynamic_cast<const DomainEntry*>(&entry)) {
        const std::string name = domain->name;
        std::vector<std::string> uses;
        append_tag_uses(domain->tags, uses);
        change_uses(uses, -1);
        list_tagged(domain->id, uses, false);
        if (!domain->parent_name.empty()) {
            children_.insert_or_assign(
                domain->parent_name,
                with_id(children_.find(domain->parent_name), domain->id, false));
            refresh_role_groups(*domain);
        }
        list_members(owners_uid(name), domain->owners, nobody);
        list_members(stewards_uid(name), domain->stewards, nobody);
        list_members(team_uid(name), domain->members, nobody);
        for (const policy::EntityUid& uid :
             {domain->node->entity.uid, owners_uid(name), stewards_uid(name), team_uid(name)}) {
            nodes_.remove(uid);
        }
        products_.remove(domain->id);
        rules_in_.remove(domain->id);
    } else if (const auto* location = dynamic_cast<const LocationEntry*>(&entry)) {
        locations_.remove(location->uri, location->id);
        const std::string domain_name = location->path.substr(0, location->path.find('/'));
        change_uses({"storage:" + location->storage, "location:" + domain_name}, -1);
    } else {
        detach_rule(entry);
    }
}

}  // namespace charter
