#pragma once

#include "charter/governance/decide.hpp"
#include "charter/policy/explain.hpp"

#include <optional>
#include <string>

namespace charter {

/// What a grant is asked about.
struct GrantQuestion {
    const World& world;
    const PrincipalEntry& principal;
    const Target& target;
    const Node& node;  // of the target, or of a column of it
    Action action;
    const policy::Value& context;
};

/// The term of a grant that is not met.
struct FailedTerm {
    std::string term;  // as the grant's document calls it
    policy::FailedClause clause;
};

/// The first term that keeps a grant from holding, of one whose names fit the question; nothing
/// when all that is looked at here is met.
std::optional<FailedTerm> failed_term(const GrantEntry& grant, const GrantQuestion& question);

}  // namespace charter
