#pragma once

#include "charter/governance/access.hpp"
#include "governance/access_standing.hpp"

#include <string>
#include <vector>

namespace charter {

/// Puts what was found into words, with no name that the asker may not discover.
class AccessWords {
public:
    /// World and asker must outlive it.
    AccessWords(const World& world, const Caller& asker);

    /// Whether the asker may know of a principal: itself, or whoever is in the directory.
    bool may_name(const PrincipalEntry& principal) const;
    bool shows(const DomainEntry& domain) { return visibility_.shows(domain); }
    bool shows(const PortEntry& port) { return visibility_.shows(port); }
    bool shows(const Entry& resource);

    AccessPath path(const PrincipalEntry& principal, const Held& held);
    /// Of a policy for all whom its scope names.
    AccessPath path(const PolicyEntry& policy, bool conditional);
    AccessForbid forbid(const PolicyEntry& policy, bool conditional);
    /// With whom it is about, for what is said of many at once.
    AccessForbid forbid_for_some(const PolicyEntry& policy);
    /// "anybody signed in", "every user" …
    static std::string who(const policy::ScopeConstraint& scope);
    /// `resource in Domain::"customer"`; empty where that is not for the asker to know.
    std::string what(const policy::ScopeConstraint& scope);

private:
    bool may_name(const policy::EntityUid& uid);
    std::string label(const PolicyEntry& policy);
    std::string scope_text(const char* word, const policy::ScopeConstraint& scope);
    std::vector<std::string> conditions(const PolicyEntry& policy, bool conditional);
    std::vector<std::string> shown_chain(std::vector<std::string> chain);

    const World& world_;
    const Caller& asker_;
    Visibility visibility_;
    bool directory_;
};

}  // namespace charter
