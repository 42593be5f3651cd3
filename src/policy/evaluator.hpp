#pragma once

#include "charter/base/limits.hpp"
#include "charter/policy/entities.hpp"
#include "charter/policy/evaluate.hpp"
#include "policy/ast.hpp"

#include <cstddef>
#include <string>

namespace charter::policy {

/// Is told what attributes and tags an evaluation looks at, in order.
class Watch {
public:
    virtual ~Watch() = default;
    /// `node` is attribute, get_tag, has or has_tag; null: there is none of that name. The value
    /// lives no longer than the call.
    virtual void saw(const Node& node, const Value* value) = 0;
};

/// Evaluates the expressions of one policy for one request. Values are handed
/// on by pointer, into the policy, the request or the entities; what an
/// operator makes goes into the `scratch` of whoever asked for it.
class Evaluator {
public:
    /// A watch, where there is one, must outlive the evaluator.
    Evaluator(const PolicyContents& policy, RequestView request, const Entities& entities,
              Watch* watch = nullptr)
        : policy_(policy), request_(request), entities_(entities), watch_(watch) {}

    /// What a Boolean expression gives.
    enum class Truth { no, yes, error };

    Truth truth(Index index);
    /// Null on error. The value lives as long as `scratch`, unchanged, and the
    /// things the evaluator was made with.
    const Value* value(Index index, Value& scratch);

    /// What was spent so far; see limits::policy_steps_max.
    std::size_t steps() const { return steps_; }

    /// Why truth or value failed.
    std::string take_error() { return std::move(error_); }

private:
    Truth all_of(const Node& node);
    Truth any_of(const Node& node);
    Truth compare(const Node& node);
    Truth equal(const Node& node);
    Truth in(const Node& node, Index ancestors, const EntityUid& descendant);
    Truth membership(const Node& node);
    Truth has(const Node& node);
    Truth has_tag(const Node& node);
    Truth is(const Node& node);
    Truth like(const Node& node);

    const Value* arithmetic(const Node& node, Value& scratch);
    const Value* attribute(const Node& node, Value& scratch);
    const Value* get_tag(const Node& node, Value& scratch);
    const Value* set(const Node& node, Value& scratch);
    const Value* record(const Node& node, Value& scratch);
    const Value* call(const Node& node, Value& scratch);

    const EntityUid* variable(Op op) const;
    const EntityUid* entity(const Node& node, Index index, Value& scratch);
    const Value* of_kind(const Node& node, Index index, ValueKind kind, Value& scratch);

    bool spend(const Node& node, std::size_t steps) {
        steps_ += steps;
        return steps_ <= limits::policy_steps_max || out_of_steps(node);
    }
    bool out_of_steps(const Node& node);
    const Value* seen(const Node& node, const Value* value) {
        if (watch_ != nullptr) {
            watch_->saw(node, value);
        }
        return value;
    }
    void fail(const Node& node, std::string detail);
    void fail_type(const Node& node, std::string_view expected, const Value& found);
    const std::string& constant_text(Index index) const {
        return policy_.constants[index].as_string();
    }

    const PolicyContents& policy_;
    const RequestView request_;
    const Entities& entities_;
    Watch* const watch_;
    std::size_t steps_ = 0;
    std::string error_;
};

/// The conditions of a policy, in order; of a template too, whose conditions have no slots.
Outcome evaluate_conditions(const PolicyContents& policy, RequestView request,
                            const Entities& entities);

/// True when a part of a scope, which has no slot, admits the entity.
bool scope_part_matches(const ScopeConstraint& constraint, const EntityUid& uid,
                        const Entities& entities);

/// True when the scope's action constraint admits the action. `groups`: what it is in, or
/// null.
bool action_matches(const ActionConstraint& constraint, const EntityUid& action,
                    const AncestorSet* groups);

}  // namespace charter::policy
