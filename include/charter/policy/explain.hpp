#pragma once

#include "charter/policy/entities.hpp"
#include "charter/policy/evaluate.hpp"
#include "charter/policy/policy.hpp"
#include "charter/policy/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace charter::policy {

/// An attribute or tag that a clause looked at.
struct SeenValue {
    std::string name;            // `context.purpose`, `resource.getTag("class")`
    std::optional<Value> value;  // none: there is no such attribute or tag
};

/// The part of a policy that kept it from applying.
struct FailedClause {
    enum class Part { principal, action, resource, when, unless };
    Part part = Part::when;
    /// Cedar text: the scope's part, one of the terms that a `when` joins with `&&`, or
    /// `unless { … }` with one of the terms that it joins with `||`.
    std::string text;
    Position position;  // of a `when` or `unless`, in the policy's own text
    /// What it looked at before it was settled, each once, in that order; at most
    /// limits::explained_values_max.
    std::vector<SeenValue> values;
};

/// What a policy says to a request, and where it does not apply, why.
struct Explanation {
    Outcome outcome;                     // what evaluate() says
    std::optional<FailedClause> clause;  // none when it matched
};

/// The first clause, in the order of the text, that is not true or cannot be evaluated. Looks
/// at nothing that evaluate() would not have looked at: what stands after that clause, or
/// behind a `has` that does not hold, is left alone. Pure; costs about twice an evaluation and
/// allocates, so it is for telling people and not for deciding.
Explanation explain(const Policy& policy, const Request& request, const Entities& entities);

/// The conditions alone, for a caller that knows the scope to match (an index); of a template
/// too, whose conditions have no slots.
Explanation explain_conditions(const Policy& policy, const RequestView& request,
                               const Entities& entities);

}  // namespace charter::policy
