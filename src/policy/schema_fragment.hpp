#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// A schema as it is written, names unresolved: what both forms are read into
// and written from.

namespace charter::policy {

/// The offset of what was not read from a text.
inline constexpr std::size_t no_offset = std::numeric_limits<std::size_t>::max();

/// One thing that is wrong, at a byte of the text when `offset` is one.
struct SchemaIssue {
    std::size_t offset = no_offset;
    std::string detail;
};

/// A name where it is used: `User`, `Photos::User`.
struct NameSyntax {
    std::string name;
    std::size_t offset = no_offset;
};

using AnnotationsSyntax = std::map<std::string, std::string>;

struct AttributeSyntax;

/// A type as it is written. Depth is at most limits::schema_type_depth_max, so
/// whoever walks it may recurse.
struct TypeSyntax {
    /// The text form has set, record and entity_or_common, and common for the
    /// context; the JSON form has all.
    enum class Form {
        boolean,
        integer,
        string,
        set,
        record,
        entity,
        entity_or_common,
        common,
        extension,
    };
    using Attributes = std::map<std::string, AttributeSyntax>;

    Form form = Form::record;
    std::string name;                              // entity, entity_or_common, common, extension
    std::shared_ptr<const TypeSyntax> element;     // set
    std::shared_ptr<const Attributes> attributes;  // record; null is none
    bool open = false;                             // record: more attributes than these
    std::size_t offset = no_offset;

    bool is_empty_record() const;
};

struct AttributeSyntax {
    TypeSyntax type;
    bool required = true;
    AnnotationsSyntax annotations;
};

inline bool TypeSyntax::is_empty_record() const {
    return form == Form::record && !open && (attributes == nullptr || attributes->empty());
}

struct CommonTypeSyntax {
    TypeSyntax type;
    AnnotationsSyntax annotations;
    std::size_t offset = no_offset;
};

/// One declaration; several names may share it.
struct EntityTypeSyntax {
    std::vector<NameSyntax> parents;
    TypeSyntax shape;
    std::optional<TypeSyntax> tags;
    std::optional<std::vector<std::string>> ids;  // enum
    AnnotationsSyntax annotations;
    std::size_t offset = no_offset;
};

/// `"read"` or `Photos::Action::"read"`.
struct ActionReferenceSyntax {
    std::optional<std::string> type;
    std::string id;
    std::size_t offset = no_offset;
};

struct AppliesToSyntax {
    std::vector<NameSyntax> principals;
    std::vector<NameSyntax> resources;
    TypeSyntax context;
};

/// One declaration; several names may share it.
struct ActionSyntax {
    std::optional<std::vector<ActionReferenceSyntax>> parents;
    std::optional<AppliesToSyntax> applies_to;
    bool has_attributes = false;  // JSON only, and not supported
    AnnotationsSyntax annotations;
    std::size_t offset = no_offset;
};

struct NamespaceSyntax {
    std::map<std::string, CommonTypeSyntax> common_types;
    std::map<std::string, std::shared_ptr<const EntityTypeSyntax>> entity_types;
    std::map<std::string, std::shared_ptr<const ActionSyntax>> actions;
    AnnotationsSyntax annotations;
};

/// By name; the empty name is the empty namespace.
struct SchemaFragment {
    std::map<std::string, NamespaceSyntax> namespaces;
};

}  // namespace charter::policy
