#pragma once

#include "charter/governance/decide.hpp"

#include <string_view>

namespace charter {

// What a grant comes to, beside its own facts: what it passes on, the team it was passed on in, the
// rule of its domain about reviews. Pure: reads the World alone.

/// The state of a grant in the words of the API.
struct GrantStanding {
    std::string_view state;  // "active", "scheduled", "expired", "revoked"
    /// Why it gives nothing although nobody revoked it: then the state is "revoked" too. Else "".
    std::string_view ended;

    bool active() const { return state == "active"; }
};
GrantStanding standing_of(const World& world, const GrantEntry& grant, UtcTime now);

/// When a grant on something in `domain` ends as things are now: its own end, its review where the
/// domain lets unreviewed grants lapse, and the same of what it passes on. UtcTime::min() when that
/// is gone, or the grantee is not in the team. What the grant itself names is not looked at.
UtcTime end_of(const World& world, const GrantEntry& grant, const DomainEntry* domain);

/// Whether a principal is among the members of a domain, by the ids of both.
bool is_in_team(const World& world, ResourceId principal, ResourceId team);

/// What a grant is on; nothing when that is gone.
std::optional<Target> target_of(const World& world, const GrantEntry& grant);

/// Where the engine is asked whether somebody may end or review a grant: on its resource, and for
/// one that is passed on also on the domain whose owners pass it on. Nothing: the other is asked.
std::optional<Target> passed_on_in(const World& world, const GrantEntry& grant);
bool decides_on(const World& world, const Caller& caller, const GrantEntry& grant);

}  // namespace charter
