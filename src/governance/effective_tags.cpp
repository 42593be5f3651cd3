// `effective_tags`: what a resource's tags come to, and where each comes from.
#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "governance/kind_rules.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace charter {

namespace {

/// The domain with those above it, the topmost first.
std::vector<TagLevel> levels_of(const World& world, const DomainEntry& domain) {
    std::vector<TagLevel> levels;
    const DomainEntry* at = &domain;
    for (DomainPtr above; at != nullptr && levels.size() < limits::domain_depth_max;
         at = above.get()) {
        levels.push_back({at->path, at->tags});
        above = at->parent_name.empty() ? nullptr : world.domain(at->parent_name);
    }
    std::ranges::reverse(levels);
    return levels;
}

Json as_json(const EffectiveTags& tags) {
    Json json = Json::object();
    for (const auto& [key, tag] : tags) {
        json[key] = {{"values", tag.values}, {"origin", tag.origin}};
    }
    return json;
}

Tags own_tags(const Json& shown) {
    const auto tags = shown.find("tags");
    return tags != shown.end() && tags->is_object() ? tags->get<Tags>() : Tags{};
}

/// Calls visit(object, name) for the named objects of a list of `owner`, if it has one.
template <class Visit>
void for_each_named(const Json& owner, const char* field, Visit&& visit) {
    const auto list = owner.find(field);
    if (list == owner.end() || !list->is_array()) {
        return;
    }
    for (const Json& each : *list) {
        visit(each, each.value("name", ""));
    }
}

/// What the ports and columns come to that have tags of their own.
Json tags_below(const Json& product, const std::string& path, std::vector<TagLevel>& levels,
                const ProtectedKeys& protected_keys) {
    Json below = Json::object();
    const auto add = [&](const Json& each, const std::string& name) {
        levels.push_back({path + "/" + name, own_tags(each)});
        if (!levels.back().tags.empty()) {
            below[name] = as_json(effective_tags(levels, protected_keys));
        }
    };
    for_each_named(product, "ports", [&](const Json& port, const std::string& name) {
        add(port, name);
        for_each_named(port, "columns", [&](const Json& column, const std::string& column_name) {
            add(column, name + "/" + column_name);
            levels.pop_back();
        });
        levels.pop_back();
    });
    return below;
}

}  // namespace

void add_effective_tags(Json& shown, const World& world, const Entry& entry) {
    const ProtectedKeys& protected_keys = world.protected_keys();
    const DomainPtr domain = world.domain_of(entry);
    if ((entry.kind != Kind::domain && entry.kind != Kind::product) || !domain) {
        return;
    }
    std::vector<TagLevel> levels = levels_of(world, *domain);
    if (entry.kind == Kind::product) {
        levels.push_back({entry.path, own_tags(shown)});
        shown["effective_tags_below"] = tags_below(shown, entry.path, levels, protected_keys);
    }
    shown["effective_tags"] = as_json(effective_tags(levels, protected_keys));
}

std::string inherited_mark(const World& world, const Entry& entry) {
    const DomainPtr domain = world.domain_of(entry);
    const bool is_domain = entry.kind == Kind::domain;
    if (!domain || (!is_domain && entry.kind != Kind::product) ||
        (is_domain && domain->parent_name.empty())) {
        return "";
    }
    std::string facts;
    const EffectiveTags inherited =
        effective_tags(levels_of(world, *domain), world.protected_keys());
    if (!inherited.empty()) {
        facts = as_json(inherited).dump();
    }
    if (const auto* product = dynamic_cast<const ProductEntry*>(&entry)) {
        std::set<std::string> keys;
        for (const std::string& use : product->tag_uses) {
            if (use.starts_with("tag:") && world.protected_keys().contains(use.substr(4))) {
                keys.insert(use);
            }
        }
        for (const std::string& key : keys) {
            facts += " " + key;
        }
    }
    if (is_domain) {
        facts += domain->parent_name;  // the owners above are shown too
        for (DomainPtr at = domain; at != nullptr;
             at = at->parent_name.empty() ? nullptr : world.domain(at->parent_name)) {
            for (const PrincipalName& owner : at->owners) {
                facts += " " + owner.text();
            }
        }
    }
    if (facts.empty()) {
        return "";
    }
    const Digest digest = sha256(facts);
    return to_hex(std::span(digest).first<4>());
}

}  // namespace charter
