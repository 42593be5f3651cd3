#pragma once

#include "charter/base/counted.hpp"
#include "charter/policy/entity_uid.hpp"
#include "charter/policy/rule.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace charter::policy {

/// The number that an index gives to an entity or an entity type that a scope may
/// name. Numbers are never given twice.
using Key = std::uint32_t;
inline constexpr Key no_key = 0;
inline constexpr Key any_key = 1;  // what a scope that asks for nothing is filed under

/// Keys, sorted, with a filter that answers most questions without a search.
class KeySet {
public:
    KeySet() : KeySet(std::vector<Key>()) {}
    explicit KeySet(std::vector<Key> keys);

    bool contains(Key key) const {
        return (filter_[word_of(key)] >> (key % 64) & 1U) != 0 && search(key);
    }
    /// The smallest key that is not below `key`, or no_key.
    Key first_from(Key key) const;
    std::span<const Key> keys() const { return keys_; }

private:
    std::size_t word_of(Key key) const { return key / 64 & (filter_.size() - 1); }
    bool search(Key key) const;

    std::vector<Key> keys_;
    std::vector<std::uint64_t> filter_;  // a power of two of words, one for a key at least
};

/// All that a scope may say of the principal of a request: itself, its type, what it is `in`.
struct PrincipalKeys {
    Key self = no_key;
    KeySet all;  // any_key, the type, itself and its ancestors
};

/// The same of the resource. Ancestors are shared by all that lie in the same place.
struct ResourceKeys {
    Key self = no_key;
    Key type = no_key;
    std::shared_ptr<const std::vector<Key>> ancestors;
};

/// Policies and links, filed by scope so that a request meets those only whose
/// principal and resource fit. Every policy and every link is one row of 32 bytes,
/// below (resource, principal); a link shares the rule of its template.
///
/// A value: copies share all that did not change, and a change costs the same
/// whatever the index holds. Dropping by scope is exact, since a scope cannot err.
///
/// Thread safety: as standard containers. A copy may be read while another is changed.
class PolicyIndex {
public:
    PolicyIndex();
    PolicyIndex(const PolicyIndex&);
    PolicyIndex(PolicyIndex&&) noexcept;
    PolicyIndex& operator=(PolicyIndex) noexcept;
    ~PolicyIndex();

    /// The key of an entity, made when it is the first time that it is named.
    Key key(const EntityUid& uid);
    Key type_key(std::string_view type);

    /// The keys of an entity and of all its ancestors. The first two give a key to
    /// every name, for keeping; the others leave out what no scope names, and hold
    /// for this index as it is now.
    PrincipalKeys principal_keys(const EntityUid& uid, std::span<const EntityUid> ancestors);
    ResourceKeys resource_keys(const EntityUid& uid, std::span<const EntityUid> ancestors);
    PrincipalKeys known_principal_keys(const EntityUid& uid,
                                       std::span<const EntityUid> ancestors) const;
    ResourceKeys known_resource_keys(const EntityUid& uid,
                                     std::span<const EntityUid> ancestors) const;

    /// The caller's name for a policy, a template or a link. No two share one.
    using Number = std::uint64_t;

    /// Files a policy under its scope. A template is kept for links, and matches nothing.
    /// False when the number is taken; nothing changes then.
    bool add(Number number, std::shared_ptr<const Rule> rule);
    /// Takes out a policy, or a template that has no links left. Nothing happens when there
    /// is none of that number.
    void remove(Number number);

    /// A template with its slots filled. What the template's scope says itself stays; a
    /// slot it does not have ignores its key.
    struct Link {
        Number number = 0;
        Number template_number = 0;
        Key principal = no_key;
        Key resource = no_key;
        /// The link holds while context.now is earlier (milliseconds since the epoch), as if
        /// its first condition were `when { context.now < datetime(…) }`; always for no_end.
        std::int64_t until = no_end;
    };
    static constexpr std::int64_t no_end = INT64_MAX;

    /// False when the template is unknown or the number is taken; nothing changes then.
    bool add(const Link& link);
    /// False when there is no such link. `until` does not count.
    bool remove(const Link& link);

    /// Policies and links filed.
    std::size_t size() const;
    /// Bytes of the rows and what leads to them, for measurements; not of rules and names.
    std::size_t row_bytes() const;

    struct State;
    const State& state() const { return *state_.node(); }  // for the engine

private:
    Counted<State> state_;
};

}  // namespace charter::policy
