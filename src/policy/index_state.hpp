#pragma once

#include "charter/base/persistent_map.hpp"
#include "charter/policy/policy_index.hpp"
#include "policy/row_tree.hpp"

#include <memory>
#include <string>

namespace charter::policy {

/// A rule that the index keeps, and where its row is if it has one.
struct Filed {
    std::shared_ptr<const Rule> rule;
    Place place = 0;
    bool has_row = false;
};

/// What a PolicyIndex is. Rows point into `rules`.
struct PolicyIndex::State {
    State* clone() const { return new State(*this); }
    static void dispose(State* state) { delete state; }

    Key known(const EntityUid& uid) const {
        const Key* key = names.find(uid);
        return key == nullptr ? no_key : *key;
    }
    Key known_type(const std::string& type) const {
        const Key* key = types.find(type);
        return key == nullptr ? no_key : *key;
    }

    Holders holders;
    PersistentMap<EntityUid, Key> names;
    PersistentMap<std::string, Key> types;
    PersistentMap<Number, Filed> rules;
    RowTree rows;
    Key next_key = any_key + 1;
};

}  // namespace charter::policy
