// GET /policies/builtin, GET /policies/schema, POST /policies/check.
#include "api/endpoint.hpp"
#include "api/on_pool.hpp"
#include "charter/governance/policy_check.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

/// How much of the mesh lies in a policy's resource scope, of what the caller sees.
struct Reach {
    std::size_t domains = 0;
    std::size_t products = 0;
    std::size_t ports = 0;
    std::size_t columns = 0;
};

void count_domain(const World& world, Visibility& visibility, const policy::ScopeConstraint& scope,
                  const DomainEntry& domain, Reach& reach) {
    if (!visibility.shows(domain)) {
        return;
    }
    reach.domains += reaches(scope, *domain.node) ? 1 : 0;
    for (const ResourceId id : world.products_of(domain.id)) {
        const auto product = world.find<ProductEntry>(id);
        if (!product || !visibility.shows(*product)) {
            continue;
        }
        reach.products += reaches(scope, *product->node) ? 1 : 0;
        for (const PortPtr& port : product->ports) {
            reach.ports += reaches(scope, *port->node) ? 1 : 0;
            for (const ColumnEntry& column : port->columns) {
                reach.columns += reaches(scope, *column.node) ? 1 : 0;
            }
        }
    }
}

Result<Reach> reach_of(const Services& services, const World& world, const Caller& caller,
                       const policy::ScopeConstraint& scope) {
    Reach reach;
    Visibility visibility(world, caller);
    std::string after;
    for (;;) {
        const Result<std::vector<Resource>> page =
            services.reader.list(Kind::domain, ResourceId{}, after, limits::list_items_max);
        if (!page) {
            return page.error();
        }
        for (const Resource& resource : *page) {
            after = resource.name;
            if (const DomainPtr domain = world.domain(resource.name)) {
                count_domain(world, visibility, scope, *domain, reach);
            }
        }
        if (page->size() < limits::list_items_max) {
            return reach;
        }
    }
}

struct Checked {
    std::vector<RuleFault> faults;
    Reach reach;
};

Result<Checked> check_now(const Services& services, const World& world, const Caller& caller,
                          const std::string& cedar, const std::string& domain) {
    Checked checked;
    checked.faults = domain.empty() ? check_guardrail_policy(world, caller, cedar)
                                    : check_domain_policy(world, caller, cedar, domain);
    if (cedar.size() > limits::policy_bytes_max) {
        return checked;
    }
    // What it would reach is told as soon as it parses, valid or not.
    const policy::ParsedPolicies parsed = policy::parse_policies_with_errors(cedar);
    if (parsed.errors.empty() && parsed.policies.size() == 1) {
        const Result<Reach> reach =
            reach_of(services, world, caller, parsed.policies.front().resource());
        if (!reach) {
            return reach.error();
        }
        checked.reach = *reach;
    }
    return checked;
}

asio::awaitable<Result<http::Response>> check(const Services& services, http::Request& request,
                                              Caller caller) {
    const Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    std::vector<Violation> violations;
    if (!body->is_object() || !body->contains("cedar") || !(*body)["cedar"].is_string()) {
        violations.push_back({"/cedar", "a policy text is expected"});
    }
    if (body->is_object()) {
        for (const auto& [name, value] : body->items()) {
            if (name != "cedar" && (name != "domain" || !value.is_string())) {
                violations.push_back({"/" + name, name == "domain" ? "a domain's name is expected"
                                                                   : "unknown field `" + name + "`"});
            }
        }
    }
    const WorldPtr world = services.worlds.load();
    const std::string domain =
        violations.empty() ? body->value("domain", "") : std::string();
    if (!domain.empty()) {
        const DomainPtr entry = world->domain(domain);
        if (!entry || !Visibility(*world, caller).shows(*entry)) {
            violations.push_back({"/domain", "there is no domain `" + domain + "`"});
        }
    }
    if (!violations.empty()) {
        const std::string message = violations.front().detail;
        co_return Error(ErrorCode::invalid_request, message, std::move(violations));
    }
    const std::string cedar = (*body)["cedar"];
    // Validation and counting cost what the text and the rules on metadata make them cost.
    const auto run = [&]() -> Result<Checked> {
        return check_now(services, *world, caller, cedar, domain);
    };
    const Result<Checked> checked = co_await on_pool(services.long_reads, run);
    if (!checked) {
        co_return checked.error();
    }
    Json errors = Json::array();
    for (const RuleFault& fault : checked->faults) {
        errors.push_back({{"line", fault.position.line},
                          {"column", fault.position.column},
                          {"detail", fault.detail}});
    }
    const Reach& reach = checked->reach;
    Json answer = Json::object();
    answer["valid"] = errors.empty();
    answer["errors"] = std::move(errors);
    answer["affects"] = {{"domains", reach.domains},
                         {"products", reach.products},
                         {"ports", reach.ports},
                         {"columns", reach.columns}};
    co_return show_plain(200, answer);
}

}  // namespace

void add_policy_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/policies/builtin", "describe on Mesh",
               [&services](http::Request& request, Caller) -> asio::awaitable<Result<http::Response>> {
                   const Result<Format> format = read_accept(request);
                   if (!format) {
                       co_return format.error();
                   }
                   const WorldPtr world = services.worlds.load();
                   Json items = Json::array();
                   for (const PolicyPtr& each : world->builtin()) {
                       items.push_back({{"name", each->name}, {"cedar", each->policy().source()}});
                   }
                   co_return show_list(std::move(items), std::nullopt, *format);
               });
    routes.add(http::Method::get, "/api/v1/policies/schema", "describe on Mesh",
               [&services](http::Request& request,
                           Caller caller) -> asio::awaitable<Result<http::Response>> {
                   const auto port = request.query_value("port");
                   Result<std::string> schema = std::string(services.cedar_schema);
                   if (port) {
                       schema = schema_of_port(*services.worlds.load(), caller, *port);
                   }
                   if (!schema) {
                       co_return schema.error();
                   }
                   Json answer = Json::object();
                   answer["schema"] = *schema;
                   co_return show_plain(200, answer);
               },
               {"port"});
    routes.add(http::Method::post, "/api/v1/policies/check", "describe on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return check(services, request, std::move(caller));
               });
}

}  // namespace charter::api
