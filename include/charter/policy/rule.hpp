#pragma once

#include "charter/policy/policy.hpp"

#include <cstdint>
#include <memory>

namespace charter::policy {

class Schema;
class Program;

/// A policy or template, compiled. Immutable, thread-safe. Derive from it to keep
/// what belongs to the policy with it: a match names its Rule.
class Rule {
public:
    /// A schema, where there is one, says where attributes stand in their records;
    /// the rule means the same without.
    explicit Rule(Policy policy, const Schema* schema = nullptr);
    Rule(const Rule&) = default;
    Rule& operator=(const Rule&) = default;
    virtual ~Rule();

    const Policy& policy() const noexcept { return policy_; }
    bool forbids() const noexcept { return forbids_; }
    /// True when the conditions say the same for every resource.
    bool ignores_resource() const noexcept { return ignores_resource_; }
    /// True when a condition looks at `context.row`, or may: see partial.hpp.
    bool reads_row() const noexcept { return reads_row_; }
    /// For the engine.
    const Program& program() const noexcept { return *program_; }
    ScopeConstraint::Form principal_form() const noexcept { return principal_form_; }
    ScopeConstraint::Form resource_form() const noexcept { return resource_form_; }
    /// One bit for the name of each action in the scope, so that most others are
    /// told apart at once; every bit when the scope names none.
    std::uint64_t action_bits() const noexcept { return action_bits_; }

private:
    Policy policy_;
    std::shared_ptr<const Program> program_;
    std::uint64_t action_bits_ = 0;
    bool forbids_ = false;
    bool ignores_resource_ = false;
    bool reads_row_ = false;
    ScopeConstraint::Form principal_form_;
    ScopeConstraint::Form resource_form_;
};

}  // namespace charter::policy
