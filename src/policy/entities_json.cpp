#include "policy/entities_json.hpp"

#include "policy/extension_functions.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace charter::policy {
namespace {

Error refused(std::string detail) {
    return {ErrorCode::invalid_request, std::move(detail)};
}

bool names_entity(const Json& json) {
    return json.is_object() && json.size() == 2 && json.contains("type") && json.contains("id") &&
           json["type"].is_string() && json["id"].is_string();
}

Result<Value> members_from_json(const Json& json, Unescaped unescaped) {
    std::vector<Value::Member> members;
    for (const auto& [name, member] : json.items()) {
        Result<Value> value = value_from_json(member, unescaped);
        if (!value) {
            return value.error();
        }
        members.emplace_back(name, std::move(*value));
    }
    return Value::record(std::move(members));
}

Result<Value> set_from_json(const Json& json, Unescaped unescaped) {
    std::vector<Value> elements;
    for (const Json& element : json) {
        Result<Value> value = value_from_json(element, unescaped);
        if (!value) {
            return value.error();
        }
        elements.push_back(std::move(*value));
    }
    return Value::set(std::move(elements));
}

/// {"fn": "ip", "arg": "…"}, or {"fn": "offset", "args": [datetime, duration]}.
Result<Value> extension_from_json(const Json& json) {
    if (!json.is_object() || !json.contains("fn") || !json["fn"].is_string() || json.size() != 2) {
        return refused("__extn takes an object with fn and arg");
    }
    const auto function = find_extension_function(json["fn"].get_ref<const std::string&>());
    if (!function) {
        return refused("__extn names an unknown function");
    }
    Json given = Json::array();
    if (json.contains("arg")) {
        given.push_back(json["arg"]);
    } else if (json.contains("args") && json["args"].is_array()) {
        given = json["args"];
    }
    std::vector<Value> arguments;
    for (const Json& argument : given) {
        Result<Value> value = value_from_json(argument, Unescaped::records);
        if (!value) {
            return value.error();
        }
        arguments.push_back(std::move(*value));
    }
    std::vector<const Value*> pointers;
    for (const Value& argument : arguments) {
        pointers.push_back(&argument);
    }
    return call_extension(*function, pointers);
}

Result<Entity> entity_from_json(const Json& json, Unescaped unescaped) {
    if (!json.is_object() || !json.contains("uid")) {
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
    for (const auto& [name, member] :
         {std::pair{"attrs", &entity.attributes}, std::pair{"tags", &entity.tags}}) {
        if (!json.contains(name)) {
            continue;
        }
        if (!json[name].is_object()) {
            return refused(uid->text() + ": " + name + " is an object");
        }
        Result<Value> value = members_from_json(json[name], unescaped);
        if (!value) {
            return refused(uid->text() + ": " + value.error().message());
        }
        *member = std::move(*value);
    }
    if (json.contains("parents")) {
        if (!json["parents"].is_array()) {
            return refused(uid->text() + ": parents is an array");
        }
        for (const Json& parent : json["parents"]) {
            const Result<EntityUid> parent_uid = entity_uid_from_json(parent);
            if (!parent_uid) {
                return parent_uid.error();
            }
            entity.parents.push_back(*parent_uid);
        }
    }
    return entity;
}

}  // namespace

Result<Value> value_from_json(const Json& json, Unescaped unescaped) {
    switch (json.type()) {
        case Json::value_t::boolean:
            return Value::boolean(json.get<bool>());
        case Json::value_t::string:
            return Value::string(json.get<std::string>());
        case Json::value_t::number_integer:
            return Value::integer(json.get<std::int64_t>());
        case Json::value_t::number_unsigned:
            if (json.get<std::uint64_t>() >
                static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                return refused("a number does not fit 64 bits with sign");
            }
            return Value::integer(json.get<std::int64_t>());
        case Json::value_t::array:
            return set_from_json(json, unescaped);
        case Json::value_t::object:
            break;
        default:
            return refused("Cedar has no value for this JSON: " + std::string(json.type_name()));
    }
    const bool escaped = json.size() == 1 && json.contains("__entity");
    if (escaped || (unescaped == Unescaped::entities && names_entity(json))) {
        const Result<EntityUid> uid = entity_uid_from_json(json);
        return uid ? Result<Value>(Value::entity(*uid)) : uid.error();
    }
    if (json.size() == 1 && json.contains("__extn")) {
        return extension_from_json(json["__extn"]);
    }
    return members_from_json(json, unescaped);
}

Result<EntityUid> entity_uid_from_json(const Json& json) {
    const Json& named = json.is_object() && json.contains("__entity") ? json["__entity"] : json;
    if (!names_entity(named)) {
        return refused("an entity is named by an object with type and id");
    }
    return EntityUid(named["type"].get_ref<const std::string&>(),
                     named["id"].get_ref<const std::string&>());
}

Result<EntityMap> entities_from_json(const Json& json, Unescaped unescaped) {
    if (!json.is_array()) {
        return refused("entities are an array");
    }
    std::vector<Entity> entities;
    for (const Json& element : json) {
        Result<Entity> entity = entity_from_json(element, unescaped);
        if (!entity) {
            return entity.error();
        }
        entities.push_back(std::move(*entity));
    }
    return EntityMap::make(std::move(entities));
}

}  // namespace charter::policy
