#include "charter/policy/evaluate.hpp"

#include "policy/ast.hpp"
#include "policy/evaluator.hpp"

#include <algorithm>

namespace charter::policy {

bool scope_part_matches(const ScopeConstraint& constraint, const EntityUid& uid,
                        const Entities& entities) {
    using enum ScopeConstraint::Form;
    switch (constraint.form) {
        case any:
            return true;
        case equal:
            return uid == constraint.entity;
        case in:
            return entities.is_in(uid, constraint.entity);
        case is:
            return uid.type() == constraint.type;
        case is_in:
            return uid.type() == constraint.type && entities.is_in(uid, constraint.entity);
    }
    return false;
}

bool action_matches(const ActionConstraint& constraint, const EntityUid& action,
                    const AncestorSet* groups) {
    using enum ActionConstraint::Form;
    switch (constraint.form) {
        case any:
            return true;
        case equal:
            return action == constraint.entities.front();
        case in:
        case in_set:
            return std::ranges::any_of(constraint.entities, [&](const EntityUid& ancestor) {
                return action == ancestor || (groups != nullptr && groups->contains(ancestor));
            });
    }
    return false;
}

bool scope_matches(const Policy& policy, const Request& request, const Entities& entities) {
    const Entity* action = entities.find(request.action);
    const AncestorSet* groups = action != nullptr ? action->ancestors.get() : nullptr;
    return !policy.is_template() &&
           scope_part_matches(policy.principal(), request.principal, entities) &&
           action_matches(policy.action(), request.action, groups) &&
           scope_part_matches(policy.resource(), request.resource, entities);
}

Outcome evaluate(const Policy& policy, const Request& request, const Entities& entities) {
    return scope_matches(policy, request, entities) ? evaluate_conditions(policy, request, entities)
                                                    : Outcome{};
}

Outcome evaluate_conditions(const Policy& policy, const Request& request,
                            const Entities& entities) {
    return policy.is_template() ? Outcome{}
                                : evaluate_conditions(policy.contents(), request, entities);
}

Outcome evaluate_conditions(const PolicyContents& policy, RequestView request,
                            const Entities& entities) {
    Evaluator evaluator(policy, request, entities);
    for (const Condition& condition : policy.conditions) {
        const Evaluator::Truth truth = evaluator.truth(condition.expression);
        if (truth == Evaluator::Truth::error) {
            return {Outcome::Kind::error, evaluator.take_error()};
        }
        if ((truth == Evaluator::Truth::yes) == condition.unless) {
            return {};
        }
    }
    return {Outcome::Kind::matched, {}};
}

}  // namespace charter::policy
