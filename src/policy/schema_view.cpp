#include "policy/schema_view.hpp"

#include "charter/base/nearest.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

// A search among more is not worth its time; 100 findings may each ask for one.
constexpr std::size_t names_compared_max = 1'000;

/// `User` for `Photos::User`.
std::string_view last_part(std::string_view type) {
    const std::size_t colons = type.rfind("::");
    return colons == std::string_view::npos ? type : type.substr(colons + 2);
}

}  // namespace

SchemaView::SchemaView(const Schema& schema) : schema_(schema) {
    for (const auto& [uid, action] : schema.actions()) {
        for (const EntityUid& ancestor : action.ancestors) {
            if (ancestor.type() != uid.type()) {
                above_action_types_[uid.type()].insert(ancestor.type());
            }
        }
    }
}

bool SchemaView::is_action_type(std::string_view type) {
    return last_part(type) == "Action";
}

bool SchemaView::knows_type(std::string_view type) const {
    return is_action_type(type) || schema_.entity_type(type) != nullptr;
}

bool SchemaView::types_literal(const EntityUid& uid) const {
    return is_action_type(uid.type()) ? schema_.action(uid) != nullptr
                                      : schema_.entity_type(uid.type()) != nullptr;
}

bool SchemaView::may_be_in(const std::string& below, const std::string& above) const {
    if (below == above) {
        return true;
    }
    if (const EntityTypeInfo* type = schema_.entity_type(below);
        type != nullptr && std::ranges::binary_search(type->ancestors, above)) {
        return true;
    }
    const auto actions = above_action_types_.find(below);
    return actions != above_action_types_.end() && actions->second.contains(above);
}

bool SchemaView::action_is_in(const EntityUid& action, const EntityUid& ancestor) const {
    if (action == ancestor) {
        return true;
    }
    const ActionInfo* info = schema_.action(action);
    return info != nullptr && std::ranges::binary_search(info->ancestors, ancestor);
}

std::optional<std::string> SchemaView::nearest_type(std::string_view wrong) const {
    std::vector<std::string> known;
    for (const auto& [name, type] : schema_.entity_types()) {
        // A forgotten namespace is more likely than a slip of the pen.
        if (name != wrong && last_part(name) == wrong) {
            return name;
        }
        known.push_back(name);
    }
    return nearest_of(wrong, known);
}

std::optional<std::string> SchemaView::nearest_action(const EntityUid& wrong) const {
    std::vector<std::string> known;
    for (const auto& [uid, action] : schema_.actions()) {
        if (uid.id() == wrong.id()) {
            return uid.text();
        }
        known.push_back(uid.text());
    }
    return nearest_of(wrong.text(), known);
}

std::optional<std::string> nearest_of(std::string_view wrong,
                                      const std::vector<std::string>& known) {
    if (known.size() > names_compared_max) {
        return std::nullopt;
    }
    const std::vector<std::string_view> names(known.begin(), known.end());
    const auto found = nearest_name(wrong, names);
    return found ? std::optional(std::string(*found)) : std::nullopt;
}

std::string did_you_mean(const std::optional<std::string>& name) {
    return name ? "; did you mean `" + *name + "`?" : std::string();
}

}  // namespace charter::policy
