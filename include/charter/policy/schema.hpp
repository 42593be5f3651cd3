#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/entities.hpp"
#include "charter/policy/entity_uid.hpp"
#include "charter/policy/policy.hpp"
#include "charter/policy/value.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter::policy {

struct AttributeType;

/// A type as a schema declares it, common types replaced by what they stand
/// for. Immutable, contents shared, so cheap to copy; thread-safe. Depth is at most
/// limits::schema_type_depth_max, so whoever walks it may recurse.
struct Type {
    ValueKind kind = ValueKind::boolean;
    std::string entity_type;              // entity: the full name, `Photos::User`
    std::shared_ptr<const Type> element;  // set
    std::shared_ptr<const std::vector<AttributeType>> attributes;  // record: sorted by name

    /// The attribute of a record type, or null.
    const AttributeType* find(std::string_view name) const;
    /// As the schema would write it: `Set<String>`, `{"a": Long, "b"?: Photos::User}`.
    std::string text() const;

    friend bool operator==(const Type& a, const Type& b);
};

struct AttributeType {
    std::string name;
    Type type;
    bool required = true;

    friend bool operator==(const AttributeType&, const AttributeType&) = default;
};

/// What the schema says of one entity type.
struct EntityTypeInfo {
    std::string name;                    // full name
    std::vector<std::string> parents;    // declared `in`: full names, sorted
    std::vector<std::string> ancestors;  // closed over parents, sorted; itself when in a cycle
    Type attributes;                     // a record
    std::optional<Type> tags;            // the type of every tag's value
    std::vector<std::string> ids;        // `enum [..]`: the only ids there are; else empty
};

/// What the schema says of one action.
struct ActionInfo {
    EntityUid uid;                        // type is `Action` or `Namespace::Action`
    std::vector<EntityUid> parents;       // direct, sorted
    std::vector<EntityUid> ancestors;     // closed, without itself, sorted
    std::vector<std::string> principals;  // entity types it applies to, sorted; may be empty
    std::vector<std::string> resources;   // same
    Type context;                         // a record
};

/// A complete schema: every name resolved, the hierarchies closed, that of the
/// actions free of cycles. Immutable, cheap to copy, thread-safe.
/// Source: Cedar schema, https://docs.cedarpolicy.com/schema/schema.html
class Schema {
public:
    /// The human-readable form. Errors: invalid_request, as parse_policies: line and column in
    /// the message, up to 20 errors among the violations. The size of the text is the
    /// caller's to limit.
    static Result<Schema> parse(std::string_view text);
    /// The JSON form. Errors: invalid_request; the message names the place.
    static Result<Schema> parse_json(std::string_view json);

    /// Null when the schema has none of that name. Lives as long as a copy of *this.
    const EntityTypeInfo* entity_type(std::string_view name) const;
    const ActionInfo* action(const EntityUid& uid) const;

    /// Sorted by name.
    const std::map<std::string, EntityTypeInfo, std::less<>>& entity_types() const;
    const std::map<EntityUid, ActionInfo>& actions() const;

    /// The actions as entities with their parents, as policies see them.
    std::vector<Entity> action_entities() const;

    /// What a schema says, for the modules of the engine; src/policy/schema_resolver.hpp.
    struct Contents;
    explicit Schema(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

private:
    std::shared_ptr<const Contents> contents_;
};

/// Human-readable form to JSON form and back; comments are lost, annotations kept.
/// The result declares the same, common types included. Errors: invalid_request (as
/// parse, and what the text form cannot say), too_large (over
/// limits::schema_written_bytes_max).
Result<std::string> schema_text_to_json(std::string_view text);
Result<std::string> schema_json_to_text(std::string_view json);

/// Checks entities as the official engine does before it uses them: known types,
/// attributes and tags of the declared types, parents that are allowed, ids of
/// enumerated types, actions as the schema has them. Errors: invalid_request, naming
/// the entity, and for an unknown name the nearest known one.
Result<void> check_entities(const Schema& schema, const std::vector<Entity>& entities);

/// Checks that the action is known and applies to these types, and that the context
/// has its type. Errors: invalid_request, as check_entities.
Result<void> check_request(const Schema& schema, const Request& request);

}  // namespace charter::policy
