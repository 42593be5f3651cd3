#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/entity_uid.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter::policy {

struct PolicyContents;  // src/policy/ast.hpp: what the parser makes and the evaluator walks
struct PolicyLink;      // same place: what a link puts in the place of its template's slots
struct SlotValues;

enum class Effect { permit, forbid };

/// A place in a policy text. Line and column count from 1, the column in
/// characters (code points); the offset counts bytes from 0.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1;
    std::size_t offset = 0;

    friend bool operator==(const Position&, const Position&) = default;
};

/// What the scope of a policy asks of the principal or the resource.
struct ScopeConstraint {
    enum class Form {
        any,    // principal
        equal,  // principal == E
        in,     // principal in E
        is,     // principal is T
        is_in,  // principal is T in E
    };
    Form form = Form::any;
    EntityUid entity;   // equal, in, is_in, unless it is a slot
    std::string type;   // is, is_in
    bool slot = false;  // E is ?principal or ?resource, to be filled by a link
};

/// What the scope of a policy asks of the action.
struct ActionConstraint {
    enum class Form {
        any,     // action
        equal,   // action == A
        in,      // action in A
        in_set,  // action in [A, B]
    };
    Form form = Form::any;
    std::vector<EntityUid> entities;  // one for equal and in
};

/// `@name("value")`; `@name` alone has the empty value.
struct Annotation {
    std::string name;
    std::string value;
    bool bare = false;  // `@name` alone

    friend bool operator==(const Annotation&, const Annotation&) = default;
};

/// One policy, template or linked template. Immutable, cheap to copy, thread-safe.
class Policy {
public:
    Policy(std::string id, std::shared_ptr<const PolicyContents> contents,
           std::shared_ptr<const PolicyLink> link = nullptr);

    const std::string& id() const noexcept { return id_; }
    /// The same policy under another id.
    Policy with_id(std::string id) const { return {std::move(id), contents_, link_}; }

    Effect effect() const noexcept;
    /// In the order of the text; each name once.
    const std::vector<Annotation>& annotations() const noexcept;
    /// The value of an annotation, or nothing when the policy has none of that name.
    std::optional<std::string_view> annotation(std::string_view name) const;

    const ScopeConstraint& principal() const noexcept;
    const ActionConstraint& action() const noexcept;
    const ScopeConstraint& resource() const noexcept;
    /// True when there is at least one `when` or `unless`.
    bool has_conditions() const noexcept;
    /// True when the scope has a slot. Such a policy matches nothing until it is linked.
    bool is_template() const noexcept;
    /// The id of the template that this policy is linked to, if it is a link.
    std::optional<std::string_view> template_id() const noexcept;

    /// The text of this policy, from its first annotation to its semicolon; of
    /// a link, its template's.
    const std::string& source() const noexcept;
    /// Where that text began in the text that was parsed.
    Position position() const noexcept;

    // What the conditions read; the scope does not count.
    bool reads_principal() const noexcept;
    bool reads_action() const noexcept;
    bool reads_resource() const noexcept;
    bool reads_context() const noexcept;
    /// True when a condition reads or tests `context.name`, or uses `context`
    /// as a whole, so that any attribute may count.
    bool reads_context_attribute(std::string_view name) const noexcept;

    /// Every entity named in scope and conditions, sorted, each once.
    const std::vector<EntityUid>& mentioned_entities() const noexcept;
    /// Every entity type named in scope and conditions, sorted, each once.
    const std::vector<std::string>& mentioned_types() const noexcept;

    /// For the modules of the engine. A link shares its template's, whose scope
    /// has the slots: read principal() and resource() instead.
    const PolicyContents& contents() const noexcept { return *contents_; }

private:
    friend Result<Policy> link(const Policy&, std::string, const SlotValues&);

    std::string id_;
    std::shared_ptr<const PolicyContents> contents_;
    std::shared_ptr<const PolicyLink> link_;  // null unless it is a link
};

/// What stands in the place of a template's slots.
struct SlotValues {
    std::optional<EntityUid> principal;  // ?principal
    std::optional<EntityUid> resource;   // ?resource

    friend bool operator==(const SlotValues&, const SlotValues&) = default;
};

/// The policy that a template makes with these values; exactly its slots must
/// have one. Errors: invalid_request (no template, a slot without a value, a
/// value without a slot).
Result<Policy> link(const Policy& template_policy, std::string id, const SlotValues& values);

/// One thing that is wrong with a text.
struct ParseError {
    Position position;
    std::string detail;  // "expected `)`, found `x`"
};

/// What a text gave: the policies when `errors` is empty, otherwise none.
struct ParsedPolicies {
    std::vector<Policy> policies;
    std::vector<ParseError> errors;
};

/// Parses policies and templates, Cedar 4.5. They are called policy0, policy1 …
/// in order. After an error it goes on with the next policy, up to 20 errors.
/// Nesting is limited by limits::policy_depth_max; the size of the text is the
/// caller's to limit (limits::policy_bytes_max for one policy).
ParsedPolicies parse_policies_with_errors(std::string_view text);

/// The same with one Error. Errors: invalid_request; the message has line, column
/// and detail of the first error, the violations have all of them.
Result<std::vector<Policy>> parse_policies(std::string_view text);

/// Parses a text that must hold exactly one policy, and gives it that id.
/// Errors: invalid_request, as parse_policies.
Result<Policy> parse_policy(std::string id, std::string_view text);

/// Parses `Type::"id"`. Errors: invalid_request.
Result<EntityUid> parse_entity_uid(std::string_view text);

}  // namespace charter::policy
