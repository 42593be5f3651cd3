// POST .../publish, /deprecate, /retire; GET .../versions, .../versions/{version},
// .../versions/{a}/diff/{b}.
#include "api/endpoint.hpp"
#include "charter/governance/publishing.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

using Transition = Result<Written> (*)(Draft&, const Caller&, const Address&, const Json&);

Address product_address(const http::Request& request) {
    Address address;
    address.kind = Kind::product;
    address.parent = request.parameter("domain");
    address.name = request.parameter("product");
    return address;
}

asio::awaitable<Result<http::Response>> move_on(const Services& services, Transition transition,
                                                http::Request& request, Caller caller) {
    Json body = Json::object();
    if (!request.body.empty()) {
        Result<Json> sent = read_body(request);
        if (!sent) {
            co_return sent.error();
        }
        body = std::move(*sent);
    }
    const Address address = product_address(request);
    std::string created_below;
    if (transition == publish_product) {
        created_below = "/api/v1/domains/" + address.parent + "/products/" + address.name + "/versions/";
    }
    UseCase use_case = [body = std::move(body), address, transition, created_below](Draft& draft, const Caller& by) -> Result<Answer> {
            const Result<Written> written = transition(draft, by, address, body);
            if (!written) {
                return written.error();
            }
            Answer answer;
            answer.body = represent(draft.world(), written->resource, draft.now()).dump();
            if (!created_below.empty()) {  // a publish makes a version
                answer.status = 201;
                answer.location = created_below + Json::parse(answer.body).value("version", "");
            }
            answer.etag = "\"" + std::to_string(written->resource.revision) + "\"";
            return answer;
        };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

/// The product, when the caller may read it.
Result<ProductPtr> readable_product(const World& world, const Caller& caller,
                                    const http::Request& request) {
    const ProductPtr product = world.product(product_address(request).path());
    if (!product) {
        return absent();
    }
    if (const Result<> readable = check_readable(world, caller, *product); !readable) {
        return readable.error();
    }
    return product;
}

Json show_version(const Resource& resource) {
    Json shown = Json::parse(resource.document);
    shown["id"] = resource.id.text();
    shown["name"] = resource.name;
    shown["revision"] = resource.revision;
    shown["created_at"] = format_time(resource.created_at);
    shown["updated_at"] = format_time(resource.updated_at);
    shown["updated_by"] = resource.updated_by;
    return shown;
}

Result<Resource> find_version(const Services& services, const World& world,
                              const ProductEntry& product, std::string_view version) {
    const EntryPtr entry = world.find(Kind::version, product.path + "/" + std::string(version));
    if (!entry) {
        return absent();
    }
    Result<std::optional<Resource>> resource = services.reader.find(entry->id);
    if (!resource) {
        return resource.error();
    }
    if (!*resource) {
        return absent();
    }
    return std::move(**resource);
}

asio::awaitable<Result<http::Response>> list_versions(const Services& services,
                                                      http::Request& request, Caller caller) {
    const WorldPtr world = services.worlds.load();
    const Result<ProductPtr> product = readable_product(*world, caller, request);
    if (!product) {
        co_return product.error();
    }
    const Result<Paging> paging = read_paging(request);
    if (!paging) {
        co_return paging.error();
    }
    const Result<std::vector<Resource>> found =
        services.reader.list(Kind::version, (*product)->id, paging->after, paging->limit + 1);
    if (!found) {
        co_return found.error();
    }
    Json items = Json::array();
    std::optional<std::string> next;
    for (const Resource& resource : *found) {
        if (items.size() == paging->limit) {
            next = make_cursor(items.back().value("version", ""));
            break;
        }
        Json item = show_version(resource);
        item.erase("product");
        items.push_back(std::move(item));
    }
    co_return show_list(std::move(items), next);
}

asio::awaitable<Result<http::Response>> read_version(const Services& services,
                                                     http::Request& request, Caller caller) {
    const Result<Format> format = read_accept(request);
    if (!format) {
        co_return format.error();
    }
    const WorldPtr world = services.worlds.load();
    const Result<ProductPtr> product = readable_product(*world, caller, request);
    if (!product) {
        co_return product.error();
    }
    const Result<Resource> resource =
        find_version(services, *world, **product, request.parameter("version"));
    if (!resource) {
        co_return resource.error();
    }
    Json shown = show_version(*resource);
    conceal(shown["product"], *world, caller, **product);
    co_return show(request, 200, shown, resource->revision, *format);
}

const ColumnEntry* find_column_of(const PortEntry& port, const std::string& name) {
    for (const ColumnEntry& column : port.columns) {
        if (column.name == name) {
            return &column;
        }
    }
    return nullptr;
}

asio::awaitable<Result<http::Response>> diff_versions(const Services& services,
                                                      http::Request& request, Caller caller) {
    const WorldPtr world = services.worlds.load();
    const Result<ProductPtr> product = readable_product(*world, caller, request);
    if (!product) {
        co_return product.error();
    }
    const auto load = [&](std::string_view version) -> Result<ProductDocument> {
        const Result<Resource> resource = find_version(services, *world, **product, version);
        if (!resource) {
            return resource.error();
        }
        return parse_product(Json::parse(resource->document).at("product"));
    };
    const Result<ProductDocument> before = load(request.parameter("a"));
    if (!before) {
        co_return before.error();
    }
    const Result<ProductDocument> after = load(request.parameter("b"));
    if (!after) {
        co_return after.error();
    }
    Json changes = Json::array();
    const std::vector<SchemaChange> found = compare_schemas(*before, *after);
    Decider discover(*world, caller, Action::discover);
    for (const SchemaChange& each : found) {
        const PortPtr port = world->port((*product)->path + "/" + each.port);
        if (port && !each.column.empty() && !sees_working_copy(*world, caller, **product)) {
            Target target = target_of(*world, *port);
            const ColumnEntry* column = find_column_of(*port, each.column);
            if (column != nullptr) {
                target.node = column->node.get();
                if (!discover.allows(target)) {
                    continue;
                }
            }
        }
        Json item = Json::object();
        item["kind"] = change_kind_name(each.kind);
        item["port"] = each.port;
        if (!each.column.empty()) {
            item["column"] = each.column;
        }
        item["before"] = each.before;
        item["after"] = each.after;
        item["breaking"] = each.breaking;
        item["detail"] = each.text();
        changes.push_back(std::move(item));
    }
    Json body = Json::object();
    body["from"] = std::string(request.parameter("a"));
    body["to"] = std::string(request.parameter("b"));
    body["breaking"] = has_breaking_change(found);
    body["changes"] = std::move(changes);
    co_return show_plain(200, body);
}

}  // namespace

void add_product_routes(Routes& routes) {
    const Services& services = routes.services();
    const std::string product = "/api/v1/domains/{domain}/products/{product}";
    const auto transition = [&](const std::string& verb, std::string decided_by, Transition use_case) {
        routes.add(http::Method::post, product + "/" + verb, std::move(decided_by),
                   [&services, use_case](http::Request& request, Caller caller) {
                       return move_on(services, use_case, request, std::move(caller));
                   });
    };
    transition("publish", "publish on Product", publish_product);
    transition("deprecate", "retire on Product", deprecate_product);
    transition("retire", "retire on Product", retire_product);
    routes.add(http::Method::get, product + "/versions", "discover and describe on Product",
               [&services](http::Request& request, Caller caller) {
                   return list_versions(services, request, std::move(caller));
               },
               {"limit", "cursor"});
    routes.add(http::Method::get, product + "/versions/{version}", "discover and describe on Product",
               [&services](http::Request& request, Caller caller) {
                   return read_version(services, request, std::move(caller));
               });
    routes.add(http::Method::get, product + "/versions/{a}/diff/{b}",
               "discover and describe on Product",
               [&services](http::Request& request, Caller caller) {
                   return diff_versions(services, request, std::move(caller));
               });
}

}  // namespace charter::api
