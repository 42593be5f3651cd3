#include "policy/schema_text.hpp"

#include "charter/base/limits.hpp"
#include "charter/policy/value.hpp"
#include "policy/schema_names.hpp"

#include <string_view>

namespace charter::policy {
namespace {

/// Writes schemas that were resolved: shapes and contexts are records, none of them open,
/// and no action has attributes.
class SchemaTextWriter {
public:
    explicit SchemaTextWriter(const SchemaFragment& fragment) : fragment_(fragment) {}

    Result<std::string> run() {
        for (const auto& [name, space] : fragment_.namespaces) {
            if (name.empty()) {
                declarations(name, space);
                continue;
            }
            separate();
            annotations(space.annotations);
            out_.append("namespace ").append(name).append(" {\n");
            indent_ += 2;
            first_ = true;
            declarations(name, space);
            indent_ -= 2;
            out_ += "}\n";
            first_ = false;
        }
        if (!error_.empty()) {
            return Error(ErrorCode::invalid_request, error_);
        }
        if (full()) {
            return Error(ErrorCode::too_large, "the schema is too large when it is written");
        }
        return std::move(out_);
    }

private:
    void declarations(const std::string& space_name, const NamespaceSyntax& space) {
        for (const auto& [name, common] : space.common_types) {
            begin(common.annotations, "type ", name, space_name);
            out_ += " = ";
            type(common.type);
            out_ += ";\n";
        }
        for (const auto& [name, declared] : space.entity_types) {
            if (full()) {
                return;
            }
            if (!space_name.empty() && space.common_types.contains(name)) {
                fail("`" + qualified(space_name, name) +
                     "` is both an entity type and a common type, which the text form "
                     "cannot tell apart");
            }
            begin(declared->annotations, "entity ", name, space_name);
            entity_type(*declared);
            out_ += ";\n";
        }
        for (const auto& [name, declared] : space.actions) {
            if (full()) {
                return;
            }
            begin(declared->annotations, "action ", policy::quoted(name), space_name);
            action(*declared);
            out_ += ";\n";
        }
    }

    void begin(const AnnotationsSyntax& annotations, std::string_view word, const std::string& name,
               const std::string& space) {
        separate();
        this->annotations(annotations);
        line_begin();
        out_.append(word).append(name);
        place_ = std::string(word) + "`" + qualified(space, name) + "`";
    }

    void entity_type(const EntityTypeSyntax& declared) {
        if (declared.ids) {
            out_ += " enum [";
            std::string_view separator;
            for (const std::string& id : *declared.ids) {
                out_.append(separator).append(policy::quoted(id));
                separator = ", ";
            }
            out_ += ']';
            return;
        }
        if (!declared.parents.empty()) {
            out_ += " in ";
            names(declared.parents);
        }
        if (!declared.shape.is_empty_record()) {
            out_ += " = ";
            type(declared.shape);
        }
        if (declared.tags) {
            out_ += " tags ";
            type(*declared.tags);
        }
    }

    void action(const ActionSyntax& declared) {
        if (declared.parents && !declared.parents->empty()) {
            out_ += " in [";
            std::string_view separator;
            for (const ActionReferenceSyntax& parent : *declared.parents) {
                out_ += separator;
                if (parent.type) {
                    out_.append(*parent.type).append("::");
                }
                out_ += policy::quoted(parent.id);
                separator = ", ";
            }
            out_ += ']';
        }
        // What applies to nothing says so by saying nothing.
        if (!declared.applies_to || declared.applies_to->principals.empty() ||
            declared.applies_to->resources.empty()) {
            return;
        }
        out_ += " appliesTo {\n";
        indent_ += 2;
        line_begin();
        out_ += "principal: ";
        names(declared.applies_to->principals);
        out_ += ",\n";
        line_begin();
        out_ += "resource: ";
        names(declared.applies_to->resources);
        context(declared.applies_to->context);
        out_ += '\n';
        indent_ -= 2;
        line_begin();
        out_ += '}';
    }

    void context(const TypeSyntax& context) {
        if (context.is_empty_record()) {
            return;
        }
        out_ += ",\n";
        line_begin();
        out_ += "context: ";
        type(context);
    }

    void names(const std::vector<NameSyntax>& names) {
        out_ += '[';
        std::string_view separator;
        for (const NameSyntax& name : names) {
            out_.append(separator).append(name.name);
            separator = ", ";
        }
        out_ += ']';
    }

    void type(const TypeSyntax& type) {
        using Form = TypeSyntax::Form;
        switch (type.form) {
            case Form::boolean:
                out_ += "__cedar::Bool";
                return;
            case Form::integer:
                out_ += "__cedar::Long";
                return;
            case Form::string:
                out_ += "__cedar::String";
                return;
            case Form::extension:
                out_.append("__cedar::").append(type.name);
                return;
            case Form::set:
                out_ += "Set<";
                this->type(*type.element);
                out_ += '>';
                return;
            case Form::record:
                record(type);
                return;
            case Form::entity:
                check_entity_name(type.name);
                out_ += type.name;
                return;
            case Form::entity_or_common:
            case Form::common:
                out_ += type.name;
                return;
        }
    }

    /// In the text form a name means a common type first.
    void check_entity_name(const std::string& name) {
        const auto empty = fragment_.namespaces.find("");
        const bool hidden =
            empty != fragment_.namespaces.end() && empty->second.common_types.contains(name);
        if (hidden) {
            fail(place_ + ": the entity type `" + name +
                 "` has the name of a common type, which the text form would take it for");
        }
    }

    void record(const TypeSyntax& type) {
        out_ += '{';
        indent_ += 2;
        std::string_view separator = "\n";
        if (type.attributes != nullptr) {
            for (const auto& [name, attribute] : *type.attributes) {
                out_ += separator;
                annotations(attribute.annotations);
                line_begin();
                out_ += is_identifier(name) ? name : policy::quoted(name);
                out_ += attribute.required ? ": " : "?: ";
                this->type(attribute.type);
                separator = ",\n";
            }
        }
        indent_ -= 2;
        if (!type.is_empty_record()) {
            out_ += '\n';
            line_begin();
        }
        out_ += '}';
    }

    void annotations(const AnnotationsSyntax& annotations) {
        for (const auto& [name, value] : annotations) {
            line_begin();
            out_.append("@").append(name);
            if (!value.empty()) {
                out_.append("(").append(policy::quoted(value)).append(")");
            }
            out_ += '\n';
        }
    }

    void separate() {
        if (!first_) {
            out_ += '\n';
        }
        first_ = false;
    }
    void line_begin() { out_.append(indent_, ' '); }
    bool full() const { return out_.size() > limits::schema_written_bytes_max; }
    void fail(std::string detail) {
        if (error_.empty()) {
            error_ = std::move(detail);
        }
    }

    const SchemaFragment& fragment_;
    std::string out_;
    std::string error_;
    std::string place_;  // the declaration that is being written
    std::size_t indent_ = 0;
    bool first_ = true;
};

}  // namespace

Result<std::string> write_schema_text(const SchemaFragment& fragment) {
    return SchemaTextWriter(fragment).run();
}

}  // namespace charter::policy
