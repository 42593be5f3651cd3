#pragma once

#include "charter/policy/evaluate.hpp"

#include <span>
#include <string>
#include <vector>

namespace charter::policy {

enum class Decision { deny, allow };

/// A policy that was left out because it could not be evaluated.
struct EvaluationError {
    std::string policy;  // its id
    std::string message;

    friend bool operator==(const EvaluationError&, const EvaluationError&) = default;
};

/// A decision with what settled it.
struct Authorization {
    Decision decision = Decision::deny;
    /// Ids in the order asked: the forbids that matched, otherwise the permits
    /// (none when denied_by_error).
    std::vector<std::string> determined_by;
    std::vector<EvaluationError> errors;
    /// A forbid erred, and ForbidError::deny made the answer no.
    bool denied_by_error = false;
};

/// What a forbid that cannot be evaluated does.
enum class ForbidError {
    skip,  // nothing, as Cedar says
    deny,  // the answer is no
};

/// One policy and what it said.
struct PolicyOutcome {
    const Policy* policy = nullptr;
    Outcome outcome;
};

/// A matching forbid wins, otherwise one matching permit is needed, otherwise
/// deny. A policy that errs counts as absent and is reported.
/// Source: Cedar language, "Authorization", https://docs.cedarpolicy.com/auth/authorization.html
Authorization combine(std::span<const PolicyOutcome> outcomes, ForbidError forbid_error);

/// Evaluates every policy and combines the outcomes as Cedar says.
Authorization authorize(std::span<const Policy* const> policies, const Request& request,
                        const Entities& entities);
Authorization authorize(std::span<const Policy> policies, const Request& request,
                        const Entities& entities);

}  // namespace charter::policy
