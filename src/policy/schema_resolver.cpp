#include "policy/schema_resolver.hpp"

#include "charter/base/limits.hpp"
#include "policy/schema_definitions.hpp"
#include "policy/schema_names.hpp"

#include <algorithm>
#include <unordered_map>

namespace charter::policy {
namespace {

template <class Key>
void sort_unique(std::vector<Key>& keys) {
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

class SchemaResolver {
public:
    explicit SchemaResolver(const SchemaFragment& fragment)
        : fragment_(fragment), definitions_(fragment, issues_) {}

    ResolvedSchema run() {
        definitions_.resolve_common_types();
        for (const auto& [space, declared] : fragment_.namespaces) {
            for (const auto& [name, entity] : declared.entity_types) {
                entity_type(space, name, *entity);
            }
            for (const auto& [name, action_syntax] : declared.actions) {
                action(space, name, *action_syntax);
            }
        }
        if (issues_.empty()) {
            close(contents_->entity_types);
            close(contents_->actions);
            check_cycles();
        }
        ResolvedSchema resolved;
        if (issues_.empty()) {
            resolved.contents = std::move(contents_);
        }
        resolved.issues = issues_.take();
        return resolved;
    }

private:
    void entity_type(const std::string& space, const std::string& name,
                     const EntityTypeSyntax& syntax) {
        const std::string full_name = qualified(space, name);
        issues_.place = "entity type `" + full_name + "`";
        const auto [shared, fresh] = entity_declarations_.try_emplace(&syntax);
        if (fresh) {
            EntityTypeInfo& info = shared->second;
            info.name = full_name;
            info.parents = entity_types(syntax.parents, space);
            info.attributes = record("the shape of `" + full_name + "`", syntax.shape, space);
            if (syntax.tags) {
                info.tags = definitions_.resolve(*syntax.tags, space);
            }
            info.ids = syntax.ids.value_or(std::vector<std::string>());
            sort_unique(info.ids);
        }
        if (spend(shared->second.parents.size() + shared->second.ids.size())) {
            EntityTypeInfo& added = contents_->entity_types[full_name];
            added = shared->second;
            added.name = full_name;
        }
    }

    void action(const std::string& space, const std::string& name, const ActionSyntax& syntax) {
        const EntityUid uid(qualified(space, "Action"), name);
        issues_.place = "action " + uid.text();
        const auto [shared, fresh] = action_declarations_.try_emplace(&syntax);
        if (fresh) {
            shared->second.uid = uid;
            declared_action(space, syntax, shared->second);
        }
        const ActionInfo& info = shared->second;
        if (spend(info.parents.size() + info.principals.size() + info.resources.size())) {
            ActionInfo& added = contents_->actions[uid];
            added = info;
            added.uid = uid;
        }
    }

    void declared_action(const std::string& space, const ActionSyntax& syntax, ActionInfo& info) {
        if (syntax.has_attributes) {
            issues_.add(syntax.offset, "attributes of actions are not supported");
        }
        if (syntax.parents) {
            for (const ActionReferenceSyntax& parent : *syntax.parents) {
                if (auto uid = definitions_.resolve_action(parent, space)) {
                    info.parents.push_back(std::move(*uid));
                }
            }
        }
        sort_unique(info.parents);
        const AppliesToSyntax nothing;
        const AppliesToSyntax& applies = syntax.applies_to ? *syntax.applies_to : nothing;
        info.principals = entity_types(applies.principals, space);
        info.resources = entity_types(applies.resources, space);
        info.context = record("the context of " + info.uid.text(), applies.context, space);
    }

    std::vector<std::string> entity_types(const std::vector<NameSyntax>& names,
                                          const std::string& space) {
        std::vector<std::string> full_names;
        for (const NameSyntax& name : names) {
            if (auto full = definitions_.resolve_entity_type(name, space)) {
                full_names.push_back(std::move(*full));
            }
        }
        sort_unique(full_names);
        return full_names;
    }

    Type record(const std::string& what, const TypeSyntax& syntax, const std::string& space) {
        auto type = definitions_.resolve(syntax, space);
        if (!type) {
            return {};
        }
        if (type->kind != ValueKind::record) {
            issues_.add(syntax.offset, what + " is a record, not " + type->text());
        }
        return std::move(*type);
    }

    /// Follows parents from every node; a cycle shows as being reached again.
    template <class Map>
    void close(Map& nodes) {
        using Key = std::remove_const_t<typename Map::value_type::first_type>;
        std::vector<Key> keys;
        std::unordered_map<Key, std::size_t> index;
        for (const auto& [name, info] : nodes) {
            index.emplace(name, keys.size());
            keys.push_back(name);
        }
        std::vector<std::vector<std::size_t>> parents(keys.size());
        for (const auto& [name, info] : nodes) {
            for (const Key& parent : info.parents) {
                parents[index.at(name)].push_back(index.at(parent));
            }
        }
        std::vector<std::size_t> reached_from(keys.size(), keys.size());
        for (auto& [name, info] : nodes) {
            const std::size_t start = index.at(name);
            std::vector<std::size_t> open{start};
            while (!open.empty()) {
                const std::size_t node = open.back();
                open.pop_back();
                if (!spend(parents[node].size())) {
                    return;
                }
                for (const std::size_t parent : parents[node]) {
                    if (reached_from[parent] != start) {
                        reached_from[parent] = start;
                        info.ancestors.push_back(keys[parent]);
                        open.push_back(parent);
                    }
                }
            }
            std::ranges::sort(info.ancestors);
        }
    }

    void check_cycles() {
        for (const auto& [uid, info] : contents_->actions) {
            if (std::ranges::binary_search(info.ancestors, uid)) {
                issues_.place = "action " + uid.text();
                const auto& declared = fragment_.namespaces.at(space_of(uid)).actions.at(uid.id());
                issues_.add(declared->offset, "the action " + uid.text() + " is in itself");
            }
        }
    }

    static std::string space_of(const EntityUid& action) {
        const std::size_t colons = action.type().rfind("::");
        return colons == std::string::npos ? std::string() : action.type().substr(0, colons);
    }

    /// False when the schema asks for more work than is given to one.
    bool spend(std::size_t steps) {
        if (links_ + steps <= limits::schema_links_max) {
            links_ += steps;
            return true;
        }
        if (!spent_) {
            issues_.add(no_offset,
                        "the schema has too many members of hierarchies and of appliesTo");
        }
        spent_ = true;
        return false;
    }

    const SchemaFragment& fragment_;
    SchemaIssues issues_;
    SchemaDefinitions definitions_;
    std::shared_ptr<Schema::Contents> contents_ = std::make_shared<Schema::Contents>();
    // What a declaration of several names says is resolved once.
    std::unordered_map<const EntityTypeSyntax*, EntityTypeInfo> entity_declarations_;
    std::unordered_map<const ActionSyntax*, ActionInfo> action_declarations_;
    std::size_t links_ = 0;
    bool spent_ = false;
};

}  // namespace

ResolvedSchema resolve_schema(const SchemaFragment& fragment) {
    return SchemaResolver(fragment).run();
}

}  // namespace charter::policy
