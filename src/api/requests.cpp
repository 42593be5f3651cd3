// GET and POST /requests, GET /requests/{id}, POST /requests/{id}/approve, /deny, /ask-back,
// /answer, /withdraw, /renew: access that is asked for.
#include "api/endpoint.hpp"
#include "api/on_pool.hpp"
#include "charter/base/encoding.hpp"
#include "charter/governance/requests.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

constexpr std::size_t etag_bytes = 8;

/// Who could approve it and what is denied change without its revision.
std::string etag_suffix(const Json& shown) {
    return to_hex(sha256(shown.dump())).substr(0, etag_bytes);
}

Answer answer_showing(const Draft& draft, const Caller& caller, const Resource& request) {
    Answer answer;
    const Json shown = show_request(draft.world(), caller, request, draft.now());
    answer.body = shown.dump();
    answer.etag = "\"" + std::to_string(request.revision) + "-" + etag_suffix(shown) + "\"";
    return answer;
}

asio::awaitable<Result<http::Response>> create(const Services& services, http::Request& request,
                                               Caller caller) {
    Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    UseCase use_case = [body = std::move(*body)](Draft& draft, const Caller& by) -> Result<Answer> {
        const Result<Resource> made = make_request(draft, by, body);
        if (!made) {
            return made.error();
        }
        Answer answer = answer_showing(draft, by, *made);
        answer.status = 201;
        answer.location = "/api/v1/requests/" + made->id.text();
        return answer;
    };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

/// A grant where the approval made one; 202 with the request where another one has to follow.
Answer answer_of(const Draft& draft, const Caller& caller, RequestStep step,
                 const RequestAnswer& taken) {
    if (taken.grant) {
        Answer answer = answer_with(draft, *taken.grant, "grants");
        answer.status = 200;  // the request was there
        return answer;
    }
    Answer answer = answer_showing(draft, caller, taken.request);
    if (step == RequestStep::approve) {
        answer.status = 202;
    } else if (step == RequestStep::renew) {
        answer.status = 201;
        answer.location = "/api/v1/requests/" + taken.request.id.text();
    }
    return answer;
}

asio::awaitable<Result<http::Response>> take(const Services& services, http::Request& request,
                                             Caller caller, RequestStep step) {
    const Result<ResourceId> id = id_of(request);
    if (!id) {
        co_return id.error();
    }
    const Result<Preconditions> preconditions = read_preconditions(request);
    if (!preconditions) {
        co_return preconditions.error();
    }
    Result<Json> body = Json::object();
    if (!request.body.empty()) {
        body = read_body(request);
    }
    if (!body) {
        co_return body.error();
    }
    UseCase use_case = [id = *id, step, body = std::move(*body), seen = *preconditions](
                           Draft& draft, const Caller& by) -> Result<Answer> {
        const Result<RequestAnswer> taken = take_request_step(draft, by, id, step, body, seen);
        return taken ? Result<Answer>(answer_of(draft, by, step, *taken))
                     : Result<Answer>(taken.error());
    };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

/// What a list is narrowed to.
struct Filter {
    std::optional<std::string> state;
    std::optional<std::string> resource;
    std::optional<std::string> role;
};

Result<Filter> read_filter(const http::Request& request) {
    const auto text = [&](std::string_view name) {
        const auto value = request.query_value(name);
        return value ? std::optional<std::string>(*value) : std::nullopt;
    };
    Filter filter{text("state"), text("resource"), text("role")};
    if (filter.state && !is_request_state(*filter.state)) {
        return Error(ErrorCode::invalid_request,
                     "state is `pending`, `needs-info`, `approved`, `denied` or `withdrawn`");
    }
    if (filter.role && *filter.role != "asked" && *filter.role != "approver") {
        return Error(ErrorCode::invalid_request, "role is `asked` or `approver`");
    }
    return filter;
}

Result<http::Response> read_list(const Services& services, const Caller& caller,
                                 const Paging& paging, const Filter& filter) {
    const WorldPtr world = services.worlds.load();
    Decider approve(*world, caller, Action::approve);
    const auto wanted = [&](const RequestEntry& entry) {
        return (!filter.state || shown_request_state(entry) == *filter.state) &&
               (!filter.role || (*filter.role == "asked"
                                     ? entry.by == caller.principal->id
                                     : may_decide_request(*world, caller, entry, approve))) &&
               check_readable(*world, caller, entry);
    };
    Json items = Json::array();
    std::string after = paging.after;
    std::optional<std::string> next;
    for (bool more = true; more;) {
        const Result<std::vector<Resource>> page =
            services.reader.list(Kind::request, ResourceId{}, after, limits::list_items_max);
        if (!page) {
            return page.error();
        }
        more = page->size() == limits::list_items_max;
        for (const Resource& resource : *page) {
            after = resource.name;
            const auto entry = world->find<RequestEntry>(resource.id);
            if (!entry || !wanted(*entry) ||
                (filter.role == "approver" && approved_once_by(resource, caller)) ||
                (filter.resource &&
                 Json::parse(resource.document).value("resource", "") != *filter.resource)) {
                continue;
            }
            if (items.size() == paging.limit) {
                next = make_cursor(items.back().value("id", ""));
                more = false;
                break;
            }
            items.push_back(show_request(*world, caller, resource, caller.now));
        }
    }
    return show_list(std::move(items), next);
}

asio::awaitable<Result<http::Response>> list(const Services& services, http::Request& request,
                                             Caller caller) {
    const Result<Paging> paging = read_paging(request);
    const Result<Filter> filter = read_filter(request);
    if (!paging || !filter) {
        co_return paging ? filter.error() : paging.error();
    }
    // It looks at every request there is.
    const auto read = [&] { return read_list(services, caller, *paging, *filter); };
    co_return co_await on_pool(services.long_reads, read);
}

asio::awaitable<Result<http::Response>> read(const Services& services, http::Request& request,
                                             Caller caller) {
    const Result<Format> format = read_accept(request);
    if (!format) {
        co_return format.error();
    }
    const WorldPtr world = services.worlds.load();
    const Result<ResourceId> id = id_of(request);
    const auto entry = id ? world->find<RequestEntry>(*id) : nullptr;
    if (!entry || !check_readable(*world, caller, *entry)) {
        co_return absent();
    }
    const Result<std::optional<Resource>> resource = services.reader.find(*id);
    if (!resource || !*resource) {
        co_return resource ? absent() : resource.error();
    }
    const Json shown = show_request(*world, caller, **resource, caller.now);
    co_return show(request, 200, shown, (*resource)->revision, *format, etag_suffix(shown));
}

}  // namespace

void add_request_routes(Routes& routes) {
    const Services& services = routes.services();
    const std::string path = "/api/v1/requests";
    const std::string read_by = "own ones; approve on the resource; audit on its Domain or Mesh";
    routes.add(http::Method::get, path, read_by,
               [&services](http::Request& request, Caller caller) {
                   return list(services, request, std::move(caller));
               },
               {"limit", "cursor", "state", "resource", "role"});
    routes.add(http::Method::post, path, "discover on the resource; request on the resource, unless forbidden",
               [&services](http::Request& request, Caller caller) {
                   return create(services, request, std::move(caller));
               });
    routes.add(http::Method::get, path + "/{id}", read_by,
               [&services](http::Request& request, Caller caller) {
                   return read(services, request, std::move(caller));
               });
    const auto add_step = [&](std::string_view word, RequestStep step, std::string decided_by) {
        routes.add(http::Method::post, path + "/{id}/" + std::string(word), std::move(decided_by),
                   [&services, step](http::Request& request, Caller caller) {
                       return take(services, request, std::move(caller), step);
                   });
    };
    const std::string approvers = "approve on the resource, by nobody who asked or would get it";
    add_step("approve", RequestStep::approve, approvers);
    add_step("deny", RequestStep::deny, approvers);
    add_step("ask-back", RequestStep::ask_back, approvers);
    add_step("answer", RequestStep::answer, "own ones");
    add_step("withdraw", RequestStep::withdraw, "own ones");
    add_step("renew", RequestStep::renew, "own ones; discover on the resource");
}

}  // namespace charter::api
