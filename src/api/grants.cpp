// GET and POST /grants, GET /grants/{id}, DELETE /grants/{id}?reason=.
#include "api/endpoint.hpp"
#include "charter/governance/grants.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<http::Response>> create(const Services& services, http::Request& request,
                                               Caller caller) {
    Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    UseCase use_case = [body = std::move(*body)](Draft& draft, const Caller& by) -> Result<Answer> {
            const Result<Written> written = create_grant(draft, by, body);
            if (!written) {
                return written.error();
            }
            Answer answer;
            answer.status = 201;
            answer.body = represent(draft.world(), written->resource, draft.now()).dump();
            answer.etag = "\"1\"";
            answer.location = "/api/v1/grants/" + written->resource.id.text();
            return answer;
        };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

asio::awaitable<Result<http::Response>> list(const Services& services, http::Request& request,
                                             Caller caller) {
    const auto text = [&](std::string_view name) {
        const auto value = request.query_value(name);
        return value ? std::optional<std::string>(*value) : std::nullopt;
    };
    const std::optional<std::string> grantee = text("grantee");
    const std::optional<std::string> resource = text("resource");
    const std::optional<std::string> state = text("state");
    if (state && *state != "active" && *state != "scheduled" && *state != "expired" &&
        *state != "revoked") {
        co_return Error(ErrorCode::invalid_request,
                        "state is `active`, `scheduled`, `expired` or `revoked`");
    }
    Wanted wanted = [grantee, resource, state](const World&, const Json& grant) {
            return (!grantee || grant.value("grantee", "") == *grantee) &&
                   (!resource || grant.value("resource", "") == *resource) &&
                   (!state || grant.value("state", "") == *state);
        };
    co_return co_await list_by_id(services, Kind::grant, request, std::move(caller), std::move(wanted));
}

/// The state changes with time, not with the revision.
std::string state_of(const Json& grant) {
    return grant.value("state", "");
}

asio::awaitable<Result<http::Response>> revoke(const Services& services, http::Request& request,
                                               Caller caller) {
    const std::optional<ResourceId> id = ResourceId::parse(request.parameter("id"));
    if (!id) {
        co_return absent();
    }
    const std::string reason(request.query_value("reason").value_or(""));
    if (reason.size() > limits::title_bytes_max) {
        co_return Error(ErrorCode::invalid_request, "a reason has at most " +
                                                        std::to_string(limits::title_bytes_max) +
                                                        " bytes");
    }
    UseCase use_case = [id = *id, reason](Draft& draft, const Caller& by) -> Result<Answer> {
            const Result<std::vector<ResourceId>> revoked = revoke_grant(draft, by, id, reason);
            if (!revoked) {
                return revoked.error();
            }
            Json ids = Json::array();
            for (const ResourceId each : *revoked) {
                ids.push_back(each.text());
            }
            Answer answer;
            answer.body = Json{{"revoked", std::move(ids)}}.dump();
            return answer;
        };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

}  // namespace

void add_grant_routes(Routes& routes) {
    const Services& services = routes.services();
    const std::string read_by = "own ones; grant on the resource; audit on Mesh";
    routes.add(http::Method::get, "/api/v1/grants", read_by,
               [&services](http::Request& request, Caller caller) {
                   return list(services, request, std::move(caller));
               },
               {"limit", "cursor", "grantee", "resource", "state"});
    routes.add(http::Method::post, "/api/v1/grants", "grant on the resource",
               [&services](http::Request& request, Caller caller) {
                   return create(services, request, std::move(caller));
               });
    routes.add(http::Method::get, "/api/v1/grants/{id}", read_by,
               [&services](http::Request& request, Caller caller) {
                   return read_by_id(services, Kind::grant, request, std::move(caller), &state_of);
               });
    routes.add(http::Method::delete_, "/api/v1/grants/{id}", "grant on the resource",
               [&services](http::Request& request, Caller caller) {
                   return revoke(services, request, std::move(caller));
               },
               {"reason"});
}

}  // namespace charter::api
