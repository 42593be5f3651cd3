#pragma once

#include "charter/http/message.hpp"
#include "charter/http/router.hpp"

#include <string>
#include <vector>

namespace charter::api {

struct Services;

/// One line of the route table: what is asked of the engine before the route
/// does anything.
struct RouteFacts {
    http::Method method;
    std::string pattern;
    /// "edit on Domain", "describe on Mesh" …; "-" for what is open to anybody.
    std::string decided_by;
};

/// Adds every route of the REST API to the router. `services` must outlive it.
std::vector<RouteFacts> add_routes(http::Router& router, const Services& services);

}  // namespace charter::api
