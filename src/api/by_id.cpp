// Resources whose names are their ids (tokens, grants, approvals): one way to list and read them.
#include "api/endpoint.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

Result<ResourceId> id_of(const http::Request& request) {
    const std::optional<ResourceId> id = ResourceId::parse(request.parameter("id"));
    return id ? Result<ResourceId>(*id) : Result<ResourceId>(absent());
}

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

asio::awaitable<Result<http::Response>> read_by_id(const Services& services, Kind kind,
                                                   http::Request& request, Caller caller,
                                                   EtagSuffix suffix) {
    const Result<Format> format = read_accept(request);
    if (!format) {
        co_return format.error();
    }
    const WorldPtr world = services.worlds.load();
    const Result<ResourceId> id = id_of(request);
    const EntryPtr entry = id ? world->find(*id) : nullptr;
    if (!entry || entry->kind != kind || !check_readable(*world, caller, *entry)) {
        co_return absent();
    }
    const Result<std::optional<Resource>> resource = services.reader.find(*id);
    if (!resource) {
        co_return resource.error();
    }
    if (!*resource) {
        co_return absent();
    }
    const Json shown = represent(*world, **resource, caller.now);
    co_return show(request, 200, shown, (*resource)->revision, *format, suffix(shown));
}

}  // namespace charter::api
