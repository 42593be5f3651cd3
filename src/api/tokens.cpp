// GET /tokens, POST /tokens {principal, name, expires_at?} -> the token once,
// GET and DELETE /tokens/{id}.
#include "api/endpoint.hpp"
#include "charter/base/encoding.hpp"
#include "charter/governance/grants.hpp"

#include <nlohmann/json.hpp>

#include <span>

namespace charter::api {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<http::Response>> create(const Services& services, http::Request& request,
                                               Caller caller) {
    Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    const TokensFor others = services.issuers.settings().empty() ? TokensFor::everybody
                                                                 : TokensFor::services_and_engines;
    UseCase use_case = [body = std::move(*body), others](Draft& draft,
                                                         const Caller& by) -> Result<Answer> {
            const Result<CreatedToken> created = create_token(draft, by, others, body);
            if (!created) {
                return created.error();
            }
            Json shown = represent(draft.world(), created->resource, draft.now());
            shown["token"] = std::string(created->text.reveal());
            const std::string id = created->resource.id.text();
            Answer answer;
            answer.status = 201;
            answer.body = shown.dump();
            answer.location = "/api/v1/tokens/" + id;
            // A secret is never kept: a repetition learns the id and no more.
            answer.repeated =
                "the token " + id + " was made by this request before; its secret is shown once";
            return answer;
        };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

/// The last use changes without the revision.
std::string last_use(const Json& token) {
    const Json& used = token["last_used_at"];
    if (!used.is_string()) {
        return {};
    }
    const Digest digest = sha256(used.get_ref<const std::string&>());
    return to_hex(std::span(digest).first<4>());
}

asio::awaitable<Result<http::Response>> remove(const Services& services, http::Request& request,
                                               Caller caller) {
    const Result<ResourceId> id = id_of(request);
    if (!id) {
        co_return id.error();
    }
    UseCase use_case = [id = *id](Draft& draft, const Caller& by) -> Result<Answer> {
                                  const Result<> removed = delete_token(draft, by, id);
                                  if (!removed) {
                                      return removed.error();
                                  }
                                  Answer answer;
                                  answer.status = 204;
                                  return answer;
                              };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

}  // namespace

void add_token_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/tokens", "own ones; administer on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return list_by_id(services, Kind::token, request, std::move(caller),
                                     [](const World&, const Json&) { return true; });
               },
               {"limit", "cursor"});
    routes.add(http::Method::post, "/api/v1/tokens", "describe on Mesh for oneself; administer on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return create(services, request, std::move(caller));
               });
    routes.add(http::Method::get, "/api/v1/tokens/{id}", "own ones; administer on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return read_by_id(services, Kind::token, request, std::move(caller), &last_use);
               });
    routes.add(http::Method::delete_, "/api/v1/tokens/{id}",
               "describe on Mesh for own ones; administer on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return remove(services, request, std::move(caller));
               });
}

}  // namespace charter::api
