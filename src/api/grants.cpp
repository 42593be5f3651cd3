// GET and POST /grants, POST /grants/batch, GET /grants/{id}, DELETE /grants/{id}?reason=,
// POST /grants/{id}/review.
#include "api/grant_list.hpp"
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
            return written ? Result<Answer>(answer_with(draft, written->resource, "grants"))
                           : Result<Answer>(written.error());
        };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

Json texts_of(const std::vector<ResourceId>& ids) {
    Json texts = Json::array();
    for (const ResourceId each : ids) {
        texts.push_back(each.text());
    }
    return texts;
}

/// The state changes with time, not with the revision.
std::string state_of(const Json& grant) {
    return grant.value("state", "");
}

asio::awaitable<Result<http::Response>> revoke(const Services& services, http::Request& request,
                                               Caller caller) {
    const Result<ResourceId> id = id_of(request);
    const Result<std::string> reason = read_reason(request);
    if (!id || !reason) {
        co_return id ? reason.error() : id.error();
    }
    UseCase use_case = [id = *id, reason = *reason](Draft& draft, const Caller& by) -> Result<Answer> {
            const Result<std::vector<ResourceId>> revoked = revoke_grant(draft, by, id, reason);
            if (!revoked) {
                return revoked.error();
            }
            Answer answer;
            answer.body = Json{{"revoked", texts_of(*revoked)}}.dump();
            return answer;
        };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

asio::awaitable<Result<http::Response>> review(const Services& services, http::Request& request,
                                               Caller caller) {
    const Result<ResourceId> id = id_of(request);
    if (!id) {
        co_return id.error();
    }
    Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    UseCase use_case = [id = *id, body = std::move(*body)](Draft& draft,
                                                           const Caller& by) -> Result<Answer> {
        const Result<Resource> reviewed = review_grant(draft, by, id, body);
        if (!reviewed) {
            return reviewed.error();
        }
        const Json shown = represent(draft.world(), *reviewed, draft.now());
        Answer answer;
        answer.body = shown.dump();
        answer.etag = "\"" + std::to_string(reviewed->revision) + "-" + state_of(shown) + "\"";
        return answer;
    };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

asio::awaitable<Result<http::Response>> batch(const Services& services, http::Request& request,
                                              Caller caller) {
    Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    UseCase use_case = [body = std::move(*body)](Draft& draft, const Caller& by) -> Result<Answer> {
        const Result<GrantsChanged> changed = change_grants(draft, by, body);
        if (!changed) {
            return changed.error();
        }
        Json created = Json::array();
        for (const Resource& each : changed->created) {
            created.push_back(represent(draft.world(), each, draft.now()));
        }
        Answer answer;
        answer.body =
            Json{{"created", std::move(created)}, {"revoked", texts_of(changed->revoked)}}.dump();
        return answer;
    };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

}  // namespace

void add_grant_routes(Routes& routes) {
    const Services& services = routes.services();
    const std::string read_by =
        "own ones; grant on the resource, or on the domain it is passed on in; audit on Mesh";
    const std::string decided_by = "grant on the resource, or on the domain it is passed on in";
    routes.add(http::Method::get, "/api/v1/grants", read_by,
               [&services](http::Request& request, Caller caller) {
                   return list_grants(services, request, std::move(caller));
               },
               {"limit", "cursor", "grantee", "resource", "state", "review"});
    routes.add(http::Method::post, "/api/v1/grants", decided_by,
               [&services](http::Request& request, Caller caller) {
                   return create(services, request, std::move(caller));
               },
               {"dry_run"});
    routes.add(http::Method::get, "/api/v1/grants/{id}", read_by,
               [&services](http::Request& request, Caller caller) {
                   return read_by_id(services, Kind::grant, request, std::move(caller), &state_of);
               });
    routes.add(http::Method::delete_, "/api/v1/grants/{id}", decided_by,
               [&services](http::Request& request, Caller caller) {
                   return revoke(services, request, std::move(caller));
               },
               {"reason", "dry_run"});
    routes.add(http::Method::post, "/api/v1/grants/{id}/review", decided_by,
               [&services](http::Request& request, Caller caller) {
                   return review(services, request, std::move(caller));
               });
    http::RouteOptions bulk;
    bulk.body_bytes_max = limits::bulk_body_bytes_max;
    routes.add(http::Method::post, "/api/v1/grants/batch", decided_by,
               [&services](http::Request& request, Caller caller) {
                   return batch(services, request, std::move(caller));
               },
               {"dry_run"}, bulk);
}

}  // namespace charter::api
