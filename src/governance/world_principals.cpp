// The fold of principals: who is in what, kept closed under `in`.
#include "charter/governance/world.hpp"

#include "charter/base/json_writer.hpp"
#include "governance/fold.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
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

const std::vector<policy::EntityUid> no_uids;

/// No principal's text has a line break in it, and neither has an issuer's name.
std::string claim_key(const ClaimedGroup& claimed) {
    return claimed.issuer + "\n" + claimed.group;
}

std::string subject_key(const Subject& subject) {
    return subject.issuer + "\n" + subject.subject;
}

/// What is only in the first, and what is only in the second.
template <class T>
std::pair<std::vector<T>, std::vector<T>> difference(const std::vector<T>& before,
                                                     const std::vector<T>& after) {
    const std::set<T> old_set(before.begin(), before.end());
    const std::set<T> new_set(after.begin(), after.end());
    std::pair<std::vector<T>, std::vector<T>> result;
    std::ranges::set_difference(old_set, new_set, std::back_inserter(result.first));
    std::ranges::set_difference(new_set, old_set, std::back_inserter(result.second));
    return result;
}

/// What a put of a principal says, of whichever kind.
struct Facts {
    Tags tags;
    bool disabled = false;
    std::optional<Subject> identity;
    std::vector<PrincipalName> members;
    std::vector<ClaimedGroup> claimed;
    std::vector<PrincipalName> speaks_for;
    std::vector<std::string> enforces;
};

Result<Facts> parse_facts(Kind kind, const Json& document) {
    if (kind == Kind::group) {
        Result<GroupDocument> group = parse_group(document);
        return group ? Result<Facts>(Facts{group->tags, false, std::nullopt, group->members,
                                           group->claimed, {}, {}})
                     : Result<Facts>(group.error());
    }
    if (kind == Kind::engine) {
        Result<EngineDocument> engine = parse_engine(document);
        return engine ? Result<Facts>(Facts{engine->tags, engine->disabled, engine->identity, {},
                                            {}, engine->speaks_for, engine->enforces})
                      : Result<Facts>(engine.error());
    }
    Result<UserDocument> person = kind == Kind::user ? parse_user(document)
                                                     : parse_service(document);
    return person ? Result<Facts>(Facts{person->tags, person->disabled, person->identity, {}, {}, {}, {}})
                  : Result<Facts>(person.error());
}

/// What the last token of the principal's issuer said, as the server keeps it.
void read_claims(const Json& state, PrincipalEntry& entry) {
    const auto claims = state.find("claims");
    if (claims == state.end() || !entry.identity) {
        return;
    }
    entry.claimed_groups = claims->value("groups", std::vector<std::string>{});
    entry.claimed_tags = claims->value("tags", Tags{});
    const auto time = [&](const char* field) {
        const Result<UtcTime> at = parse_time(claims->value(field, ""));
        return at ? *at : UtcTime::min();
    };
    entry.claims_issued = time("issued_at");
    entry.claims_seen = time("seen_at");
    for (auto& [key, values] : claims->value("known_tags", Tags{})) {
        entry.tags.emplace(key, std::move(values));
    }
}

std::vector<std::string> uses_of(const PrincipalEntry& entry) {
    std::vector<std::string> uses;
    for (const PrincipalName& name : entry.speaks_for) {
        uses.push_back("member:" + name.text());
    }
    append_tag_uses(entry.tags, uses);
    return uses;
}

}  // namespace

PrincipalPtr World::principal(const Subject& subject) const {
    const ResourceId* id = subjects_.find(subject_key(subject));
    return id != nullptr ? find<PrincipalEntry>(*id) : nullptr;
}

void World::list_membership(const std::string& key, const policy::EntityUid& container,
                            bool present) {
    const UidList* found = memberships_.find(key);
    auto list = found != nullptr ? std::make_shared<std::vector<policy::EntityUid>>(**found)
                                 : std::make_shared<std::vector<policy::EntityUid>>();
    if (present) {
        list->push_back(container);
    } else {
        std::erase(*list, container);
    }
    if (list->empty()) {
        memberships_.remove(key);
    } else {
        memberships_.insert_or_assign(key, std::move(list));
    }
}

void World::list_members(const policy::EntityUid& container,
                         const std::vector<PrincipalName>& before,
                         const std::vector<PrincipalName>& after) {
    const auto [gone, come] = difference(before, after);
    Refreshed refreshed;
    const auto change = [&](const std::vector<PrincipalName>& names, bool present) {
        for (const PrincipalName& name : names) {
            list_membership(name.text(), container, present);
            change_uses({"member:" + name.text()}, present ? 1 : -1);
        }
    };
    change(gone, false);
    change(come, true);
    for (const auto& changed : {gone, come}) {
        for (const PrincipalName& name : changed) {
            refresh_principal(name, refreshed);
        }
    }
}

void World::list_claims(const policy::EntityUid& group, const std::vector<ClaimedGroup>& before,
                        const std::vector<ClaimedGroup>& after) {
    const auto [gone, come] = difference(before, after);
    if (gone.empty() && come.empty()) {
        return;
    }
    for (const ClaimedGroup& claimed : gone) {
        list_membership(claim_key(claimed), group, false);
    }
    for (const ClaimedGroup& claimed : come) {
        list_membership(claim_key(claimed), group, true);
    }
    Refreshed refreshed;
    for (const auto& changed : {gone, come}) {
        for (const PrincipalName& name : bearers_of(changed)) {
            refresh_principal(name, refreshed);
        }
    }
}

std::vector<PrincipalName> World::bearers_of(const std::vector<ClaimedGroup>& groups) const {
    std::vector<PrincipalName> bearers;
    if (groups.empty()) {
        return bearers;
    }
    // Tied groups are few and change rarely: everybody who came from outside is looked at.
    const std::set<ClaimedGroup> wanted(groups.begin(), groups.end());
    subjects_.for_each([&](const std::string&, const ResourceId& id) {
        const auto bearer = find<PrincipalEntry>(id);
        const auto claims = [&](const std::string& name) {
            return wanted.contains(ClaimedGroup{bearer->identity->issuer, name});
        };
        if (bearer && std::ranges::any_of(bearer->claimed_groups, claims)) {
            bearers.push_back(bearer->principal);
        }
    });
    return bearers;
}

std::vector<policy::EntityUid> World::containers_of(const PrincipalEntry& entry) const {
    std::vector<policy::EntityUid> containers;
    if (const UidList* found = memberships_.find(entry.principal.text())) {
        containers = **found;
    }
    for (const std::string& group : entry.claimed_groups) {
        const UidList* tied = memberships_.find(claim_key({entry.identity->issuer, group}));
        for (const policy::EntityUid& uid : tied != nullptr ? **tied : no_uids) {
            if (std::ranges::find(containers, uid) == containers.end()) {
                containers.push_back(uid);
            }
        }
    }
    return containers;
}

void World::list_in(const std::vector<policy::EntityUid>& containers, ResourceId member,
                    bool present) {
    for (const policy::EntityUid& uid : containers) {
        // Roles of a domain hold no grants: "customer/owners" is no group's name.
        const EntryPtr container = find(uid.type() == "Team" ? Kind::domain : Kind::group, uid.id());
        if (container && present) {
            members_of_.insert(container->id.value, member.value);
        } else if (container) {
            members_of_.erase(container->id.value, member.value);
        }
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
    node->entity.parents = containers_of(*entry);
    if (node->entity.parents != old->node->entity.parents) {
        list_in(old->node->entity.parents, old->id, false);
        list_in(node->entity.parents, old->id, true);
    }
    for (const policy::EntityUid& container : node->entity.parents) {
        collect_ancestors(container, ancestors, entry->grantees, 0);
    }
    node->entity.uid = uid;
    node->entity.tags = tags_value(entry->tags);
    entry->keys = rules_.principal_keys(uid, ancestors);
    node->entity.ancestors = std::make_shared<const policy::AncestorSet>(std::move(ancestors));
    entry->node = node;
    entry->evidence = principal_evidence(*entry, node);
    set_node(entry->node);
    const std::vector<PrincipalName> members = entry->members;
    const std::vector<PrincipalName> bearers = bearers_of(entry->claimed);
    entries_.insert_or_assign(old->id, std::move(entry));
    for (const auto& below : {members, bearers}) {
        for (const PrincipalName& each : below) {
            refresh_principal(each, refreshed);
        }
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
    Result<Facts> facts = parse_facts(resource.kind, document);
    if (!facts) {
        return facts.error();
    }
    const Result<Json> state = parse_json(resource.state.empty() ? "{}" : resource.state);
    if (!state) {
        return state.error();
    }
    auto entry = std::make_shared<PrincipalEntry>();
    entry->principal = PrincipalName{resource.kind, resource.name};
    entry->tags = std::move(facts->tags);
    entry->disabled = facts->disabled;
    entry->identity = std::move(facts->identity);
    entry->members = std::move(facts->members);
    entry->claimed = std::move(facts->claimed);
    entry->speaks_for = std::move(facts->speaks_for);
    entry->enforces = std::move(facts->enforces);
    read_claims(*state, *entry);

    const PrincipalPtr old = principal(entry->principal);
    const policy::EntityUid uid = principal_uid(entry->principal);
    entry->node = old ? old->node : make_node(rules_, uid, {}, {}, {});
    if (old) {
        change_uses(uses_of(*old), -1);
        list_tagged(old->id, uses_of(*old), false);
        if (old->identity) {
            subjects_.remove(subject_key(*old->identity));
        }
    }
    change_uses(uses_of(*entry), 1);
    list_tagged(resource.id, uses_of(*entry), true);
    if (entry->identity) {
        subjects_.insert_or_assign(subject_key(*entry->identity), resource.id);
    }
    const std::vector<PrincipalName> members = entry->members;
    const std::vector<ClaimedGroup> claimed = entry->claimed;

    enter(entry, resource, resource.name);
    Refreshed refreshed;
    refresh_principal(PrincipalName{resource.kind, resource.name}, refreshed);
    list_members(uid, old ? old->members : std::vector<PrincipalName>{}, members);
    list_claims(uid, old ? old->claimed : std::vector<ClaimedGroup>{}, claimed);
    return {};
}

void World::detach_principal(const PrincipalEntry& entry) {
    change_uses(uses_of(entry), -1);
    list_tagged(entry.id, uses_of(entry), false);
    if (entry.identity) {
        subjects_.remove(subject_key(*entry.identity));
    }
    list_members(entry.node->entity.uid, entry.members, {});
    list_claims(entry.node->entity.uid, entry.claimed, {});
    list_in(entry.node->entity.parents, entry.id, false);
}

}  // namespace charter
