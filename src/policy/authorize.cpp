#include "policy/authorize.hpp"

#include <utility>

namespace charter::policy {

Authorization combine(std::span<const PolicyOutcome> outcomes, ForbidError forbid_error) {
    Authorization result;
    std::vector<std::string> permits;
    std::vector<std::string> forbids;

    // No early exit on the first forbid: the ledger names all of them.
    for (const auto& [policy, outcome] : outcomes) {
        const bool forbid = policy->effect() == Effect::forbid;
        switch (outcome.kind) {
            case Outcome::Kind::not_matched:
                break;
            case Outcome::Kind::matched:
                (forbid ? forbids : permits).push_back(policy->id());
                break;
            case Outcome::Kind::error:
                result.errors.push_back({policy->id(), outcome.error});
                result.denied_by_error |= forbid && forbid_error == ForbidError::deny;
                break;
        }
    }

    if (forbids.empty() && !permits.empty() && !result.denied_by_error) {
        result.decision = Decision::allow;
    }
    // A permit does not settle an answer that an erring forbid turned into a no.
    if (!forbids.empty()) {
        result.determined_by = std::move(forbids);
    } else if (!result.denied_by_error) {
        result.determined_by = std::move(permits);
    }
    return result;
}

Authorization authorize(std::span<const Policy* const> policies, const Request& request,
                        const Entities& entities) {
    std::vector<PolicyOutcome> outcomes;
    outcomes.reserve(policies.size());
    for (const Policy* policy : policies) {
        outcomes.push_back({policy, evaluate(*policy, request, entities)});
    }
    return combine(outcomes, ForbidError::skip);
}

Authorization authorize(std::span<const Policy> policies, const Request& request,
                        const Entities& entities) {
    std::vector<const Policy*> pointers;
    pointers.reserve(policies.size());
    for (const Policy& policy : policies) {
        pointers.push_back(&policy);
    }
    return authorize(std::span<const Policy* const>(pointers), request, entities);
}

}  // namespace charter::policy
