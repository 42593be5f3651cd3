#pragma once

#include "charter/policy/entities.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace charter {

/// The actions of schemas/cedar/charter.cedarschema. A test holds this list
/// against that file.
enum class Action : std::uint8_t {
    read,
    read_masked,
    write,
    discover,
    describe,
    request,
    enforce,
    edit,
    retire,
    grant,
    approve,
    write_policy,
    add_member,
    register_location,
    publish,
    assign_tag,
    administer,
    audit,
};
inline constexpr std::size_t action_count = 18;

/// A set of actions, one bit each: what a policy's action scope comes down to.
using ActionSet = std::uint32_t;

constexpr ActionSet bit(Action action) {
    return ActionSet{1} << static_cast<unsigned>(action);
}

inline constexpr ActionSet all_actions = (ActionSet{1} << action_count) - 1;
/// The action groups of the schema.
inline constexpr ActionSet data_actions =
    bit(Action::read) | bit(Action::read_masked) | bit(Action::write);
inline constexpr ActionSet metadata_actions = bit(Action::discover) | bit(Action::describe);
inline constexpr ActionSet manage_actions =
    bit(Action::edit) | bit(Action::retire) | bit(Action::grant) | bit(Action::approve) |
    bit(Action::write_policy) | bit(Action::add_member) | bit(Action::register_location) |
    bit(Action::publish) | bit(Action::assign_tag);

/// "read_masked".
std::string_view action_name(Action action);

/// The action of that name, without groups.
std::optional<Action> parse_action(std::string_view name);

/// Everything that is `in Action::"name"`: one action, or the members of a group
/// ("data", "metadata", "manage"). Nothing for an unknown name.
std::optional<ActionSet> actions_in(std::string_view name);

/// Action::"read_masked", built once.
const policy::EntityUid& action_uid(Action action);

/// An action or a group of actions as an entity, or null for an unknown one.
const policy::Entity* action_entity(const policy::EntityUid& uid);

}  // namespace charter
