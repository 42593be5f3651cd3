#pragma once

// Everything a World says about a given set of names, as text: two Worlds that say
// the same are the same to whoever asks.

#include "charter/governance/decide.hpp"
#include "charter/governance/world.hpp"
#include "governance/fold.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace charter::testing {

/// The names to ask for; most of them may be absent at any time.
struct Names {
    std::vector<std::string> principals;  // "user:u0" …
    std::vector<std::string> domains;
    std::vector<std::string> products;
    std::vector<std::string> ports;
    std::vector<std::string> columns;  // of each port
    std::vector<std::string> uses;
    std::vector<std::string> places;   // URIs
    std::vector<std::string> purposes;  // "" for none
    UtcTime now{};
};

using Facts = std::map<std::string, std::string>;

inline std::string joined(std::vector<std::string> parts) {
    std::sort(parts.begin(), parts.end());
    std::string text;
    for (const std::string& part : parts) {
        text += part + " ";
    }
    return text;
}

inline std::string ids_text(const std::vector<ResourceId>& ids) {
    std::vector<std::string> parts;
    for (const ResourceId id : ids) {
        parts.push_back(id.text());
    }
    return joined(std::move(parts));
}

inline std::string labels(const std::vector<Ground>& grounds) {
    std::vector<std::string> parts;
    for (const Ground& ground : grounds) {
        parts.emplace_back(std::string(ground.label) + "#" + to_hex((*ground.evidence)->hash).substr(0, 8));
    }
    return joined(std::move(parts));
}

inline std::string verdict_text(const Verdict& verdict) {
    return (verdict.allow ? "yes " : "no ") + labels(verdict.determined_by) + "| " +
           labels(verdict.shadow) +
           // Of several forbids that fail, the one that is named may be any of them.
           (verdict.error.empty() ? "" : "| error");
}

inline std::string node_text(const World& world, const NodePtr& node) {
    if (!node) {
        return "none";
    }
    std::vector<std::string> above;
    if (node->entity.ancestors != nullptr) {
        for (const policy::EntityUid& uid : node->entity.ancestors->uids()) {
            above.push_back(uid.text());
        }
    }
    std::vector<std::string> parents;
    for (const policy::EntityUid& uid : node->entity.parents) {
        parents.push_back(uid.text());
    }
    const bool known = world.find(node->entity.uid) == &node->entity;
    return node->entity.uid.text() + (known ? " " : " not the World's ") +
           node->entity.attributes.to_cedar_text() + " " + node->entity.tags.to_cedar_text() +
           " in " + joined(above) + " parents " + joined(parents);
}

inline std::string port_text(const World& world, const PortPtr& port) {
    if (!port) {
        return "none";
    }
    std::string text = port->id.text() + " of " + port->product.text() + " in " +
                       port->domain.text() + (port->published ? " published " : " drafted ") +
                       port->version + " " + std::to_string(port->revision) + " " +
                       port->location.text() + " " + node_text(world, port->node) + " " +
                       port->clear_json + " " + port->evidence->content;
    for (const ColumnEntry& column : port->columns) {
        text += "\n  " + column.name + " " + column.type + " " + node_text(world, column.node);
    }
    return text;
}

inline void principal_facts(const World& world, const std::string& name, Facts& facts) {
    const PrincipalName parsed = PrincipalName::parse(name).value();
    facts["uid " + name] = node_text(world, world.node(principal_uid(parsed)));
    facts["grantee " + name] = world.grantee_id(parsed).text();
    if (parsed.kind == Kind::domain) {
        return;
    }
    const PrincipalPtr entry = world.principal(parsed);
    std::string text = "none";
    if (entry) {
        std::vector<std::string> members;
        for (const PrincipalName& member : entry->members) {
            members.push_back(member.text());
        }
        text = entry->id.text() + " " + std::to_string(entry->revision) +
               (entry->disabled ? " disabled " : " ") + node_text(world, entry->node) +
               " grantees " + ids_text(entry->grantees) + " members " + joined(members);
    }
    facts["principal " + name] = text;
}

inline void domain_facts(const World& world, const std::string& name, Facts& facts) {
    const DomainPtr domain = world.domain(name);
    facts["below " + name] = ids_text(world.domains_below(name));
    for (const char* role : {"/owners", "/stewards"}) {
        facts["role " + name + role] = node_text(world, world.node({"Group", name + role}));
    }
    facts["domain node " + name] = node_text(world, world.node(domain_uid(name)));
    if (!domain) {
        facts["domain " + name] = "none";
        return;
    }
    std::vector<std::string> rules;
    for (const ResourceId id : world.contents_of(domain->id)) {
        if (const auto rule = world.find<PolicyEntry>(id)) {
            rules.push_back(rule->label + " " + rule->evidence->content);
        }
    }
    facts["domain " + name] = domain->id.text() + " " + domain->parent_name + " " +
                              std::to_string(domain->revision) + " " +
                              node_text(world, domain->node) + " products " +
                              ids_text(world.products_of(domain->id)) + " contents " +
                              ids_text(world.contents_of(domain->id)) + " rules " + joined(rules);
}

inline void product_facts(const World& world, const std::string& path, Facts& facts) {
    const ProductPtr product = world.product(path);
    facts["product node " + path] = node_text(world, world.node({"Product", path}));
    if (!product) {
        facts["product " + path] = "none";
        return;
    }
    std::vector<std::string> parts;
    for (const auto& [id, uri] : product->claims) {
        parts.push_back("claim " + id.text() + " " + uri.text());
    }
    for (const PortPtr& port : product->ports) {
        const bool listed = world.port(port->path) == port && world.port(port->id) == port;
        parts.push_back("port " + port->path + (listed ? "" : " not the World's"));
    }
    parts.insert(parts.end(), product->tag_uses.begin(), product->tag_uses.end());
    facts["product " + path] = product->id.text() + " " + product->status + " " +
                               product->visibility + " " + product->version + " " +
                               std::to_string(product->revision) + " " +
                               node_text(world, product->node) + " versions " +
                               ids_text(world.contents_of(product->id)) + " " + joined(parts);
}

inline void decision_facts(const World& world, const Names& names, Facts& facts) {
    for (const std::string& name : names.principals) {
        const PrincipalName parsed = PrincipalName::parse(name).value();
        const PrincipalPtr principal =
            parsed.kind == Kind::domain ? nullptr : world.principal(parsed);
        if (!principal) {
            continue;
        }
        Caller caller;
        caller.principal = principal;
        caller.now = names.now;
        Visibility visibility(world, caller);
        for (std::size_t a = 0; a < action_count; ++a) {
            const auto action = static_cast<Action>(a);
            const bool data = (bit(action) & data_actions) != 0;
            for (const std::string& purpose : names.purposes) {
                if (!purpose.empty() && !data) {
                    continue;
                }
                Decider decider(world, caller, action,
                                purpose.empty() ? std::nullopt
                                                : std::optional<std::string_view>(purpose));
                const std::string who = name + " " + std::string(action_name(action)) +
                                        (purpose.empty() ? " " : " for " + purpose + " ");
                facts[who + "mesh"] = verdict_text(decider.decide(target_of(world)));
                for (const std::string& domain : names.domains) {
                    if (const DomainPtr entry = world.domain(domain)) {
                        facts[who + domain] = verdict_text(decider.decide(target_of(world, *entry)));
                        if (action == Action::discover) {
                            facts["shows " + name + " " + domain] = visibility.shows(*entry) ? "yes" : "no";
                        }
                    }
                }
                for (const std::string& product : names.products) {
                    if (const ProductPtr entry = world.product(product)) {
                        facts[who + product] = verdict_text(decider.decide(target_of(world, *entry)));
                    }
                }
                for (const std::string& port : names.ports) {
                    const PortPtr entry = world.port(port);
                    if (!entry) {
                        continue;
                    }
                    facts[who + port] = verdict_text(decider.decide(target_of(world, *entry)));
                    if (data || action == Action::discover) {
                        const ColumnsVerdict columns = decider.decide_columns(*entry);
                        std::string bits;
                        for (const char column : columns.columns) {
                            bits += column != 0 ? '1' : '0';
                        }
                        facts[who + port + " columns"] = bits + " " + verdict_text(columns.verdict);
                    }
                }
            }
        }
    }
}

inline Facts facts_of(const World& world, const Names& names) {
    Facts facts;
    for (const std::string& name : names.principals) {
        principal_facts(world, name, facts);
    }
    for (const std::string& name : names.domains) {
        domain_facts(world, name, facts);
    }
    for (const std::string& path : names.products) {
        product_facts(world, path, facts);
    }
    for (const std::string& path : names.ports) {
        facts["port " + path] = port_text(world, world.port(path));
        facts["port node " + path] = node_text(world, world.node({"Port", path}));
        for (const std::string& column : names.columns) {
            const policy::EntityUid uid("Column", path + "/" + column);
            const policy::Entity* entity = world.find(uid);
            facts["column " + path + "/" + column] =
                (entity != nullptr ? entity->tags.to_cedar_text() : "none") +
                (world.draft_has(uid) ? " drafted" : "");
        }
    }
    for (const std::string& what : names.uses) {
        facts["uses " + what] = std::to_string(world.uses(what));
    }
    for (const std::string& place : names.places) {
        const StorageUri uri = StorageUri::parse(place).value();
        const auto text = [](std::optional<ResourceId> id) { return id ? id->text() : "none"; };
        facts["place " + place] =
            text(world.locations().covering(uri)) + " " + text(world.ports().covering(uri)) + " " +
            (world.locations().any_inside(uri) ? "locations " : "") +
            (world.ports().any_inside(uri) ? "ports " : "") +
            (world.ports().overlaps(uri, {}) ? "overlaps" : "");
    }
    facts["rules"] = std::to_string(world.rules().size()) + ", of columns " +
                     std::to_string(world.rules_of_columns());
    facts["storages"] = ids_text(world.storages());
    decision_facts(world, names, facts);
    return facts;
}

/// What differs, a few of it; empty when nothing does.
inline std::string difference(const Facts& a, const Facts& b) {
    std::string text;
    std::size_t count = 0;
    for (const auto& [key, value] : a) {
        const auto other = b.find(key);
        if (other == b.end() || other->second != value) {
            if (++count <= 5) {
                text += key + "\n  " + value + "\n  " +
                        (other == b.end() ? "not there" : other->second) + "\n";
            }
        }
    }
    for (const auto& [key, value] : b) {
        if (!a.contains(key) && ++count <= 5) {
            text += key + "\n  not there\n  " + value + "\n";
        }
    }
    return count == 0 ? "" : std::to_string(count) + " facts differ\n" + text;
}

}  // namespace charter::testing
