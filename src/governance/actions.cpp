#include "charter/governance/actions.hpp"

#include <array>

namespace charter {

namespace {

constexpr std::array<std::string_view, action_count> names = {
    "read",    "read_masked",  "write",      "discover",          "describe", "request",
    "enforce", "edit",         "retire",     "grant",             "approve",  "write_policy",
    "add_member", "register_location", "publish", "assign_tag", "administer", "audit",
};

}  // namespace

std::string_view action_name(Action action) {
    return names.at(static_cast<std::size_t>(action));
}

std::optional<Action> parse_action(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) {
            return static_cast<Action>(i);
        }
    }
    return std::nullopt;
}

std::optional<ActionSet> actions_in(std::string_view name) {
    if (name == "data") {
        return data_actions;
    }
    if (name == "metadata") {
        return metadata_actions;
    }
    if (name == "manage") {
        return manage_actions;
    }
    const std::optional<Action> action = parse_action(name);
    return action ? std::optional<ActionSet>(bit(*action)) : std::nullopt;
}

const policy::EntityUid& action_uid(Action action) {
    static const auto uids = [] {
        std::array<policy::EntityUid, action_count> all;
        for (std::size_t i = 0; i < action_count; ++i) {
            all[i] = policy::EntityUid("Action", names[i]);
        }
        return all;
    }();
    return uids[static_cast<std::size_t>(action)];
}

const policy::Entity* action_entity(const policy::EntityUid& uid) {
    static const policy::EntityMap all = [] {
        std::vector<policy::Entity> entities;
        const auto add = [&](std::string_view each) -> policy::Entity& {
            policy::Entity& entity = entities.emplace_back();
            entity.uid = policy::EntityUid("Action", each);
            return entity;
        };
        constexpr std::array<std::string_view, 3> groups = {"data", "metadata", "manage"};
        for (const std::string_view group : groups) {
            add(group);
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            policy::Entity& entity = add(names[i]);
            for (const std::string_view group : groups) {
                if ((*actions_in(group) & bit(static_cast<Action>(i))) != 0) {
                    entity.parents.emplace_back("Action", group);
                }
            }
        }
        return policy::EntityMap::make(std::move(entities)).value();
    }();
    return all.find(uid);
}

}  // namespace charter
