#pragma once

#include "charter/governance/world.hpp"

#include <span>
#include <vector>

namespace charter {

/// Each of these principals may be touched on each of these ports.
struct TouchedPart {
    std::vector<ResourceId> principals;
    std::vector<ResourceId> ports;
    ResourceId grantee = {};  // through whom, where a grant changed
};

/// Whom, and on what, a change of these resources can touch; what is named most directly
/// comes first. A superset of what changes.
struct Touched {
    std::vector<TouchedPart> parts;
    bool complete = true;  // false: there were too many to list
};
Touched touched_by(const World& before, const World& after, std::span<const ResourceId> changed);

}  // namespace charter
