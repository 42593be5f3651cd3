#pragma once

#include "charter/policy/schema.hpp"
#include "policy/schema_fragment.hpp"

#include <memory>
#include <vector>

namespace charter::policy {

struct Schema::Contents {
    std::map<std::string, EntityTypeInfo, std::less<>> entity_types;
    std::map<EntityUid, ActionInfo> actions;
};

/// What resolving gave: null contents when there are issues.
struct ResolvedSchema {
    std::shared_ptr<const Schema::Contents> contents;
    std::vector<SchemaIssue> issues;  // at most 20
};

/// Finds what every name means, replaces common types, closes the hierarchies.
/// Work and size of what comes out are limited by limits::schema_*.
ResolvedSchema resolve_schema(const SchemaFragment& fragment);

}  // namespace charter::policy
