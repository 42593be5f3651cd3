#pragma once

#include "charter/governance/cell_access.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

/// `access` of an answer about a port that may be read in part: per column how it shows, the rows,
/// and both as SQL and as Iceberg's read-restrictions. What cannot be said in a form is null there.
Json show_access(const CellAccess& access, const PortEntry& port);

}  // namespace charter::api
