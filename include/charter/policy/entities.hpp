#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/entity_uid.hpp"
#include "charter/policy/value.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace charter::policy {

/// The entities that one is `in`, without itself: all of them, parents of parents
/// included. Immutable; a look-up compares numbers.
class AncestorSet {
public:
    AncestorSet() = default;
    /// Duplicates count once.
    explicit AncestorSet(std::vector<EntityUid> uids);

    bool contains(const EntityUid& uid) const noexcept;
    /// Each once, in an order that is the same in every run.
    std::span<const EntityUid> uids() const noexcept { return uids_; }

private:
    std::vector<std::size_t> hashes_;  // sorted
    std::vector<EntityUid> uids_;      // in the order of their hashes
};

/// One entity as policies see it.
struct Entity {
    EntityUid uid;
    Value attributes = Value::record({});  // a record
    Value tags = Value::record({});        // a record
    std::vector<EntityUid> parents;        // direct ones
    /// All of them, for entities that an Entities gives out; shared by those that lie
    /// in the same place. Null: none.
    std::shared_ptr<const AncestorSet> ancestors;

    bool is_in(const EntityUid& ancestor) const {
        return uid == ancestor || (ancestors != nullptr && ancestors->contains(ancestor));
    }
};

/// What the evaluator knows of entities. Implementations must not change while
/// an evaluation runs, and be safe to read from several threads.
class Entities {
public:
    virtual ~Entities() = default;

    /// The entity with its ancestors, actions too, or null when it does not exist.
    /// Lives as long as *this.
    virtual const Entity* find(const EntityUid& uid) const = 0;

    /// True when both are the same or `ancestor` is among the ancestors.
    bool is_in(const EntityUid& descendant, const EntityUid& ancestor) const {
        const Entity* known = find(descendant);
        return known != nullptr ? known->is_in(ancestor) : descendant == ancestor;
    }
};

/// Entities held in memory, all ancestors computed beforehand.
class EntityMap : public Entities {
public:
    EntityMap() = default;

    /// Errors: invalid_request (an entity twice with different contents, a cycle of
    /// parents, attributes or tags that are no record).
    static Result<EntityMap> make(std::vector<Entity> entities);

    const Entity* find(const EntityUid& uid) const override;

private:
    std::unordered_map<EntityUid, Entity> entities_;
};

/// One question: may this principal do this action on this resource?
struct Request {
    EntityUid principal;
    EntityUid action;
    EntityUid resource;
    Value context = Value::record({});  // a record
};

/// A request whose parts belong to somebody else, who keeps them. Copying one copies
/// no names: a count of holders that every decision changes would be fought over.
struct RequestView {
    RequestView(const EntityUid& of_principal, const EntityUid& of_action,
                const EntityUid& of_resource, const Value& with_context)
        : principal(of_principal), action(of_action), resource(of_resource), context(with_context) {}
    RequestView(const Request& request)  // NOLINT: a Request is one
        : RequestView(request.principal, request.action, request.resource, request.context) {}

    const EntityUid& principal;
    const EntityUid& action;
    const EntityUid& resource;
    const Value& context;
};

}  // namespace charter::policy
