#pragma once

#include "charter/policy/schema.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace charter::policy {

/// The questions that a validation asks of a schema.
class SchemaView {
public:
    /// `schema` must outlive this.
    explicit SchemaView(const Schema& schema);

    const Schema& schema() const { return schema_; }

    /// `Action` and `Photos::Action` are the types of actions, whatever a schema says.
    static bool is_action_type(std::string_view type);

    /// True when entities of the type can be named at all.
    bool knows_type(std::string_view type) const;
    /// True when the schema has a type for this literal.
    bool types_literal(const EntityUid& uid) const;
    /// True when some entity of type `below` can be in one of type `above`.
    bool may_be_in(const std::string& below, const std::string& above) const;
    /// True when the action is one of these or below one.
    bool action_is_in(const EntityUid& action, const EntityUid& ancestor) const;

    /// The known name that was probably meant.
    std::optional<std::string> nearest_type(std::string_view wrong) const;
    std::optional<std::string> nearest_action(const EntityUid& wrong) const;

private:
    const Schema& schema_;
    // Action type to the other action types that its actions can be in.
    std::map<std::string, std::set<std::string>> above_action_types_;
};

/// The nearest of these, if one is near.
std::optional<std::string> nearest_of(std::string_view wrong,
                                      const std::vector<std::string>& known);

/// "; did you mean `name`?", or nothing.
std::string did_you_mean(const std::optional<std::string>& name);

}  // namespace charter::policy
