#include "policy/schema_json.hpp"

#include "charter/base/json_writer.hpp"
#include "charter/base/limits.hpp"

namespace charter::policy {
namespace {

class SchemaJsonWriter {
public:
    Result<std::string> run(const SchemaFragment& fragment) {
        json_.begin_object();
        for (const auto& [name, space] : fragment.namespaces) {
            json_.key(name);
            if (!write_namespace(space)) {
                return Error(ErrorCode::too_large, "the schema is too large when it is written");
            }
        }
        json_.end_object();
        return std::move(out_);
    }

private:
    /// False when there is too much. Looked at after each declaration, for those
    /// that share one get a copy each.
    bool write_namespace(const NamespaceSyntax& space) {
        json_.begin_object();
        if (!space.common_types.empty()) {
            json_.key("commonTypes").begin_object();
            for (const auto& [name, common] : space.common_types) {
                json_.key(name).begin_object();
                type_members(common.type);
                annotations(common.annotations);
                json_.end_object();
            }
            json_.end_object();
        }
        json_.key("entityTypes").begin_object();
        for (const auto& [name, declared] : space.entity_types) {
            json_.key(name);
            entity_type(*declared);
            if (out_.size() > limits::schema_written_bytes_max) {
                return false;
            }
        }
        json_.end_object().key("actions").begin_object();
        for (const auto& [name, declared] : space.actions) {
            json_.key(name);
            action(*declared);
            if (out_.size() > limits::schema_written_bytes_max) {
                return false;
            }
        }
        json_.end_object();
        annotations(space.annotations);
        json_.end_object();
        return true;
    }

    void entity_type(const EntityTypeSyntax& declared) {
        json_.begin_object();
        if (!declared.parents.empty()) {
            json_.key("memberOfTypes");
            names(declared.parents);
        }
        if (!declared.shape.is_empty_record()) {
            json_.key("shape");
            type(declared.shape);
        }
        if (declared.tags) {
            json_.key("tags");
            type(*declared.tags);
        }
        if (declared.ids) {
            json_.key("enum").begin_array();
            for (const std::string& id : *declared.ids) {
                json_.string(id);
            }
            json_.end_array();
        }
        annotations(declared.annotations);
        json_.end_object();
    }

    void action(const ActionSyntax& declared) {
        json_.begin_object();
        if (declared.applies_to) {
            json_.key("appliesTo").begin_object().key("resourceTypes");
            names(declared.applies_to->resources);
            json_.key("principalTypes");
            names(declared.applies_to->principals);
            if (!declared.applies_to->context.is_empty_record()) {
                json_.key("context");
                type(declared.applies_to->context);
            }
            json_.end_object();
        }
        if (declared.parents) {
            json_.key("memberOf").begin_array();
            for (const ActionReferenceSyntax& parent : *declared.parents) {
                json_.begin_object().member("id", parent.id);
                if (parent.type) {
                    json_.member("type", *parent.type);
                }
                json_.end_object();
            }
            json_.end_array();
        }
        annotations(declared.annotations);
        json_.end_object();
    }

    void names(const std::vector<NameSyntax>& names) {
        json_.begin_array();
        for (const NameSyntax& name : names) {
            json_.string(name.name);
        }
        json_.end_array();
    }

    void annotations(const AnnotationsSyntax& annotations) {
        if (annotations.empty()) {
            return;
        }
        json_.key("annotations").begin_object();
        for (const auto& [name, value] : annotations) {
            json_.member(name, value);
        }
        json_.end_object();
    }

    void type(const TypeSyntax& type) {
        json_.begin_object();
        type_members(type);
        json_.end_object();
    }

    /// Types of the text form, which has no others.
    void type_members(const TypeSyntax& type) {
        switch (type.form) {
            case TypeSyntax::Form::set:
                json_.member("type", "Set").key("element");
                this->type(*type.element);
                return;
            case TypeSyntax::Form::record:
                json_.member("type", "Record");
                record_members(type);
                return;
            case TypeSyntax::Form::common:
                json_.member("type", type.name);
                return;
            default:
                json_.member("type", "EntityOrCommon").member("name", type.name);
        }
    }

    void record_members(const TypeSyntax& type) {
        json_.key("attributes").begin_object();
        if (type.attributes != nullptr) {
            for (const auto& [name, attribute] : *type.attributes) {
                json_.key(name).begin_object();
                type_members(attribute.type);
                annotations(attribute.annotations);
                if (!attribute.required) {
                    json_.key("required").boolean(false);
                }
                json_.end_object();
            }
        }
        json_.end_object();
    }

    std::string out_;
    JsonWriter json_{out_};
};

}  // namespace

Result<std::string> write_schema_json(const SchemaFragment& fragment) {
    return SchemaJsonWriter().run(fragment);
}

}  // namespace charter::policy
