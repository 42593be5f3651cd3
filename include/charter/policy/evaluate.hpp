#pragma once

#include "charter/policy/entities.hpp"
#include "charter/policy/policy.hpp"

#include <string>

namespace charter::policy {

/// What one policy says to one request.
struct Outcome {
    enum class Kind {
        not_matched,  // the scope or a condition does not hold
        matched,      // the effect applies
        error,        // a condition could not be evaluated
    };
    Kind kind = Kind::not_matched;
    std::string error;  // why, when kind is error

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// True when principal, action and resource fit the scope. Never for a template.
bool scope_matches(const Policy& policy, const Request& request, const Entities& entities);

/// Scope, then conditions in order. Pure; allocates only for values that the
/// conditions build. Work is limited by limits::policy_steps_max: more is an error.
/// Source: Cedar language, "Authorization", https://docs.cedarpolicy.com/auth/authorization.html
Outcome evaluate(const Policy& policy, const Request& request, const Entities& entities);

/// The conditions alone, for a caller that knows the scope to match (an index).
/// A template is not_matched here too.
Outcome evaluate_conditions(const Policy& policy, const Request& request, const Entities& entities);

}  // namespace charter::policy
