#pragma once

#include "charter/governance/world.hpp"

#include <span>
#include <string>
#include <vector>

namespace charter {

/// Everybody who is in a group, a team, or one of the roles of a domain or tag key.
struct People {
    std::vector<ResourceId> ids;  // of users, services and engines, in order, each once
    bool complete = true;         // false: limits::access_members_max was reached
};

/// Those whom a grant to `grantee` (a principal's or domain's id) is for.
People people_of(const World& world, ResourceId grantee);
/// Whom a grant is for: its grantee; of a delegable one the owners of that domain, who see what
/// they may pass on.
policy::EntityUid bearer_of(const GrantEntry& grant);
/// Those who are `in` a principal entity, itself included: what a scope may name.
People people_in(const World& world, const policy::EntityUid& uid);
/// Those among `roots` and in the groups among them.
People people_among(const World& world, std::span<const PrincipalName> roots);

/// The shortest way from a principal to something it is in, as the API writes names
/// ("user:ana", "group:analysts", "domain:marketing", "group:customer/owners"): both ends
/// included. Empty: it is not in that.
std::vector<std::string> chain_to(const World& world, const PrincipalEntry& principal,
                                  const policy::EntityUid& target);

}  // namespace charter
