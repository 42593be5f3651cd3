// GET /search?q=&domain=&tag=key:value&format=&status=&owner=&sort=&limit=&cursor=
// -> {"items", "facets", "total", "complete", "next"}, of what the caller may discover.
#include "api/endpoint.hpp"
#include "api/on_pool.hpp"
#include "charter/discovery/search.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

Result<SearchQuery> read_query(const http::Request& request) {
    SearchQuery query;
    const auto text = [&](std::string_view name) {
        const auto value = request.query_value(name);
        return value ? std::optional<std::string>(*value) : std::nullopt;
    };
    query.text = text("q").value_or("");
    query.domain = text("domain");
    query.format = text("format");
    query.status = text("status");
    query.owner = text("owner");
    query.cursor = text("cursor").value_or("");
    for (const auto& [name, value] : request.query) {
        if (name == "tag") {
            query.tags.push_back(value);
        }
    }
    if (const auto sort = text("sort")) {
        const std::optional<SearchSort> parsed = parse_search_sort(*sort);
        if (!parsed) {
            return Error(ErrorCode::invalid_request, "sort is `relevance`, `title` or `name`");
        }
        query.sort = *parsed;
    }
    if (query.status && query.status != "draft" && query.status != "published" &&
        query.status != "deprecated" && query.status != "retired") {
        return Error(ErrorCode::invalid_request,
                     "status is `draft`, `published`, `deprecated` or `retired`");
    }
    for (const std::string& tag : query.tags) {
        if (tag.find(':') == std::string::npos) {
            return Error(ErrorCode::invalid_request, "tag is written key:value");
        }
    }
    const Result<std::size_t> limit = read_limit(request);
    if (!limit) {
        return limit.error();
    }
    query.limit = *limit;
    return query;
}

std::optional<ProductFacts> facts_of(const World& world, const Caller& caller,
                                     Visibility& visibility, ResourceId id) {
    const auto product = world.find<ProductEntry>(id);
    if (!product || !visibility.shows(*product) || !check_readable(world, caller, *product) ||
        (!product->published && !sees_working_copy(world, caller, *product))) {
        return std::nullopt;  // what may be discovered but not described has no words to be found by
    }
    ProductFacts facts;
    facts.name = product->path;
    facts.title = product->title;
    facts.status = product->status;
    facts.visibility = product->visibility;
    facts.version = product->version;
    facts.formats = product->formats;
    for (const auto& [key, values] : product->effective_tags) {
        for (const std::string& value : values) {
            facts.tags.push_back(key + ":" + value);
        }
    }
    if (const DomainPtr domain = world.domain_of(*product)) {
        facts.domain = domain->name;
        for (const PrincipalName& owner : domain->owners) {
            facts.owners.push_back(owner.text());
        }
    }
    return facts;
}

Json show_page(const SearchPage& page) {
    Json items = Json::array();
    for (const SearchItem& item : page.items) {
        Json shown = Json::object();
        shown["product"] = item.facts.name;
        shown["domain"] = item.facts.domain;
        shown["title"] = item.facts.title;
        shown["status"] = item.facts.status;
        shown["version"] = item.facts.version.empty() ? Json() : Json(item.facts.version);
        shown["tags"] = item.facts.tags;
        shown["formats"] = item.facts.formats;
        shown["owners"] = item.facts.owners;
        shown["snippet"] = item.snippet;
        shown["score"] = item.score;
        items.push_back(std::move(shown));
    }
    Json facets = Json::object();
    for (const auto& [name, counts] : page.facets) {
        Json values = Json::array();
        for (const auto& [value, count] : counts) {
            values.push_back({{"value", value}, {"count", count}});
        }
        facets[name] = std::move(values);
    }
    Json answer = Json::object();
    answer["items"] = std::move(items);
    answer["facets"] = std::move(facets);
    answer["total"] = page.total;
    answer["complete"] = page.complete;
    answer["next"] = page.next.empty() ? Json() : Json(page.next);
    return answer;
}

asio::awaitable<Result<http::Response>> search_products(const Services& services,
                                                        http::Request& request, Caller caller) {
    const Result<SearchQuery> query = read_query(request);
    if (!query) {
        co_return query.error();
    }
    const auto deadline = std::chrono::steady_clock::now() + limits::search_deadline;
    const auto run = [&]() -> Result<SearchPage> {
        const WorldPtr world = services.worlds.load();
        Visibility visibility(*world, caller);
        return search(
            services.reader, *query,
            [&](ResourceId id) { return facts_of(*world, caller, visibility, id); }, deadline);
    };
    const Result<SearchPage> page = co_await on_pool(services.long_reads, run);
    if (!page) {
        co_return page.error();
    }
    co_return show_plain(200, show_page(*page));
}

}  // namespace

void add_search_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/search", "discover on Product",
               [&services](http::Request& request, Caller caller) {
                   return search_products(services, request, std::move(caller));
               },
               {"q", "domain", "tag", "format", "status", "owner", "sort", "limit", "cursor"});
}

}  // namespace charter::api
