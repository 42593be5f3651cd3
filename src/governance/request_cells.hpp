#pragma once

#include "charter/governance/draft.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace charter {

/// `columns` and `rows` of a grant's document, or of an approval; {}: all.
Json cells_in(const Json& document);

/// Those of the grant that a request renews; {} where it renews none.
Result<Json> cells_renewed(const Draft& draft, const Json& request_state);

struct GivenCells {
    Json document = Json::object();       // `columns` and `rows`
    std::vector<std::string> conditions;  // see grant_cells
};
/// What is left where all of `layers` are asked for. `grant`: the rest of the grant's document.
/// Errors: invalid_request.
Result<GivenCells> join_cells(const World& world, const Caller& caller, ResourceId resource,
                              const Json& grant, const std::vector<Json>& layers);

}  // namespace charter
