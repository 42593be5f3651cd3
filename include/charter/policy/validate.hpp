#pragma once

#include "charter/policy/policy.hpp"
#include "charter/policy/schema.hpp"

#include <span>
#include <string>
#include <vector>

namespace charter::policy {

/// One thing that the validator says of a policy.
struct Finding {
    std::string policy;  // its id
    Position position;   // in the policy's own source
    std::string detail;  // "attribute `visiblity` is not declared for Product; did you mean `visibility`?"

    friend bool operator==(const Finding&, const Finding&) = default;
};

/// A policy is strictly valid when `errors` is empty. Warnings (a policy that can
/// never apply …) do not make it invalid.
struct Validation {
    std::vector<Finding> errors;
    std::vector<Finding> warnings;

    bool valid() const noexcept { return errors.empty(); }
};

/// Strict validation: types every policy in every environment (principal type,
/// action, resource type) that its scope admits. Templates too: a slot stands for
/// any type that its place admits. What is an error is what official Cedar 4.12 says.
/// Pure; work is bounded by limits.
/// Source: Cedar, "Policy validation", https://docs.cedarpolicy.com/policies/validation.html
Validation validate(std::span<const Policy> policies, const Schema& schema);
Validation validate(const Policy& policy, const Schema& schema);

/// The environments (principal type, action, resource type) in which a policy's
/// scope can match at all.
struct Environment {
    std::string principal_type;
    EntityUid action;
    std::string resource_type;

    friend bool operator==(const Environment&, const Environment&) = default;
};
std::vector<Environment> environments(const Policy& policy, const Schema& schema);

}  // namespace charter::policy
