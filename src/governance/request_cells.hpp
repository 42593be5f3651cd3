#pragma once

#include "charter/governance/draft.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace charter {

/// `columns` and `rows` of a grant's document, or of an approval; {}: all.
Json cells_in(const Json& document);

struct GivenCells {
    Json document = Json::object();       // `columns` and `rows`
    std::vector<std::string> conditions;  // see grant_cells
};

/// Those of the grant that a request renews, as they were given; nothing where it renews none.
Result<GivenCells> cells_renewed(const Draft& draft, const Json& request_state);

/// What is left of `given` where all of `layers` are asked for besides. `grant`: the rest of the
/// grant's document. Errors: invalid_request.
Result<GivenCells> join_cells(const World& world, const Caller& caller, ResourceId resource,
                              const Json& grant, GivenCells given, const std::vector<Json>& layers);

}  // namespace charter
