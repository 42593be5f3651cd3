#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/entity_uid.hpp"
#include "charter/policy/value.hpp"

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace charter::policy {

/// One entity as policies see it.
struct Entity {
    EntityUid uid;
    Value attributes = Value::record({});  // a record
    Value tags = Value::record({});        // a record
    std::vector<EntityUid> parents;        // direct ones
};

/// What the evaluator knows of entities. Implementations must not change while
/// an evaluation runs, and be safe to read from several threads.
class Entities {
public:
    virtual ~Entities() = default;

    /// The entity, or null when it does not exist. Lives as long as *this.
    virtual const Entity* find(const EntityUid& uid) const = 0;

    /// True when both are the same or `ancestor` is reached by following
    /// parents; for actions too. An entity that does not exist is in itself only.
    virtual bool is_in(const EntityUid& descendant, const EntityUid& ancestor) const = 0;
};

/// Entities held in memory, all ancestors computed beforehand.
class EntityMap : public Entities {
public:
    EntityMap() = default;

    /// Errors: invalid_request (an entity twice with different contents, a cycle of
    /// parents, attributes or tags that are no record).
    static Result<EntityMap> make(std::vector<Entity> entities);

    const Entity* find(const EntityUid& uid) const override;
    bool is_in(const EntityUid& descendant, const EntityUid& ancestor) const override;

private:
    struct Node {
        Entity entity;
        std::unordered_set<EntityUid> ancestors;
    };

    std::unordered_map<EntityUid, Node> nodes_;
};

/// One question: may this principal do this action on this resource?
struct Request {
    EntityUid principal;
    EntityUid action;
    EntityUid resource;
    Value context = Value::record({});  // a record
};

}  // namespace charter::policy
