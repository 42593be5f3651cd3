#include "policy/entities_json.hpp"

#include "policy/conformance.hpp"
#include "policy/schema_names.hpp"
#include "policy/schema_view.hpp"
#include "policy/values_json.hpp"

#include <nlohmann/json.hpp>

#include <unordered_set>

namespace charter::policy {
namespace {

Error refused(std::string detail) {
    return {ErrorCode::invalid_request, std::move(detail)};
}

bool names_entity(const Json& json) {
    return json.is_object() && json.size() == 2 && json.contains("type") && json.contains("id") &&
           json["type"].is_string() && json["id"].is_string();
}

/// Reads the array of entities, with a schema or without.
class EntitiesReader {
public:
    explicit EntitiesReader(const Schema* schema) : schema_(schema) {}

    Result<std::vector<Entity>> run(const Json& json) {
        if (!json.is_array()) {
            return refused("entities are an array");
        }
        std::vector<Entity> entities;
        entities.reserve(json.size());
        for (const Json& element : json) {
            Result<Entity> entity = read(element);
            if (!entity) {
                return entity.error();
            }
            entities.push_back(std::move(*entity));
        }
        return entities;
    }

private:
    Result<Entity> read(const Json& json) {
        if (!json.is_object() || !json.contains("uid") || !json.contains("attrs") ||
            !json.contains("parents")) {
            return refused("an entity is an object with uid, attrs and parents");
        }
        for (const auto& [name, member] : json.items()) {
            if (name != "uid" && name != "attrs" && name != "parents" && name != "tags") {
                return refused("an entity has no member " + policy::quoted(name));
            }
        }
        const Result<EntityUid> uid = entity_uid_from_json(json["uid"]);
        if (!uid) {
            return uid.error();
        }
        Entity entity;
        entity.uid = *uid;
        const bool typed = schema_ != nullptr && !SchemaView::is_action_type(uid->type());
        const EntityTypeInfo* info = typed ? schema_->entity_type(uid->type()) : nullptr;
        if (typed && info == nullptr) {
            return unknown_entity_type(*schema_, *uid);
        }
        Result<Value> attributes = read_attributes(json, info);
        Result<Value> tags = read_tags(json, info);
        for (const auto* part : {&attributes, &tags}) {
            if (!*part) {
                return refused(uid->text() + ": " + part->error().message());
            }
        }
        entity.attributes = std::move(*attributes);
        entity.tags = std::move(*tags);
        return with_parents(std::move(entity), json);
    }

    static Result<Value> read_attributes(const Json& json, const EntityTypeInfo* info) {
        if (!json["attrs"].is_object()) {
            return refused("attrs is an object");
        }
        return info == nullptr ? members_from_json(json["attrs"])
                               : record_from_json(json["attrs"], info->attributes);
    }

    static Result<Value> read_tags(const Json& json, const EntityTypeInfo* info) {
        if (!json.contains("tags")) {
            return Value::record({});
        }
        if (!json["tags"].is_object()) {
            return refused("tags is an object");
        }
        if (info == nullptr) {
            return members_from_json(json["tags"]);
        }
        if (!info->tags && !json["tags"].empty()) {
            return refused("entities of type " + info->name + " have no tags");
        }
        std::vector<Value::Member> tags;
        for (const auto& [name, member] : json["tags"].items()) {
            Result<Value> value = value_from_json(member, *info->tags);
            if (!value) {
                return refused("tag " + policy::quoted(name) + ": " + value.error().message());
            }
            tags.emplace_back(name, std::move(*value));
        }
        return Value::record(std::move(tags));
    }

    static Result<Entity> with_parents(Entity entity, const Json& json) {
        if (!json["parents"].is_array()) {
            return refused(entity.uid.text() + ": parents is an array");
        }
        for (const Json& parent : json["parents"]) {
            const Result<EntityUid> uid = entity_uid_from_json(parent);
            if (!uid) {
                return uid.error();
            }
            if (SchemaView::is_action_type(entity.uid.type()) &&
                !SchemaView::is_action_type(uid->type())) {
                return refused(entity.uid.text() + " is an action, and " + uid->text() +
                               " is none that it could be in");
            }
            entity.parents.push_back(*uid);
        }
        return entity;
    }

    const Schema* schema_;
};

}  // namespace

Result<EntityUid> entity_uid_from_json(const Json& json) {
    const Json& named = json.is_object() && json.contains("__entity") ? json["__entity"] : json;
    if (!names_entity(named)) {
        return refused("an entity is named by an object with type and id");
    }
    const auto& type = named["type"].get_ref<const std::string&>();
    if (!is_path(type) || !is_declarable(type)) {
        return refused(policy::quoted(type) + " is no name of an entity type");
    }
    return EntityUid(type, named["id"].get_ref<const std::string&>());
}

Result<EntityMap> entities_from_json(const Json& json) {
    Result<std::vector<Entity>> entities = EntitiesReader(nullptr).run(json);
    return entities ? EntityMap::make(std::move(*entities)) : entities.error();
}

Result<EntityMap> entities_from_json(const Json& json, const Schema& schema) {
    Result<std::vector<Entity>> entities = EntitiesReader(&schema).run(json);
    if (!entities) {
        return entities.error();
    }
    if (const Result<void> checked = check_entities(schema, *entities); !checked) {
        return checked.error();
    }
    // Those that are given are as the schema has them.
    std::erase_if(*entities, [](const Entity& entity) {
        return SchemaView::is_action_type(entity.uid.type());
    });
    for (Entity& action : schema.action_entities()) {
        entities->push_back(std::move(action));
    }
    return EntityMap::make(std::move(*entities));
}

Result<Value> context_from_json(const Json& json, const Schema& schema, const EntityUid& action) {
    const ActionInfo* info = schema.action(action);
    if (info == nullptr) {
        return unknown_action(schema, action);
    }
    Result<Value> context = value_from_json(json, info->context);
    return context ? context : refused("context: " + context.error().message());
}

}  // namespace charter::policy
