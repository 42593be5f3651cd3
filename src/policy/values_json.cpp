#include "policy/values_json.hpp"

#include "policy/conformance.hpp"
#include "policy/entities_json.hpp"
#include "policy/extension_functions.hpp"
#include "policy/schema_view.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>

namespace charter::policy {
namespace {

Error refused(std::string detail) {
    return {ErrorCode::invalid_request, std::move(detail)};
}

/// The function that makes a value of this kind from a text.
std::optional<ExtensionFunction> constructor(ValueKind kind) {
    switch (kind) {
        case ValueKind::ip_address:
            return ExtensionFunction::ip;
        case ValueKind::decimal:
            return ExtensionFunction::decimal;
        case ValueKind::datetime:
            return ExtensionFunction::datetime;
        case ValueKind::duration:
            return ExtensionFunction::duration;
        default:
            return std::nullopt;
    }
}

Result<Value> call(ExtensionFunction function, const std::vector<Value>& arguments) {
    std::vector<const Value*> pointers;
    for (const Value& argument : arguments) {
        pointers.push_back(&argument);
    }
    return call_extension(function, pointers);
}

/// {"fn": "ip", "arg": "…"}, or {"fn": "offset", "args": [datetime, duration]}. Where the
/// types are known, an argument may be the text that its constructor takes.
Result<Value> extension_from_json(const Json& json, bool typed) {
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
    const ExtensionTypes kinds = extension_types(*function);
    std::vector<Value> arguments;
    for (const Json& argument : given) {
        const ValueKind kind = arguments.empty() ? kinds.first : kinds.second;
        Type type;
        type.kind = kind;
        Result<Value> value = typed && constructor(kind) ? value_from_json(argument, type)
                                                         : value_from_json(argument);
        if (!value) {
            return value.error();
        }
        arguments.push_back(std::move(*value));
    }
    return call(*function, arguments);
}

/// A value of an extension type in any of its forms.
Result<Value> extension_of_kind(const Json& json, ValueKind kind) {
    if (json.is_object() && json.size() == 1 && json.contains("__extn")) {
        return extension_from_json(json["__extn"], true);
    }
    if (json.is_object() && json.contains("fn")) {
        return extension_from_json(json, true);
    }
    const Result<Value> argument = value_from_json(json);
    return argument ? call(*constructor(kind), {*argument}) : argument.error();
}

/// Elements read by `read`.
template <class Read>
Result<Value> set_from_json(const Json& json, Read read) {
    std::vector<Value> elements;
    elements.reserve(json.size());
    for (const Json& element : json) {
        Result<Value> value = read(element);
        if (!value) {
            return value.error();
        }
        elements.push_back(std::move(*value));
    }
    return Value::set(std::move(elements));
}

Result<Value> integer_from_json(const Json& json) {
    if (json.is_number_unsigned() &&
        json.get<std::uint64_t>() >
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        return refused("a number does not fit 64 bits with sign");
    }
    return Value::integer(json.get<std::int64_t>());
}

Error in_attribute(const std::string& name, const Error& error) {
    return refused("attribute " + policy::quoted(name) + ": " + error.message());
}

}  // namespace

Result<Value> members_from_json(const Json& object) {
    std::vector<Value::Member> members;
    for (const auto& [name, member] : object.items()) {
        Result<Value> value = value_from_json(member);
        if (!value) {
            return in_attribute(name, value.error());
        }
        members.emplace_back(name, std::move(*value));
    }
    return Value::record(std::move(members));
}

Result<Value> record_from_json(const Json& object, const Type& type) {
    if (!object.is_object()) {
        return refused("expected " + shown(type) + ", found " + object.type_name());
    }
    std::vector<Value::Member> members;
    for (const auto& [name, member] : object.items()) {
        const AttributeType* attribute = type.find(name);
        if (attribute == nullptr) {
            std::vector<std::string> known;
            for (const AttributeType& declared : *type.attributes) {
                known.push_back(declared.name);
            }
            return refused("attribute " + policy::quoted(name) + " is not declared" +
                           did_you_mean(nearest_of(name, known)));
        }
        Result<Value> value = value_from_json(member, attribute->type);
        if (!value) {
            return in_attribute(name, value.error());
        }
        members.emplace_back(name, std::move(*value));
    }
    for (const AttributeType& attribute : *type.attributes) {
        if (attribute.required && !object.contains(attribute.name)) {
            return refused("attribute " + policy::quoted(attribute.name) + " is missing");
        }
    }
    return Value::record(std::move(members));
}

Result<Value> value_from_json(const Json& json, const Type& type) {
    switch (type.kind) {
        case ValueKind::entity: {
            const Result<EntityUid> uid = entity_uid_from_json(json);
            return uid ? Result<Value>(Value::entity(*uid)) : uid.error();
        }
        case ValueKind::set:
            if (!json.is_array()) {
                return refused("expected " + shown(type) + ", found " + json.type_name());
            }
            return set_from_json(
                json, [&](const Json& element) { return value_from_json(element, *type.element); });
        case ValueKind::record:
            return record_from_json(json, type);
        case ValueKind::decimal:
        case ValueKind::ip_address:
        case ValueKind::datetime:
        case ValueKind::duration:
            return extension_of_kind(json, type.kind);
        case ValueKind::boolean:
        case ValueKind::integer:
        case ValueKind::string:
            break;
    }
    return value_from_json(json);
}

Result<Value> value_from_json(const Json& json) {
    switch (json.type()) {
        case Json::value_t::boolean:
            return Value::boolean(json.get<bool>());
        case Json::value_t::string:
            return Value::string(json.get<std::string>());
        case Json::value_t::number_integer:
        case Json::value_t::number_unsigned:
            return integer_from_json(json);
        case Json::value_t::array:
            return set_from_json(json,
                                 [](const Json& element) { return value_from_json(element); });
        case Json::value_t::object:
            break;
        default:
            return refused("Cedar has no value for this JSON: " + std::string(json.type_name()));
    }
    if (json.size() == 1 && json.contains("__entity")) {
        const Result<EntityUid> uid = entity_uid_from_json(json);
        return uid ? Result<Value>(Value::entity(*uid)) : uid.error();
    }
    if (json.size() == 1 && json.contains("__extn")) {
        return extension_from_json(json["__extn"], false);
    }
    return members_from_json(json);
}

}  // namespace charter::policy
