#include "charter/policy/rule.hpp"

#include "charter/policy/partial.hpp"
#include "policy/program.hpp"

namespace charter::policy {
namespace {

std::uint64_t bits_of(const ActionConstraint& action) {
    if (action.form == ActionConstraint::Form::any) {
        return ~std::uint64_t{0};
    }
    std::uint64_t bits = 0;
    for (const EntityUid& uid : action.entities) {
        bits |= action_bit(uid);
    }
    return bits;
}

}  // namespace

Rule::Rule(Policy policy, const Schema* schema)
    : policy_(std::move(policy)),
      program_(std::make_shared<const Program>(policy_.contents(), schema)),
      action_bits_(bits_of(policy_.action())),
      forbids_(policy_.effect() == Effect::forbid),
      ignores_resource_(!policy_.reads_resource()),
      reads_row_(policy::reads_row(policy_)),
      principal_form_(policy_.principal().form),
      resource_form_(policy_.resource().form) {}

Rule::~Rule() = default;

}  // namespace charter::policy
