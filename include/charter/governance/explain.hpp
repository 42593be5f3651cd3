#pragma once

#include "charter/governance/decide.hpp"
#include "charter/policy/explain.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace charter {

/// What a rule or grant said that was a candidate for a question. Rule and grant live as long
/// as the World.
struct Explained {
    const PolicyEntry* policy = nullptr;  // one of both
    const GrantEntry* grant = nullptr;
    bool shown = false;      // to who asks; of others only what is said up to `held` is there
    std::size_t asked = 0;   // 1, or of how many columns it was a candidate
    std::size_t errors = 0;  // for how many it could not be evaluated
    std::vector<std::uint32_t> held;  // for which it held, in the order that was given

    // Why it does not hold for the first for which it does not, or why it cannot be evaluated.
    std::uint32_t first = 0;  // which one that is
    std::optional<policy::FailedClause> clause;
    std::string error;
    /// Of a grant: "resource", "grantee", "parent", "tagged", "not_before", "expires_at",
    /// "review_at" or "purposes"; `clause` then says it in words.
    std::string term;

    const std::string& label() const { return policy != nullptr ? policy->label : grant->label; }
    bool forbids() const { return policy != nullptr && policy->forbids(); }
    bool decides() const {
        return policy == nullptr || policy->origin != PolicyEntry::Origin::shadow;
    }
    bool holds() const { return held.size() == asked && errors == 0; }
};

/// Which rules and grants a caller may see: the built-in ones, and those it may read
/// (check_readable). Asks once for all that lie in one place. Not thread-safe.
class RuleSight {
public:
    RuleSight(const World& world, const Caller& caller) : world_(world), caller_(caller) {}

    bool shows(const PolicyEntry& rule);
    bool shows(const GrantEntry& grant);

private:
    const World& world_;
    const Caller& caller_;
    std::map<ResourceId, bool> domains_;  // none: the guardrails
    std::map<std::tuple<ResourceId, ResourceId, ResourceId, bool>, bool> grants_;
};

/// What moved the answer but may not be shown, in words: "a rule of the domain customer forbids
/// it". Names no rule, and no domain that the caller does not see. `allow` is the answer.
std::vector<std::string> reasons_in_words(const World& world, const Caller& caller,
                                          const std::vector<Explained>& candidates, bool allow);

}  // namespace charter
