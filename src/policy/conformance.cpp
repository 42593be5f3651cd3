// Do entities and requests fit a schema?

#include "policy/conformance.hpp"

#include "policy/schema_view.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace charter::policy {
namespace {

using Mismatch = std::optional<std::string>;

Error refused(std::string detail) {
    return {ErrorCode::invalid_request, std::move(detail)};
}

std::string described(const Value& value) {
    return value.is(ValueKind::entity) ? "an entity of type " + value.as_entity().type()
                                       : std::string(kind_name(value.kind()));
}

bool contains(const std::vector<std::string>& sorted, const std::string& name) {
    return std::ranges::binary_search(sorted, name);
}

class Checker {
public:
    explicit Checker(const Schema& schema) : schema_(schema) {}

    /// What keeps the value from having the type. Not deeper than the type.
    Mismatch value(const Type& type, const Value& value) const {
        if (value.kind() != type.kind) {
            return "expected " + shown(type) + ", found " + described(value);
        }
        switch (type.kind) {
            case ValueKind::entity:
                return entity(type, value);
            case ValueKind::set:
                for (const Value& element : value.as_set()) {
                    if (auto mismatch = this->value(*type.element, element)) {
                        return mismatch;
                    }
                }
                return std::nullopt;
            case ValueKind::record:
                return record(type, value);
            default:
                return std::nullopt;
        }
    }

    /// What is wrong with naming this entity: enumerated types have their ids, actions
    /// are declared.
    Mismatch name(const EntityUid& uid) const {
        if (SchemaView::is_action_type(uid.type())) {
            return schema_.action(uid) != nullptr
                       ? std::nullopt
                       : Mismatch(unknown_action(schema_, uid).message());
        }
        const EntityTypeInfo* info = schema_.entity_type(uid.type());
        if (info == nullptr || info->ids.empty() || contains(info->ids, uid.id())) {
            return std::nullopt;
        }
        return uid.text() + " is none of the entities that the schema lists for " + uid.type() +
               did_you_mean(nearest_of(uid.id(), info->ids));
    }

private:
    Mismatch entity(const Type& type, const Value& value) const {
        if (value.as_entity().type() != type.entity_type) {
            return "expected " + shown(type) + ", found " + described(value);
        }
        return name(value.as_entity());
    }

    Mismatch record(const Type& type, const Value& value) const {
        for (const auto& [name, member] : value.as_record()) {
            const AttributeType* attribute = type.find(name);
            if (attribute == nullptr) {
                std::vector<std::string> known;
                for (const AttributeType& declared : *type.attributes) {
                    known.push_back(declared.name);
                }
                return "attribute " + policy::quoted(name) + " is not declared" +
                       did_you_mean(nearest_of(name, known));
            }
            if (const auto mismatch = this->value(attribute->type, member)) {
                return "attribute " + policy::quoted(name) + ": " + *mismatch;
            }
        }
        for (const AttributeType& attribute : *type.attributes) {
            if (attribute.required && value.find(attribute.name) == nullptr) {
                return "attribute " + policy::quoted(attribute.name) + " is missing";
            }
        }
        return std::nullopt;
    }

    const Schema& schema_;
};

Mismatch tags_mismatch(const Checker& checker, const EntityTypeInfo& info, const Entity& entity) {
    for (const auto& [name, tag] : entity.tags.as_record()) {
        if (!info.tags) {
            return "entities of type " + info.name + " have no tags";
        }
        if (const auto mismatch = checker.value(*info.tags, tag)) {
            return "tag " + policy::quoted(name) + ": " + *mismatch;
        }
    }
    return std::nullopt;
}

Mismatch entity_mismatch(const Checker& checker, const EntityTypeInfo& info, const Entity& entity) {
    if (auto mismatch = checker.name(entity.uid)) {
        return mismatch;
    }
    if (auto mismatch = checker.value(info.attributes, entity.attributes)) {
        return mismatch;
    }
    for (const EntityUid& parent : entity.parents) {
        if (!contains(info.ancestors, parent.type())) {
            return "cannot be in " + parent.text() + ": the schema has " + info.name +
                   (info.ancestors.empty() ? " in nothing" : " in other types");
        }
        if (auto mismatch = checker.name(parent)) {
            return mismatch;
        }
    }
    if (!entity.tags.is(ValueKind::record)) {
        return "tags are a record";
    }
    return tags_mismatch(checker, info, entity);
}

using ByUid = std::unordered_map<EntityUid, const Entity*>;

/// An action that is given must be what the schema says, ancestors and all.
Mismatch action_mismatch(const Schema& schema, const Entity& entity, const ByUid& actions) {
    const ActionInfo* info = schema.action(entity.uid);
    if (info == nullptr) {
        return unknown_action(schema, entity.uid).message();
    }
    const Value nothing = Value::record({});
    std::unordered_set<EntityUid> ancestors;
    std::vector<EntityUid> open = entity.parents;
    while (!open.empty()) {
        const EntityUid ancestor = std::move(open.back());
        open.pop_back();
        // One too many is enough to differ, and bounds the walk.
        if (!ancestors.insert(ancestor).second || ancestors.size() > info->ancestors.size()) {
            continue;
        }
        if (const auto found = actions.find(ancestor); found != actions.end()) {
            open.insert(open.end(), found->second->parents.begin(), found->second->parents.end());
        }
    }
    const bool same = entity.attributes == nothing && entity.tags == nothing &&
                      ancestors.size() == info->ancestors.size() &&
                      std::ranges::all_of(info->ancestors, [&](const EntityUid& uid) {
                          return ancestors.contains(uid);
                      });
    return same ? std::nullopt
                : Mismatch("the action is not as the schema declares it; it can be left out");
}

Result<void> check_types(const Schema& schema, const Request& request, const ActionInfo& action) {
    for (const auto& [what, uid, allowed] :
         {std::tuple("principal", &request.principal, &action.principals),
          std::tuple("resource", &request.resource, &action.resources)}) {
        if (schema.entity_type(uid->type()) == nullptr) {
            return unknown_entity_type(schema, *uid);
        }
        if (const auto mismatch = Checker(schema).name(*uid)) {
            return refused(*mismatch);
        }
        if (!contains(*allowed, uid->type())) {
            return refused(action.uid.text() + " does not apply to a " + what + " of type " +
                           uid->type());
        }
    }
    return {};
}

}  // namespace

Error unknown_entity_type(const Schema& schema, const EntityUid& uid) {
    return refused(uid.text() + ": the schema has no entity type `" + uid.type() + "`" +
                   did_you_mean(SchemaView(schema).nearest_type(uid.type())));
}

Error unknown_action(const Schema& schema, const EntityUid& uid) {
    return refused("the schema has no action " + uid.text() +
                   did_you_mean(SchemaView(schema).nearest_action(uid)));
}

std::string shown(const Type& type) {
    constexpr std::size_t shown_bytes_max = 200;
    std::string text = type.text();
    return text.size() <= shown_bytes_max ? text : std::string(kind_name(type.kind));
}

Result<void> check_entities(const Schema& schema, const std::vector<Entity>& entities) {
    const Checker checker(schema);
    ByUid actions;
    for (const Entity& entity : entities) {
        if (SchemaView::is_action_type(entity.uid.type())) {
            actions.emplace(entity.uid, &entity);
        }
    }
    for (const Entity& entity : entities) {
        Mismatch mismatch;
        if (SchemaView::is_action_type(entity.uid.type())) {
            mismatch = action_mismatch(schema, entity, actions);
        } else {
            const EntityTypeInfo* info = schema.entity_type(entity.uid.type());
            if (info == nullptr) {
                return unknown_entity_type(schema, entity.uid);
            }
            mismatch = entity_mismatch(checker, *info, entity);
        }
        if (mismatch) {
            return refused(entity.uid.text() + ": " + *mismatch);
        }
    }
    return {};
}

Result<void> check_request(const Schema& schema, const Request& request) {
    const ActionInfo* action = schema.action(request.action);
    if (action == nullptr) {
        return unknown_action(schema, request.action);
    }
    if (const Result<void> types = check_types(schema, request, *action); !types) {
        return types;
    }
    const auto mismatch = Checker(schema).value(action->context, request.context);
    return mismatch ? refused("context: " + *mismatch) : Result<void>();
}

}  // namespace charter::policy
