// Resources as the API shows them.
#include "charter/base/limits.hpp"
#include "charter/governance/approvals.hpp"
#include "charter/governance/documents.hpp"
#include "charter/governance/grant_standing.hpp"
#include "governance/rules.hpp"
#include "governance/fold.hpp"
#include "governance/products.hpp"
#include "governance/request_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

Json parse_stored(const std::string& text) {
    return text.empty() ? Json::object() : Json::parse(text);
}

/// Owners of the domain and of those above it, who count as owners here.
Json effective_owners(const World& world, const DomainEntry& domain) {
    Json owners = Json::array();
    const DomainEntry* at = &domain;
    for (DomainPtr above; at != nullptr;) {
        for (const PrincipalName& owner : at->owners) {
            const Json name = owner.text();
            if (std::find(owners.begin(), owners.end(), name) == owners.end()) {
                owners.push_back(name);
            }
        }
        above = at->parent_name.empty() ? nullptr : world.domain(at->parent_name);
        at = above.get();
    }
    return owners;
}

/// The member of a list of objects that has this name, or null.
const Json* named(const Json& list, const Json& name) {
    for (const Json& each : list) {
        if (each.value("name", Json()) == name) {
            return &each;
        }
    }
    return nullptr;
}

/// The tags of ports and columns as the working copy has them now.
void overlay_tags(Json& published, const Json& draft) {
    const Json none = Json::array();
    const auto list = [&none](const Json& owner, const char* field) -> const Json& {
        const auto found = owner.find(field);
        return found != owner.end() ? *found : none;
    };
    const auto take = [](Json& shown, const Json& from) {
        shown.erase("tags");
        if (from.contains("tags")) {
            shown["tags"] = from["tags"];
        }
    };
    if (!published.contains("ports")) {
        return;
    }
    for (Json& port : published["ports"]) {
        const Json* drafted = named(list(draft, "ports"), port["name"]);
        if (drafted == nullptr) {
            continue;
        }
        take(port, *drafted);
        if (!port.contains("columns")) {
            continue;
        }
        for (Json& column : port["columns"]) {
            if (const Json* now = named(list(*drafted, "columns"), column["name"])) {
                take(column, *now);
            }
        }
    }
}

/// By port, the names of the columns that raw access still needs.
void add_withdrawn(Json& shown, const ProductEntry* product) {
    Json withdrawn = Json::object();
    for (const PortPtr& port : product != nullptr ? product->ports : std::vector<PortPtr>{}) {
        for (const ColumnEntry& column : port->withdrawn) {
            withdrawn[port->name].push_back(column.name);
        }
    }
    if (!withdrawn.empty()) {
        shown["withdrawn"] = std::move(withdrawn);
    }
}

void add_grant_state(Json& shown, const World& world, const Resource& resource, const Json& state,
                     UtcTime now) {
    const auto grant = world.find<GrantEntry>(resource.id);
    for (const char* field : {"granted_by", "revoked_at", "revoked_by", "revoke_reason",
                              "reviewed_at", "reviewed_by", "review_note"}) {
        if (state.contains(field)) {
            shown[field] = state[field];
        }
    }
    shown["request"] = state.contains("request") ? state["request"] : Json();
    if (!grant) {
        return;
    }
    const GrantStanding standing = standing_of(world, *grant, now);
    shown["state"] = standing.state;
    if (!standing.ended.empty()) {
        shown["ended"] = standing.ended;
    }
    shown["cedar"] = grant_as_cedar(world, *grant);
}

/// Who may open it, and until when providers go on with what they gave out before.
void add_suspension(Json& shown, const World& world, const Resource& resource) {
    const auto suspension = world.find<SuspensionEntry>(resource.id);
    if (!suspension) {
        return;
    }
    const auto holder = world.find<DomainEntry>(suspension->held_by);
    shown["held_by"] = holder ? "domain:" + holder->name : "mesh";
    const bool providers = std::ranges::any_of(world.storages(), [&](ResourceId id) {
        const auto storage = world.find<StorageEntry>(id);
        return storage && storage->facts().is_s3();
    });
    if (providers) {
        shown["provider_access_until"] = format_time(resource.created_at + limits::lease_max);
    }
}

}  // namespace

Json represent(const World& world, const Resource& resource, UtcTime now, View view) {
    const Json state = parse_stored(resource.state);
    Json shown = view == View::published && state.contains("published") ? state["published"]
                                                                        : parse_stored(resource.document);
    shown["name"] = resource.name;
    shown["id"] = resource.id.text();
    shown["revision"] = resource.revision;
    shown["created_at"] = format_time(resource.created_at);
    shown["updated_at"] = format_time(resource.updated_at);
    shown["updated_by"] = resource.updated_by;
    const EntryPtr parent = resource.parent ? world.find(resource.parent) : nullptr;
    switch (resource.kind) {
        case Kind::product:
            shown["status"] = state.value("status", "draft");
            shown["version"] = state.contains("version") ? state["version"] : Json();
            for (const char* field : {"sunset_at", "successor"}) {
                if (state.contains(field)) {
                    shown[field] = state[field];
                }
            }
            add_withdrawn(shown, world.find<ProductEntry>(resource.id).get());
            if (view == View::published) {
                // Tags and visibility count at once, whatever was published.
                const Json draft = parse_stored(resource.document);
                shown["tags"] = draft.value("tags", Json::object());
                shown["visibility"] = draft.value("visibility", "listed");
                overlay_tags(shown, draft);
            }
            [[fallthrough]];
        case Kind::policy:
        case Kind::location:
            if (parent) {
                shown["domain"] = parent->name;
            }
            break;
        case Kind::domain:
            if (const DomainPtr domain = world.domain(resource.name)) {
                shown["effective_owners"] = effective_owners(world, *domain);
            }
            break;
        case Kind::user:
        case Kind::service:
        case Kind::engine:
            if (state.contains("claims")) {
                const Json& claims = state["claims"];
                shown["claims"] = {{"groups", claims["groups"]},
                                   {"tags", claims["tags"]},
                                   {"seen_at", claims["seen_at"]}};
            }
            break;
        case Kind::grant:
            shown.erase("name");
            add_grant_state(shown, world, resource, state, now);
            break;
        case Kind::approval:
            shown.erase("name");
            for (const char* field : {"state", "decided_by", "decided_at", "note"}) {
                if (state.contains(field)) {
                    shown[field] = state[field];
                }
            }
            if (state.value("state", "") == "pending" &&
                now - resource.created_at > limits::approval_kept) {
                shown["state"] = "lapsed";
            }
            break;
        case Kind::request:
            shown.erase("name");
            add_request_state(shown, world, state, now);
            break;
        case Kind::suspension:
            shown.erase("name");
            add_suspension(shown, world, resource);
            break;
        case Kind::token:
            // The name of a token is the label its maker gave.
            shown["name"] = parse_stored(resource.document).value("name", "");
            if (const auto token = world.find<TokenEntry>(resource.id)) {
                const std::int64_t used = token->last_used->load(std::memory_order_relaxed);
                shown["last_used_at"] =
                    used == 0 ? Json() : Json(format_time(UtcTime(std::chrono::milliseconds(used))));
            }
            break;
        default: break;
    }
    return shown;
}

void index_product(Draft& draft, const Resource& resource) {
    const EntryPtr entry = draft.world().find(resource.id);
    const auto* product = dynamic_cast<const ProductEntry*>(entry.get());
    if (product == nullptr) {
        return;
    }
    const Json shown = represent(draft.world(), resource, draft.now(),
                                 product->published ? View::published : View::working);
    SearchDocument document;
    document.id = resource.id;
    document.name = product->path;
    document.title = shown.value("title", "");
    for (const char* field : {"description", "purpose", "limitations"}) {
        document.description += shown.value(field, "") + "\n";
    }
    for (const Json& port : shown.value("ports", Json::array())) {
        for (const Json& column : port.value("columns", Json::array())) {
            document.columns += column.value("name", "") + " " + column.value("description", "") + "\n";
        }
    }
    for (const auto& [key, values] : product->effective_tags) {
        for (const std::string& value : values) {
            document.tags += key + " " + value + "\n";
        }
    }
    if (const DomainPtr domain = draft.world().domain_of(*product)) {
        for (const PrincipalName& owner : domain->owners) {
            document.owners += owner.name + "\n";
        }
    }
    draft.index(std::move(document));
}

}  // namespace charter
