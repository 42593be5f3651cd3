#pragma once

#include "charter/governance/decide.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace charter {

/// One thing that a principal may do, with some purpose that it may claim or with none.
struct AccessFact {
    PrincipalName principal;
    std::string resource;  // a port
    Action action = Action::read;

    friend auto operator<=>(const AccessFact&, const AccessFact&) = default;
};

/// What a change gives and takes. Of the facts at most limits::dry_run_items_max are listed each
/// way; the counts are of all that were found.
struct AccessChange {
    std::vector<AccessFact> gained;
    std::vector<AccessFact> lost;
    std::size_t gained_count = 0;
    std::size_t lost_count = 0;
    bool complete = true;  // false: limits::dry_run_decisions_max or its deadline was reached
};

/// Compares what users, services and engines may do before and after a change of the resources
/// `changed`: `read`, `read_masked` (of a column at least), `write` and `discover`, on ports.
/// Looked at are those whom the change can touch, what it names most directly first. Only what
/// `asker` may discover is listed and counted. Purposes beyond limits::dry_run_purposes_max are
/// not tried; those that a changed grant names come first.
/// Pure: reads the two Worlds; takes up to some seconds, so keep it off the writer's thread.
AccessChange access_change(const World& before, const World& after,
                           std::span<const ResourceId> changed, const Caller& asker);

}  // namespace charter
