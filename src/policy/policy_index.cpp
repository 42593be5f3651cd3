#include "policy/index_state.hpp"

#include <algorithm>
#include <bit>

namespace charter::policy {

KeySet::KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {
    std::ranges::sort(keys_);
    const auto repeated = std::ranges::unique(keys_);
    keys_.erase(repeated.begin(), repeated.end());
    filter_.resize(std::bit_ceil(std::max<std::size_t>(keys_.size(), 1)));
    for (const Key key : keys_) {
        filter_[word_of(key)] |= std::uint64_t{1} << (key % 64);
    }
}

bool KeySet::search(Key key) const {
    // Without branches: which half it is cannot be foreseen.
    const Key* from = keys_.data();
    std::size_t left = keys_.size();
    while (left > 1) {
        const std::size_t half = left / 2;
        from += static_cast<std::size_t>(from[half - 1] < key) * half;
        left -= half;
    }
    return left == 1 && *from == key;
}

Key KeySet::first_from(Key key) const {
    const auto found = std::ranges::lower_bound(keys_, key);
    return found == keys_.end() ? no_key : *found;
}

PolicyIndex::PolicyIndex() : state_(new State) {}
PolicyIndex::PolicyIndex(const PolicyIndex&) = default;
PolicyIndex::PolicyIndex(PolicyIndex&&) noexcept = default;
PolicyIndex& PolicyIndex::operator=(PolicyIndex other) noexcept {
    state_.swap(other.state_);
    return *this;
}
PolicyIndex::~PolicyIndex() = default;

Key PolicyIndex::key(const EntityUid& uid) {
    if (const Key* known = state().names.find(uid)) {
        return *known;
    }
    State& changed = state_.own();
    changed.names.insert_or_assign(uid, changed.next_key);
    return changed.next_key++;
}

Key PolicyIndex::type_key(std::string_view type) {
    std::string name(type);
    if (const Key* known = state().types.find(name)) {
        return *known;
    }
    State& changed = state_.own();
    changed.types.insert_or_assign(std::move(name), changed.next_key);
    return changed.next_key++;
}

PrincipalKeys PolicyIndex::principal_keys(const EntityUid& uid,
                                          std::span<const EntityUid> ancestors) {
    PrincipalKeys keys;
    keys.self = key(uid);
    std::vector<Key> all{any_key, type_key(uid.type()), keys.self};
    for (const EntityUid& ancestor : ancestors) {
        all.push_back(key(ancestor));
    }
    keys.all = KeySet(std::move(all));
    return keys;
}

ResourceKeys PolicyIndex::resource_keys(const EntityUid& uid,
                                        std::span<const EntityUid> ancestors) {
    std::vector<Key> above;
    for (const EntityUid& ancestor : ancestors) {
        above.push_back(key(ancestor));
    }
    return {key(uid), type_key(uid.type()),
            std::make_shared<const std::vector<Key>>(std::move(above))};
}

PrincipalKeys PolicyIndex::known_principal_keys(const EntityUid& uid,
                                                std::span<const EntityUid> ancestors) const {
    PrincipalKeys keys;
    keys.self = state().known(uid);
    std::vector<Key> all{any_key};
    const auto add = [&](Key key) {
        if (key != no_key) {
            all.push_back(key);
        }
    };
    add(state().known_type(uid.type()));
    add(keys.self);
    for (const EntityUid& ancestor : ancestors) {
        add(state().known(ancestor));
    }
    keys.all = KeySet(std::move(all));
    return keys;
}

ResourceKeys PolicyIndex::known_resource_keys(const EntityUid& uid,
                                              std::span<const EntityUid> ancestors) const {
    std::vector<Key> above;
    for (const EntityUid& ancestor : ancestors) {
        if (const Key key = state().known(ancestor); key != no_key) {
            above.push_back(key);
        }
    }
    return {state().known(uid), state().known_type(uid.type()),
            std::make_shared<const std::vector<Key>>(std::move(above))};
}

namespace {

/// What a scope is filed under: the entity it names, else the type, else anything.
/// A slot's key is the link's.
Key scope_key(PolicyIndex& index, const ScopeConstraint& scope, Key slot) {
    switch (scope.form) {
        case ScopeConstraint::Form::any:
            return any_key;
        case ScopeConstraint::Form::is:
            return index.type_key(scope.type);
        case ScopeConstraint::Form::equal:
        case ScopeConstraint::Form::in:
        case ScopeConstraint::Form::is_in:
            return scope.slot ? slot : index.key(scope.entity);
    }
    return no_key;
}

Place place_in(PolicyIndex& index, const Policy& policy, Key principal, Key resource) {
    return place_of(scope_key(index, policy.resource(), resource),
                    scope_key(index, policy.principal(), principal));
}

}  // namespace

bool PolicyIndex::add(Number number, std::shared_ptr<const Rule> rule) {
    if (state().rules.contains(number)) {
        return false;
    }
    const bool has_row = !rule->policy().is_template();
    const Place place = has_row ? place_in(*this, rule->policy(), no_key, no_key) : Place{0};
    State& changed = state_.own();
    if (has_row && !changed.rows.insert({place, number, rule.get(), no_end})) {
        return false;
    }
    changed.rules.insert_or_assign(number, Filed{std::move(rule), place, has_row});
    return true;
}

void PolicyIndex::remove(Number number) {
    const Filed* filed = state().rules.find(number);
    if (filed == nullptr) {
        return;
    }
    const Place place = filed->place;
    const bool has_row = filed->has_row;
    State& changed = state_.own();
    if (has_row) {
        changed.rows.erase(place, number);
    }
    changed.rules.remove(number);
}

bool PolicyIndex::add(const Link& link) {
    const Filed* filed = state().rules.find(link.template_number);
    if (filed == nullptr) {
        return false;
    }
    const Rule* rule = filed->rule.get();
    const Place place = place_in(*this, rule->policy(), link.principal, link.resource);
    return state_.own().rows.insert({place, link.number, rule, link.until});
}

bool PolicyIndex::remove(const Link& link) {
    const Filed* filed = state().rules.find(link.template_number);
    if (filed == nullptr) {
        return false;
    }
    const Rule* rule = filed->rule.get();
    const Place place = place_in(*this, rule->policy(), link.principal, link.resource);
    return state_.own().rows.erase(place, link.number);
}

std::size_t PolicyIndex::size() const {
    return state().rows.size();
}

std::size_t PolicyIndex::row_bytes() const {
    return state().rows.bytes();
}

}  // namespace charter::policy
