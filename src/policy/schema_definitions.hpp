#pragma once

#include "charter/policy/schema.hpp"
#include "policy/schema_fragment.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace charter::policy {

/// What has gone wrong so far; more than 20 issues are not kept.
class SchemaIssues {
public:
    void add(std::size_t offset, std::string detail);
    bool empty() const { return issues_.empty(); }
    bool full() const;
    std::vector<SchemaIssue> take() { return std::move(issues_); }

    /// Said before an issue that has no offset: `entity type User`.
    std::string place;

private:
    std::vector<SchemaIssue> issues_;
};

/// Every name that a schema declares, and what a name means where it is used: in
/// a namespace its own names come before those of the empty namespace, and a common
/// type before an entity type of the same name.
/// Sources: Cedar RFC 24 and RFC 70, https://github.com/cedar-policy/rfcs
class SchemaDefinitions {
public:
    SchemaDefinitions(const SchemaFragment& fragment, SchemaIssues& issues);

    /// What a common type stands for, common types in it replaced; or nothing, with an issue.
    std::optional<Type> resolve(const TypeSyntax& type, const std::string& space);
    /// The full name of a declared entity type; or nothing, with an issue.
    std::optional<std::string> resolve_entity_type(const NameSyntax& name,
                                                   const std::string& space);
    std::optional<EntityUid> resolve_action(const ActionReferenceSyntax& action,
                                            const std::string& space);
    /// Looks at every common type, used or not.
    void resolve_common_types();

private:
    /// A type, how deep it is and how many parts it has when it is written out.
    struct Sized {
        Type type;
        std::size_t depth = 1;
        std::size_t nodes = 1;
    };
    struct CommonType {
        const CommonTypeSyntax* syntax = nullptr;  // null for what Cedar declares itself
        std::string space;
        enum class State { waiting, running, done, failed };
        State state = State::waiting;
        Sized resolved;
    };

    void declare(const SchemaFragment& fragment);
    void check_shadowing();
    void declare_builtins();

    std::optional<Sized> sized(const TypeSyntax& type, const std::string& space, std::size_t depth);
    std::optional<Sized> named(const TypeSyntax& type, const std::string& space, std::size_t depth);
    std::optional<Sized> common_type(const std::string& name, CommonType& common,
                                     std::size_t offset, std::size_t depth);
    std::optional<Sized> record(const TypeSyntax& type, const std::string& space,
                                std::size_t depth);
    std::optional<Sized> extension(const TypeSyntax& type);
    std::optional<Sized> too_large(std::size_t offset);

    /// " did you mean …?" or nothing.
    std::string suggestion(const std::string& wrong, const std::string& space, bool common,
                           bool entity) const;

    SchemaIssues& issues_;
    std::unordered_map<std::string, CommonType> common_types_;
    std::unordered_map<std::string, std::size_t> entity_types_;  // and where they are declared
    std::unordered_set<std::string> action_types_;               // `Action`, `Photos::Action`
    std::unordered_map<EntityUid, std::size_t> actions_;         // and where they are declared
};

}  // namespace charter::policy
