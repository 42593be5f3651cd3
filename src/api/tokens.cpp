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

Result<ResourceId> token_id(const http::Request& request) {
    const std::optional<ResourceId> id = ResourceId::parse(request.parameter("id"));
    return id ? Result<ResourceId>(*id) : Result<ResourceId>(absent());
}

asio::awaitable<Result<http::Response>> read_one(const Services& services, http::Request& request,
                                                 Caller caller) {
    const Result<Format> format = read_accept(request);
    if (!format) {
        co_return format.error();
    }
    const WorldPtr world = services.worlds.load();
    const Result<ResourceId> id = token_id(request);
    const auto entry = id ? world->find<TokenEntry>(*id) : nullptr;
    if (!entry || !check_readable(*world, caller, *entry)) {
        co_return absent();
    }
    const Result<std::optional<Resource>> resource = services.reader.find(*id);
    if (!resource) {
        co_return resource.error();
    }
    if (!*resource) {
        co_return absent();
    }
    // The last use changes without the revision.
    const Json shown = represent(*world, **resource, caller.now);
    const Json& used = shown["last_used_at"];
    const Digest digest = sha256(used.is_string() ? used.get_ref<const std::string&>() : "");
    const std::string suffix = used.is_null() ? "" : to_hex(std::span(digest).first<4>());
    co_return show(request, 200, shown, (*resource)->revision, *format, suffix);
}

asio::awaitable<Result<http::Response>> remove(const Services& services, http::Request& request,
                                               Caller caller) {
    const Result<ResourceId> id = token_id(request);
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

/// Resources of a kind whose names are their ids: those the caller may read.
asio::awaitable<Result<http::Response>> list_by_id(
    const Services& services, Kind kind, http::Request& request, Caller caller,
    Wanted wanted) {
    const Result<Paging> paging = read_paging(request);
    if (!paging) {
        co_return paging.error();
    }
    const WorldPtr world = services.worlds.load();
    Json items = Json::array();
    std::string after = paging->after;
    std::optional<std::string> next;
    for (bool more = true; more;) {
        const Result<std::vector<Resource>> page =
            services.reader.list(kind, ResourceId{}, after, limits::list_items_max);
        if (!page) {
            co_return page.error();
        }
        more = page->size() == limits::list_items_max;
        for (const Resource& resource : *page) {
            const EntryPtr entry = world->find(resource.id);
            if (entry && check_readable(*world, caller, *entry)) {
                Json item = represent(*world, resource, caller.now);
                if (wanted(*world, item)) {
                    if (items.size() == paging->limit) {
                        next = make_cursor(items.back().value("id", ""));
                        more = false;
                        break;
                    }
                    items.push_back(std::move(item));
                }
            }
            after = resource.name;
        }
    }
    co_return show_list(std::move(items), next);
}

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
                   return read_one(services, request, std::move(caller));
               });
    routes.add(http::Method::delete_, "/api/v1/tokens/{id}",
               "describe on Mesh for own ones; administer on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return remove(services, request, std::move(caller));
               });
}

}  // namespace charter::api
