// Lookup, and the parts of the fold that every kind shares.
#include "charter/governance/world.hpp"

#include "governance/fold.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

const std::vector<ResourceId> no_ids;

bool in_contents(Kind kind) {
    return kind == Kind::location || kind == Kind::policy || kind == Kind::version ||
           kind == Kind::storage;
}

/// What is also listed by its kind.
bool in_kinds(Kind kind) {
    return kind == Kind::user || kind == Kind::service || kind == Kind::engine ||
           kind == Kind::group || kind == Kind::domain || kind == Kind::guardrail ||
           kind == Kind::purpose;
}

std::string name_key(Kind kind, std::string_view path) {
    std::string key;
    key.reserve(path.size() + 1);
    key.push_back(static_cast<char>(kind));
    key.append(path);
    return key;
}

}  // namespace

World::World(policy::Schema schema, std::string schema_text, std::vector<PolicyPtr> builtin)
    : schema_(std::move(schema)),
      schema_text_(std::make_shared<const std::string>(std::move(schema_text))),
      builtin_(std::make_shared<const std::vector<PolicyPtr>>(std::move(builtin))) {
    for (const PolicyPtr& rule : *builtin_) {
        rules_.add(next_number_++, rule);
    }
    mesh_ = make_node(rules_, mesh_uid(), {}, {}, {});
    set_node(mesh_);
}

EntryPtr World::find(Kind kind, std::string_view path) const {
    const ResourceId* id = names_.find(name_key(kind, path));
    return id != nullptr ? find(*id) : nullptr;
}

EntryPtr World::find(ResourceId id) const {
    const EntryPtr* entry = entries_.find(id);
    return entry != nullptr ? *entry : nullptr;
}

PrincipalPtr World::principal(const PrincipalName& name) const {
    return std::dynamic_pointer_cast<const PrincipalEntry>(find(name.kind, name.name));
}

DomainPtr World::domain(std::string_view name) const {
    return std::static_pointer_cast<const DomainEntry>(find(Kind::domain, name));
}

DomainPtr World::domain_of(const Entry& entry) const {
    if (entry.kind == Kind::domain) {
        return domain(entry.path);
    }
    return domain(std::string_view(entry.path).substr(0, entry.path.find('/')));
}

ProductPtr World::product(std::string_view path) const {
    return std::static_pointer_cast<const ProductEntry>(find(Kind::product, path));
}

PortPtr World::port(std::string_view path) const {
    const PortPtr* port = port_paths_.find(std::string(path));
    return port != nullptr ? *port : nullptr;
}

PortPtr World::port(ResourceId id) const {
    const std::string* path = port_ids_.find(id);
    const PortPtr found = path != nullptr ? port(*path) : nullptr;
    return found && found->id == id ? found : nullptr;
}

ResourceId World::grantee_id(const PrincipalName& name) const {
    const EntryPtr entry = find(name.kind, name.name);
    return entry ? entry->id : ResourceId{};
}

const std::vector<ResourceId>& World::products_of(ResourceId domain) const {
    const IdList* list = products_.find(domain);
    return list != nullptr ? **list : no_ids;
}

const std::vector<ResourceId>& World::domains_below(std::string_view domain) const {
    const IdList* list = children_.find(std::string(domain));
    return list != nullptr ? **list : no_ids;
}

const std::vector<ResourceId>& World::contents_of(ResourceId parent) const {
    const IdList* list = contents_.find(parent);
    return list != nullptr ? **list : no_ids;
}

void World::list_content(ResourceId parent, ResourceId id, bool present) {
    auto next = std::make_shared<std::vector<ResourceId>>(contents_of(parent));
    std::erase(*next, id);
    if (present) {
        next->push_back(id);
    }
    if (next->empty()) {
        contents_.remove(parent);
    } else {
        contents_.insert_or_assign(parent, std::move(next));
    }
}

bool World::draft_has(const policy::EntityUid& uid) const {
    const Result<ResourcePath> path = ResourcePath::parse(uid.id());
    const ProductPtr owner = path && path->depth() >= 3 ? product(path->prefix(2).text()) : nullptr;
    const PortDocument* port = owner ? owner->draft->port(path->port()) : nullptr;
    if (uid.type() == "Port") {
        return port != nullptr && path->depth() == 3;
    }
    return uid.type() == "Column" && port != nullptr && path->depth() == 4 &&
           (port->column(path->column()) != nullptr || (port->opaque && path->column() == "*"));
}

std::size_t World::rules_in(ResourceId domain) const {
    const std::size_t* count = rules_in_.find(domain);
    return count != nullptr ? *count : 0;
}

void World::count_rule(ResourceId domain, int by) {
    rules_in_.insert_or_assign(domain, by < 0 ? rules_in(domain) - 1 : rules_in(domain) + 1);
}

std::size_t World::uses(const std::string& what) const {
    const std::size_t* count = uses_.find(what);
    return count != nullptr ? *count : 0;
}

NodePtr World::node(const policy::EntityUid& uid) const {
    const NodePtr* node = nodes_.find(uid);
    return node != nullptr ? *node : nullptr;
}

const policy::Entity* World::find(const policy::EntityUid& uid) const {
    if (uid.type() == "Action") {
        return action_entity(uid);
    }
    const NodePtr* node = nodes_.find(uid);
    if (node != nullptr) {
        return &(*node)->entity;
    }
    const ColumnEntry* column = find_column(*this, uid);
    return column != nullptr ? &column->node->entity : nullptr;
}

Result<> World::put(const Resource& resource) {
    Result<Json> document = parse_json(resource.document);
    if (!document) {
        return Error(ErrorCode::internal, "internal error",
                     "stored document " + resource.id.text() + ": " + document.error().message());
    }
    const Result<> done = [&]() -> Result<> {
        switch (resource.kind) {
            case Kind::user:
            case Kind::service:
            case Kind::engine:
            case Kind::group: return put_principal(resource, *document);
            case Kind::domain: return put_domain(resource, *document);
            case Kind::storage:
            case Kind::tag:
            case Kind::purpose: return put_vocabulary(resource, *document);
            case Kind::location: return put_location(resource, *document);
            case Kind::product: return put_product(resource, *document);
            case Kind::policy:
            case Kind::guardrail: return put_policy(resource, *document);
            case Kind::grant: return put_grant(resource, *document);
            case Kind::token: return put_token(resource, *document);
            case Kind::version: {
                auto entry = std::make_shared<VersionEntry>();
                entry->version = resource.name;
                const EntryPtr product = find(resource.parent);
                enter(entry, resource, (product ? product->path : "") + "/" + resource.name);
                return {};
            }
            case Kind::approval: return put_approval(resource, *document);
            case Kind::request: return put_request(resource);
            case Kind::suspension: return put_suspension(resource, *document);
            case Kind::lease: {
                enter(std::make_shared<Entry>(), resource, resource.name);
                return {};
            }
        }
        return Error(ErrorCode::internal, "internal error", "stored resource of an unknown kind");
    }();
    if (!done) {
        // What the store holds was valid when it was written: not a bad request but a defect.
        return Error(ErrorCode::internal, "internal error",
                     "stored " + std::string(kind_name(resource.kind)) + " " + resource.id.text() +
                         " does not fit: " + done.error().message());
    }
    return {};
}

void World::enter(std::shared_ptr<Entry> entry, const Resource& resource, std::string path) {
    entry->kind = resource.kind;
    entry->id = resource.id;
    entry->parent = resource.parent;
    entry->name = resource.name;
    entry->path = std::move(path);
    entry->revision = resource.revision;
    names_.insert_or_assign(name_key(entry->kind, entry->path), entry->id);
    if (in_contents(entry->kind)) {
        list_content(resource.parent, resource.id, true);
    }
    if (in_kinds(entry->kind)) {
        of_kind_.insert(static_cast<std::uint64_t>(entry->kind), entry->id.value);
    }
    entries_.insert_or_assign(resource.id, std::move(entry));
}

void World::change_uses(const std::vector<std::string>& what, int by) {
    for (const std::string& each : what) {
        const std::size_t count = uses(each);
        if (by < 0 && count <= 1) {
            uses_.remove(each);
        } else {
            uses_.insert_or_assign(each, by < 0 ? count - 1 : count + 1);
        }
    }
}

void World::remove(ResourceId id) {
    const EntryPtr entry = find(id);
    if (!entry) {
        return;
    }
    detach(*entry);
    if (in_contents(entry->kind)) {
        list_content(entry->parent, id, false);
    }
    if (in_kinds(entry->kind)) {
        of_kind_.erase(static_cast<std::uint64_t>(entry->kind), id.value);
    }
    names_.remove(name_key(entry->kind, entry->path));
    entries_.remove(id);
    if (const auto principal = std::dynamic_pointer_cast<const PrincipalEntry>(entry)) {
        nodes_.remove(principal->node->entity.uid);
    }
}

}  // namespace charter
