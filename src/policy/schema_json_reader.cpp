// The JSON form of a schema into a SchemaFragment. Arrays in the place of
// objects are refused, which the official reader takes for their members in order.

#include "policy/schema_json.hpp"

#include "charter/base/limits.hpp"
#include "charter/policy/value.hpp"
#include "policy/json_text.hpp"
#include "policy/schema_names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>

namespace charter::policy {
namespace {

using Names = std::initializer_list<std::string_view>;

class SchemaJsonReader {
public:
    Result<SchemaFragment> run(const Json& json) {
        if (object(json)) {
            for (const auto& [name, member] : json.items()) {
                in(name, [&, &space_name = name, &space = member] {
                    if (!space_name.empty() &&
                        !(is_path(space_name) && is_declarable(space_name))) {
                        return fail("is no name of a namespace");
                    }
                    return read_namespace(space, fragment_.namespaces[space_name]) &&
                           (!space_name.empty() ||
                            fragment_.namespaces[space_name].annotations.empty() ||
                            fail("the empty namespace has no annotations"));
                });
            }
        }
        if (!error_.empty()) {
            return Error(ErrorCode::invalid_request, error_, {{pointer_at_error_, error_}});
        }
        return std::move(fragment_);
    }

private:
    bool read_namespace(const Json& json, NamespaceSyntax& space) {
        return object(json, {"commonTypes", "entityTypes", "actions", "annotations"},
                      {"entityTypes", "actions"}) &&
               map(json, "commonTypes",
                   [&](const std::string& name, const Json& member) {
                       if (!is_identifier(name) || !is_declarable(name) ||
                           is_reserved_common_type(name)) {
                           return fail("is no name of a common type");
                       }
                       CommonTypeSyntax& common = space.common_types[name];
                       return type(member, common.type, {"annotations"}) &&
                              annotations(member, common.annotations);
                   }) &&
               map(json, "entityTypes",
                   [&](const std::string& name, const Json& member) {
                       if (!is_identifier(name) || !is_declarable(name)) {
                           return fail("is no name of an entity type");
                       }
                       auto entity = std::make_shared<EntityTypeSyntax>();
                       space.entity_types[name] = entity;
                       return entity_type(member, *entity);
                   }) &&
               map(json, "actions",
                   [&](const std::string& name, const Json& member) {
                       auto declared = std::make_shared<ActionSyntax>();
                       space.actions[name] = declared;
                       return action(member, *declared);
                   }) &&
               annotations(json, space.annotations);
    }

    bool entity_type(const Json& json, EntityTypeSyntax& entity) {
        if (!object(json, {"memberOfTypes", "shape", "tags", "enum", "annotations"}) ||
            !annotations(json, entity.annotations)) {
            return false;
        }
        if (json.contains("enum")) {
            if (json.size() > (json.contains("annotations") ? 2U : 1U)) {
                return fail("an enumerated entity type has nothing but `enum` and `annotations`");
            }
            entity.ids.emplace();
            return list(json, "enum",
                        [&](const Json& id) { return text(id, entity.ids->emplace_back()); }) &&
                   (!entity.ids->empty() || fail("`enum` has at least one id"));
        }
        return (!json.contains("memberOfTypes") || names(json, "memberOfTypes", entity.parents)) &&
               optional_type(json, "shape", entity.shape) &&
               (!json.contains("tags") || optional_type(json, "tags", entity.tags.emplace()));
    }

    bool action(const Json& json, ActionSyntax& action) {
        if (!object(json, {"attributes", "appliesTo", "memberOf", "annotations"}) ||
            !annotations(json, action.annotations)) {
            return false;
        }
        action.has_attributes = present(json, "attributes");
        if (action.has_attributes && !json["attributes"].is_object()) {
            return fail("`attributes` is an object");
        }
        if (present(json, "memberOf") &&
            !list(json, "memberOf", [&, &parents = action.parents.emplace()](const Json& parent) {
                return action_reference(parent, parents.emplace_back());
            })) {
            return false;
        }
        return !present(json, "appliesTo") || in("appliesTo", [&] {
            return applies_to(json["appliesTo"], action.applies_to.emplace());
        });
    }

    bool action_reference(const Json& json, ActionReferenceSyntax& reference) {
        if (!object(json, {"id", "type"}, {"id"}) || !text(json["id"], reference.id)) {
            return false;
        }
        return !present(json, "type") || path(json["type"], reference.type.emplace());
    }

    bool applies_to(const Json& json, AppliesToSyntax& applies) {
        return object(json, {"resourceTypes", "principalTypes", "context"},
                      {"resourceTypes", "principalTypes"}) &&
               names(json, "principalTypes", applies.principals) &&
               names(json, "resourceTypes", applies.resources) &&
               optional_type(json, "context", applies.context);
    }

    bool optional_type(const Json& json, const char* member, TypeSyntax& into) {
        return !json.contains(member) || in(member, [&] { return type(json[member], into); });
    }

    /// `more` are members that belong to what has the type.
    bool type(const Json& json, TypeSyntax& type, Names more = {}) {
        using Form = TypeSyntax::Form;
        if (depth_ == limits::schema_type_depth_max) {
            return fail("the type is nested too deep");
        }
        std::string name;
        if (!object(json) || !json.contains("type")) {
            return fail("a type is an object with `type`");
        }
        if (!text(json["type"], name)) {
            return false;
        }
        if (name == "Set") {
            type.form = Form::set;
            auto element = std::make_shared<TypeSyntax>();
            type.element = element;
            return only(json, {"type", "element"}, more) && required(json, "element") &&
                   in("element", [&] { return nested(json["element"], *element, {}); });
        }
        if (name == "Record") {
            type.form = Form::record;
            return only(json, {"type", "attributes", "additionalAttributes"}, more) &&
                   record(json, type);
        }
        if (name == "Entity" || name == "EntityOrCommon" || name == "Extension") {
            type.form = name == "Entity"           ? Form::entity
                        : name == "EntityOrCommon" ? Form::entity_or_common
                                                   : Form::extension;
            return only(json, {"type", "name"}, more) && required(json, "name") &&
                   path(json["name"], type.name) &&
                   (type.form != Form::extension ||
                    (is_identifier(type.name) && is_declarable(type.name)) ||
                    fail(policy::quoted(type.name) + " is no name of an extension type"));
        }
        if (name == "Boolean" || name == "Long" || name == "String") {
            type.form = name == "Boolean" ? Form::boolean
                        : name == "Long"  ? Form::integer
                                          : Form::string;
            return only(json, {"type"}, more);
        }
        type.form = Form::common;
        return only(json, {"type"}, more) && path(json["type"], type.name);
    }

    bool nested(const Json& json, TypeSyntax& into, Names more) {
        ++depth_;
        const bool read = type(json, into, more);
        --depth_;
        return read;
    }

    bool record(const Json& json, TypeSyntax& type) {
        if (!required(json, "attributes") || !flag(json, "additionalAttributes", type.open)) {
            return false;
        }
        auto attributes = std::make_shared<TypeSyntax::Attributes>();
        type.attributes = attributes;
        return map(json, "attributes", [&](const std::string& name, const Json& member) {
            AttributeSyntax& attribute = (*attributes)[name];
            return nested(member, attribute.type, {"annotations", "required"}) &&
                   annotations(member, attribute.annotations) &&
                   flag(member, "required", attribute.required);
        });
    }

    bool annotations(const Json& json, AnnotationsSyntax& into) {
        return !json.contains("annotations") ||
               map(json, "annotations", [&](const std::string& name, const Json& member) {
                   // null is how JSON writes `@internal`, which is the same as `@internal("")`.
                   std::string& value = into[name];
                   return (is_word(name) || fail("is no name of an annotation")) &&
                          (member.is_null() || text(member, value));
               });
    }

    bool names(const Json& json, const char* member, std::vector<NameSyntax>& into) {
        return list(json, member,
                    [&](const Json& name) { return path(name, into.emplace_back().name); });
    }

    template <class Read>
    bool list(const Json& json, const char* member, Read read) {
        return in(member, [&] {
            if (!json[member].is_array()) {
                return fail("expected an array");
            }
            std::size_t i = 0;
            for (const Json& element : json[member]) {
                if (!in(std::to_string(i++), [&] { return read(element); })) {
                    return false;
                }
            }
            return true;
        });
    }

    template <class Read>
    bool map(const Json& json, const char* member, Read read) {
        if (!json.contains(member)) {
            return true;
        }
        return in(member, [&] {
            if (!object(json[member])) {
                return false;
            }
            for (const auto& [name, value] : json[member].items()) {
                if (!in(name, [&, &key = name, &element = value] { return read(key, element); })) {
                    return false;
                }
            }
            return true;
        });
    }

    bool object(const Json& json) { return json.is_object() || fail("expected an object"); }
    bool object(const Json& json, Names known, Names needed = {}) {
        return object(json) && only(json, known) &&
               std::ranges::all_of(needed, [&](auto name) { return required(json, name); });
    }
    bool only(const Json& json, Names known, Names more = {}) {
        for (const auto& [name, member] : json.items()) {
            if (std::ranges::find(known, name) == known.end() &&
                std::ranges::find(more, name) == more.end()) {
                return fail("unknown member " + policy::quoted(name));
            }
        }
        return true;
    }
    bool required(const Json& json, std::string_view name) {
        return json.contains(name) || fail("`" + std::string(name) + "` is missing");
    }
    static bool present(const Json& json, const char* member) {
        return json.contains(member) && !json[member].is_null();
    }
    bool flag(const Json& json, const char* member, bool& into) {
        if (!json.contains(member)) {
            return true;
        }
        if (!json[member].is_boolean()) {
            return fail("`" + std::string(member) + "` is true or false");
        }
        into = json[member].get<bool>();
        return true;
    }
    bool text(const Json& json, std::string& into) {
        if (!json.is_string()) {
            return fail("expected a string");
        }
        into = json.get<std::string>();
        return true;
    }
    bool path(const Json& json, std::string& into) {
        return text(json, into) &&
               (is_path(into) || fail(policy::quoted(into) + " is no name of a type"));
    }

    /// Reads with `part` at the end of the place that an error names.
    template <class Read>
    bool in(const std::string& part, Read read) {
        const std::size_t before = pointer_.size();
        pointer_ += '/';
        for (const char c : part) {
            pointer_ += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
        }
        const bool good = read();
        pointer_.resize(before);
        return good;
    }

    bool fail(const std::string& detail) {
        if (error_.empty()) {
            error_ = (pointer_.empty() ? "the schema" : pointer_) + ": " + detail;
            pointer_at_error_ = pointer_;
        }
        return false;
    }

    SchemaFragment fragment_;
    std::string pointer_;
    std::string error_;
    std::string pointer_at_error_;
    std::size_t depth_ = 0;
};

}  // namespace

Result<SchemaFragment> parse_schema_json(std::string_view text) {
    const Result<Json> json = parse_cedar_json(text);
    return json ? SchemaJsonReader().run(*json) : json.error();
}

}  // namespace charter::policy
