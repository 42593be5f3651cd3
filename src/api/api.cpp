// The route table is the sum of these.
#include "charter/api/api.hpp"

#include "api/endpoint.hpp"

namespace charter::api {

std::vector<RouteFacts> add_routes(http::Router& router, const Services& services) {
    Routes routes(router, services);
    add_operational_routes(routes);
    add_data_routes(routes);
    add_upload_routes(routes);
    add_me_routes(routes);
    add_document_routes(routes);
    add_product_routes(routes);
    add_policy_routes(routes);
    add_token_routes(routes);
    add_grant_routes(routes);
    add_request_routes(routes);
    add_resolve_routes(routes);
    add_authorize_routes(routes);
    add_access_routes(routes);
    add_lease_routes(routes);
    add_change_routes(routes);
    add_ledger_routes(routes);
    add_search_routes(routes);
    add_secret_routes(routes);
    add_approval_routes(routes);
    add_suspension_routes(routes);
    add_sign_in_routes(routes);
    return routes.table();
}

}  // namespace charter::api
