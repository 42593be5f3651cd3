#include "charter/policy/schema.hpp"

#include "policy/parse_errors.hpp"
#include "policy/schema_json.hpp"
#include "policy/schema_parser.hpp"
#include "policy/schema_resolver.hpp"
#include "policy/schema_text.hpp"

#include <algorithm>

namespace charter::policy {

namespace {

/// A schema as it is written and what it means.
struct Read {
    SchemaFragment fragment;
    std::shared_ptr<const Schema::Contents> contents;
};

Result<Read> read_text(std::string_view text) {
    ParsedSchema parsed = parse_schema_text(text);
    if (!parsed.errors.empty()) {
        return refused(parsed.errors);
    }
    ResolvedSchema resolved = resolve_schema(parsed.fragment);
    if (resolved.contents != nullptr) {
        return Read{std::move(parsed.fragment), std::move(resolved.contents)};
    }
    for (SchemaIssue& issue : resolved.issues) {
        const std::size_t offset = issue.offset == no_offset ? 0 : issue.offset;
        parsed.errors.push_back({position_of(text, offset), std::move(issue.detail)});
    }
    std::ranges::stable_sort(parsed.errors, {},
                             [](const ParseError& error) { return error.position.offset; });
    return refused(parsed.errors);
}

Result<Read> read_json(std::string_view json) {
    Result<SchemaFragment> fragment = parse_schema_json(json);
    if (!fragment) {
        return fragment.error();
    }
    ResolvedSchema resolved = resolve_schema(*fragment);
    if (resolved.contents != nullptr) {
        return Read{std::move(*fragment), std::move(resolved.contents)};
    }
    std::vector<Violation> violations;
    for (SchemaIssue& issue : resolved.issues) {
        violations.push_back({"", std::move(issue.detail)});
    }
    const std::string first = violations.front().detail;
    return Error(ErrorCode::invalid_request, first, std::move(violations));
}

}  // namespace

Result<Schema> Schema::parse(std::string_view text) {
    Result<Read> read = read_text(text);
    return read ? Result<Schema>(Schema(std::move(read->contents))) : read.error();
}

Result<Schema> Schema::parse_json(std::string_view json) {
    Result<Read> read = read_json(json);
    return read ? Result<Schema>(Schema(std::move(read->contents))) : read.error();
}

Result<std::string> schema_text_to_json(std::string_view text) {
    const Result<Read> read = read_text(text);
    return read ? write_schema_json(read->fragment) : read.error();
}

Result<std::string> schema_json_to_text(std::string_view json) {
    const Result<Read> read = read_json(json);
    return read ? write_schema_text(read->fragment) : read.error();
}

const EntityTypeInfo* Schema::entity_type(std::string_view name) const {
    const auto found = contents_->entity_types.find(name);
    return found == contents_->entity_types.end() ? nullptr : &found->second;
}

const ActionInfo* Schema::action(const EntityUid& uid) const {
    const auto found = contents_->actions.find(uid);
    return found == contents_->actions.end() ? nullptr : &found->second;
}

const std::map<std::string, EntityTypeInfo, std::less<>>& Schema::entity_types() const {
    return contents_->entity_types;
}

const std::map<EntityUid, ActionInfo>& Schema::actions() const {
    return contents_->actions;
}

std::vector<Entity> Schema::action_entities() const {
    std::vector<Entity> entities;
    for (const auto& [uid, info] : contents_->actions) {
        Entity& entity = entities.emplace_back();
        entity.uid = uid;
        entity.parents = info.parents;
    }
    return entities;
}

}  // namespace charter::policy
