#include "charter/policy/request_json.hpp"

#include "policy/entities_json.hpp"
#include "policy/json_text.hpp"

#include <nlohmann/json.hpp>

namespace charter::policy {
namespace {

Error refused(std::string detail) {
    return {ErrorCode::invalid_request, std::move(detail)};
}

Result<Value> read_context(const Json& json, const EntityUid& action, const Schema* schema) {
    if (!json.is_object()) {
        return refused("the context is an object");
    }
    Result<Value> context = schema == nullptr ? value_from_json(json)
                                              : context_from_json(json, *schema, action);
    if (context && !context->is(ValueKind::record)) {
        return refused("the context is a record");
    }
    return context;
}

Result<EntityUid> read_uid(const Json& request, std::string_view name) {
    const Json& uid = request[std::string(name)];
    if (!uid.is_string()) {
        return refused("/" + std::string(name) + ": expected an entity such as User::\"alice\"");
    }
    const Result<EntityUid> parsed = parse_entity_uid(uid.get_ref<const std::string&>());
    return parsed ? parsed : refused("/" + std::string(name) + ": " + parsed.error().message());
}

}  // namespace

Result<EntityMap> parse_entities(std::string_view json, const Schema* schema) {
    const Result<Json> document = parse_cedar_json(json);
    if (!document) {
        return document.error();
    }
    return schema == nullptr ? entities_from_json(*document)
                             : entities_from_json(*document, *schema);
}

Result<Value> parse_context(std::string_view json, const EntityUid& action,
                            const Schema* schema) {
    const Result<Json> document = parse_cedar_json(json);
    return document ? read_context(*document, action, schema) : document.error();
}

Result<Request> parse_request(std::string_view json, const Schema* schema) {
    const Result<Json> document = parse_cedar_json(json);
    if (!document) {
        return document.error();
    }
    if (!document->is_object()) {
        return refused("a request is an object");
    }
    for (const auto& [name, member] : document->items()) {
        if (name != "principal" && name != "action" && name != "resource" && name != "context") {
            return refused("a request has no member " + policy::quoted(name));
        }
    }
    Request request;
    for (const auto& [name, uid] : {std::pair{"principal", &request.principal},
                                    std::pair{"action", &request.action},
                                    std::pair{"resource", &request.resource}}) {
        if (!document->contains(name)) {
            return refused("a request has `principal`, `action` and `resource`");
        }
        const Result<EntityUid> read = read_uid(*document, name);
        if (!read) {
            return read.error();
        }
        *uid = *read;
    }
    if (document->contains("context")) {
        Result<Value> context = read_context((*document)["context"], request.action, schema);
        if (!context) {
            return context.error();
        }
        request.context = std::move(*context);
    }
    return request;
}

}  // namespace charter::policy
