#pragma once

#include "api/endpoint.hpp"

namespace charter::api {

/// GET /grants?grantee=&resource=&state=&review=due.
boost::asio::awaitable<Result<http::Response>> list_grants(const Services& services,
                                                           http::Request& request, Caller caller);

}  // namespace charter::api
