// The fold of principals: who is in what, kept closed under `in`.
#include "charter/governance/world.hpp"

#include "charter/base/json_writer.hpp"
#include "governance/fold.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace charter {

namespace {

EvidencePtr principal_evidence(const PrincipalEntry& entry, const NodePtr& node) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("principal", entry.principal.text()).member("id", entry.id.text());
    json.key("in").begin_array();
    const std::span<const policy::EntityUid> above = node->entity.ancestors->uids();
    std::vector<policy::EntityUid> in(above.begin(), above.end());
    std::sort(in.begin(), in.end());
    for (const policy::EntityUid& uid : in) {
        json.string(uid.text());
    }
    json.end_array().key("tags").begin_object();
    for (const auto& [key, values] : entry.tags) {
        json.key(key).begin_array();
        for (const std::string& value : values) {
            json.string(value);
        }
        json.end_array();
    }
    json.end_object().end_object();
    return make_evidence(std::move(text));
}

}  // namespace

void World::list_members(const policy::EntityUid& container,
                         const std::vector<PrincipalName>& before,
                         const std::vector<PrincipalName>& after) {
    const std::set<PrincipalName> old_set(before.begin(), before.end());
    const std::set<PrincipalName> new_set(after.begin(), after.end());
    std::vector<PrincipalName> changed;
    const auto change = [&](const PrincipalName& name, bool add) {
        const std::string key = name.text();
        const UidList* found = memberships_.find(key);
        auto list = std::make_shared<std::vector<policy::EntityUid>>();
        if (found != nullptr) {
            *list = **found;
        }
        if (add) {
            list->push_back(container);
        } else {
            std::erase(*list, container);
        }
        if (list->empty()) {
            memberships_.remove(key);
        } else {
            memberships_.insert_or_assign(key, std::move(list));
        }
        change_uses({"member:" + key}, add ? 1 : -1);
        changed.push_back(name);
    };
    for (const PrincipalName& name : before) {
        if (!new_set.contains(name)) {
            change(name, false);
        }
    }
    for (const PrincipalName& name : after) {
        if (!old_set.contains(name)) {
            change(name, true);
        }
    }
    Refreshed refreshed;
    for (const PrincipalName& name : changed) {
        refresh_principal(name, refreshed);
    }
}

void World::collect_ancestors(const policy::EntityUid& uid, std::vector<policy::EntityUid>& found,
                              std::vector<ResourceId>& grantees, int depth) const {
    // Cycles of groups are refused when written; the bound keeps a bad store from looping.
    if (std::find(found.begin(), found.end(), uid) != found.end() || depth > 64) {
        return;
    }
    found.push_back(uid);
    if (uid.type() == "Team") {
        if (const DomainPtr team = domain(uid.id())) {
            grantees.push_back(team->id);
        }
        return;
    }
    const std::string& id = uid.id();
    const std::size_t slash = id.rfind('/');
    if (slash != std::string::npos) {  // a synthetic group of a domain
        if (id.substr(slash) == "/owners") {
            for (const ResourceId child : domains_below(id.substr(0, slash))) {
                if (const EntryPtr below = find(child)) {
                    collect_ancestors(owners_uid(below->name), found, grantees, depth + 1);
                }
            }
        }
        return;
    }
    if (const EntryPtr group = find(Kind::group, id)) {
        grantees.push_back(group->id);
    }
    if (const UidList* containers = memberships_.find("group:" + id)) {
        for (const policy::EntityUid& container : **containers) {
            collect_ancestors(container, found, grantees, depth + 1);
        }
    }
}

void World::refresh_principal(const PrincipalName& name, Refreshed& refreshed) {
    const PrincipalPtr old = principal(name);
    if (!old || !refreshed.insert(name).second) {
        return;  // listed before it exists (looked at again when it does), or done
    }
    const policy::EntityUid uid = principal_uid(name);
    std::vector<policy::EntityUid> ancestors;
    auto entry = std::make_shared<PrincipalEntry>(*old);
    entry->grantees = {entry->id};
    auto node = std::make_shared<Node>();
    if (const UidList* containers = memberships_.find(name.text())) {
        node->entity.parents = **containers;
        for (const policy::EntityUid& container : **containers) {
            collect_ancestors(container, ancestors, entry->grantees, 0);
        }
    }
    node->entity.uid = uid;
    node->entity.tags = tags_value(entry->tags);
    entry->keys = rules_.principal_keys(uid, ancestors);
    node->entity.ancestors = std::make_shared<const policy::AncestorSet>(std::move(ancestors));
    entry->node = node;
    entry->evidence = principal_evidence(*entry, node);
    set_node(entry->node);
    const std::vector<PrincipalName> members = entry->members;
    entries_.insert_or_assign(old->id, std::move(entry));
    for (const PrincipalName& member : members) {
        refresh_principal(member, refreshed);
    }
}

void World::refresh_role_groups(const DomainEntry& domain) {
    Refreshed refreshed;
    for (const PrincipalName& owner : domain.owners) {
        refresh_principal(owner, refreshed);
    }
    if (!domain.parent_name.empty()) {
        if (const DomainPtr above = this->domain(domain.parent_name)) {
            refresh_role_groups(*above);
        }
    }
}

Result<> World::put_principal(const Resource& resource, const Json& document) {
    auto entry = std::make_shared<PrincipalEntry>();
    entry->principal = PrincipalName{resource.kind, resource.name};
    if (resource.kind == Kind::group) {
        Result<GroupDocument> parsed = parse_group(document);
        if (!parsed) {
            return parsed.error();
        }
        entry->members = parsed->members;
        entry->tags = parsed->tags;
    } else if (resource.kind == Kind::engine) {
        Result<EngineDocument> parsed = parse_engine(document);
        if (!parsed) {
            return parsed.error();
        }
        entry->tags = parsed->tags;
        entry->disabled = parsed->disabled;
        for (const PrincipalName& name : parsed->speaks_for) {
            entry->named.push_back("member:" + name.text());
        }
    } else {
        Result<UserDocument> parsed =
            resource.kind == Kind::user ? parse_user(document) : parse_service(document);
        if (!parsed) {
            return parsed.error();
        }
        entry->tags = parsed->tags;
        entry->disabled = parsed->disabled;
    }
    const PrincipalPtr old = principal(entry->principal);
    const policy::EntityUid uid = principal_uid(entry->principal);
    entry->node = old ? old->node : make_node(rules_, uid, {}, {}, {});
    const std::vector<PrincipalName> before = old ? old->members : std::vector<PrincipalName>{};
    const std::vector<PrincipalName> after = entry->members;

    std::vector<std::string> uses;
    if (old) {
        append_tag_uses(old->tags, uses);
        uses.insert(uses.end(), old->named.begin(), old->named.end());
        change_uses(uses, -1);
        uses.clear();
    }
    append_tag_uses(entry->tags, uses);
    uses.insert(uses.end(), entry->named.begin(), entry->named.end());
    change_uses(uses, 1);

    enter(entry, resource, resource.name);
    Refreshed refreshed;
    refresh_principal(PrincipalName{resource.kind, resource.name}, refreshed);
    if (resource.kind == Kind::group) {
        list_members(uid, before, after);
    }
    return {};
}

}  // namespace charter
