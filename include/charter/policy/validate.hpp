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
    Position position;   // in the policy's own source, see Policy::source
    std::string detail;  // "the schema has no entity type `Usr`; did you mean `User`?"

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
/// any type that its place admits; of a link, what fills the slots is checked in
/// addition. What is an error is what official Cedar 4.12 says.
/// The findings of a policy are in the order of its text, at most
/// limits::violations_max of each kind. A policy that takes more than
/// limits::validation_steps_max steps is refused with an error that says so.
/// Pure; safe to call from several threads.
/// Source: Cedar, "Policy validation", https://docs.cedarpolicy.com/policies/validation.html
Validation validate(std::span<const Policy> policies, const Schema& schema);
Validation validate(const Policy& policy, const Schema& schema);

/// The types of one kind of request.
struct Environment {
    std::string principal_type;
    EntityUid action;
    std::string resource_type;

    friend bool operator==(const Environment&, const Environment&) = default;
};

/// The environments in which the scope of a policy can match at all, by action,
/// principal type and resource type.
std::vector<Environment> environments(const Policy& policy, const Schema& schema);

}  // namespace charter::policy
