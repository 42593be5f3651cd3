// `effective_tags`: what a resource's tags come to, and where each comes from.
#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "governance/kind_rules.hpp"

#include <algorithm>
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

/// Adds what one object below `above` comes to, and returns it for what lies below.
EffectiveTags add_to(Json& shown, const EffectiveTags& above, const std::string& path,
                     const ProtectedKeys& protected_keys) {
    EffectiveTags effective = inherit_tags(above, {path, own_tags(shown)}, protected_keys);
    shown["effective_tags"] = as_json(effective);
    return effective;
}

}  // namespace

void add_effective_tags(Json& shown, const World& world, const Entry& entry) {
    const ProtectedKeys& protected_keys = world.protected_keys();
    const DomainPtr domain = world.domain_of(entry);
    if ((entry.kind != Kind::domain && entry.kind != Kind::product) || !domain) {
        return;
    }
    const EffectiveTags inherited = effective_tags(levels_of(world, *domain), protected_keys);
    if (entry.kind == Kind::domain) {
        shown["effective_tags"] = as_json(inherited);
        return;
    }
    const EffectiveTags product = add_to(shown, inherited, entry.path, protected_keys);
    if (!shown.contains("ports")) {
        return;
    }
    for (Json& port : shown["ports"]) {
        const std::string path = entry.path + "/" + port.value("name", "");
        const EffectiveTags tags = add_to(port, product, path, protected_keys);
        if (port.contains("columns")) {
            for (Json& column : port["columns"]) {
                add_to(column, tags, path + "/" + column.value("name", ""), protected_keys);
            }
        }
    }
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
        for (const std::string& use : product->tag_uses) {
            if (use.starts_with("tag:") && world.protected_keys().contains(use.substr(4))) {
                facts += " " + use;
            }
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

void drop_effective_tags_below(Json& document, const Json& current,
                               std::vector<Violation>& violations) {
    const auto named = [](const Json* list, const Json& name) -> const Json* {
        if (list == nullptr) {
            return nullptr;
        }
        for (const Json& each : *list) {
            if (each.value("name", Json()) == name) {
                return &each;
            }
        }
        return nullptr;
    };
    const auto list_of = [](auto* owner, const char* field) {
        const bool there = owner != nullptr && owner->is_object() && owner->contains(field) &&
                           (*owner)[field].is_array();
        return there ? &(*owner)[field] : nullptr;
    };
    const auto drop = [&](Json& sent, const Json* now, const std::string& pointer) {
        const auto field = sent.find("effective_tags");
        if (field == sent.end()) {
            return;
        }
        // What is new or has another name has no value yet that it could differ from.
        if (now != nullptr && *field != now->value("effective_tags", Json())) {
            violations.push_back({pointer + "/effective_tags", "`effective_tags` is read-only"});
        }
        sent.erase(field);
    };
    const auto name_of = [](const Json& each) {
        const auto name = each.find("name");
        return name != each.end() ? *name : Json();
    };
    Json* ports = list_of(&document, "ports");
    for (std::size_t i = 0; ports != nullptr && i < ports->size(); ++i) {
        Json& port = (*ports)[i];
        if (!port.is_object()) {
            continue;
        }
        const std::string pointer = "/ports/" + std::to_string(i);
        const Json* now = named(list_of(&current, "ports"), name_of(port));
        drop(port, now, pointer);
        Json* columns = list_of(&port, "columns");
        for (std::size_t c = 0; columns != nullptr && c < columns->size(); ++c) {
            Json& column = (*columns)[c];
            if (column.is_object()) {
                drop(column, named(list_of(now, "columns"), name_of(column)),
                     pointer + "/columns/" + std::to_string(c));
            }
        }
    }
}

}  // namespace charter
