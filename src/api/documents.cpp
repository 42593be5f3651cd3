// The named documents of the mesh, all alike: list, read, put, patch, delete.
#include "api/endpoint.hpp"
#include "api/on_pool.hpp"
#include "charter/governance/approvals.hpp"
#include "charter/governance/document_change.hpp"
#include "charter/governance/locations.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>

namespace charter::api {

namespace asio = boost::asio;

namespace {

struct DocumentRoute {
    Kind kind;
    std::string_view collection;  // "/api/v1/domains"
    std::string_view parameter;   // of the item: "domain"
    std::string_view parent;      // parameter of what it lies below; "" for the mesh
    bool patch;
    std::string_view read_by;
    std::string_view written_by;
};

constexpr DocumentRoute document_routes[] = {
    {Kind::domain, "/api/v1/domains", "domain", "", true, "discover and describe on Domain",
     "administer on Mesh or edit on the parent Domain; edit, add_member, assign_tag, retire on Domain"},
    {Kind::location, "/api/v1/domains/{domain}/locations", "location", "domain", false,
     "register_location or audit on Domain",
     "register_location on Domain; administer on Storage beyond what it delegates"},
    {Kind::product, "/api/v1/domains/{domain}/products", "product", "domain", true,
     "discover and describe on Product",
     "edit on Domain for a new one; edit, assign_tag, retire on Product"},
    {Kind::policy, "/api/v1/domains/{domain}/policies", "policy", "domain", false,
     "write_policy or audit on Domain", "write_policy on Domain"},
    {Kind::guardrail, "/api/v1/guardrails", "policy", "", false, "administer or audit on Mesh",
     "administer on Mesh"},
    {Kind::storage, "/api/v1/storages", "storage", "", false, "administer or audit on Mesh",
     "administer on Mesh"},
    {Kind::purpose, "/api/v1/purposes", "name", "", false, "describe on Mesh", "administer on Mesh"},
    {Kind::tag, "/api/v1/tags", "key", "", false, "describe on Mesh", "administer on Mesh"},
    {Kind::user, "/api/v1/users", "name", "", true, "describe on Mesh", "administer on Mesh"},
    {Kind::group, "/api/v1/groups", "name", "", true, "describe on Mesh", "administer on Mesh"},
    {Kind::service, "/api/v1/services", "name", "", true, "describe on Mesh", "administer on Mesh"},
    {Kind::engine, "/api/v1/engines", "name", "", true, "describe on Mesh", "administer on Mesh"},
};

/// Whose changes can be asked about with ?dry_run=true.
bool changes_access(Kind kind) {
    return kind == Kind::domain || kind == Kind::policy || kind == Kind::guardrail ||
           kind == Kind::tag || kind == Kind::group;
}

Address address_of(const DocumentRoute& route, const http::Request& request) {
    Address address;
    address.kind = route.kind;
    address.parent = route.parent.empty() ? "" : std::string(request.parameter(route.parent));
    address.name = request.parameter(route.parameter);
    return address;
}

/// Which copy of a product is shown, and the suffix of its ETag: none for the
/// one that this caller gets by default.
struct Shown {
    View view = View::working;
    std::string suffix;
};

Result<Shown> view_of(const Services&, const World& world, const Caller& caller,
                      const http::Request& request, const Entry& entry) {
    const auto* product = dynamic_cast<const ProductEntry*>(&entry);
    Shown shown;
    if (product == nullptr) {
        return shown;
    }
    const bool working = sees_working_copy(world, caller, *product);
    const auto asked = request.query_value("view");
    if (asked && *asked != "draft" && *asked != "published") {
        return Error(ErrorCode::invalid_request, "view is `draft` or `published`");
    }
    if (asked == "draft" && !working) {
        return Error(ErrorCode::forbidden, "the working copy is for who may edit the product");
    }
    if ((asked == "published" || !working) && product->published == nullptr) {
        return absent();
    }
    shown.view = asked == "published" || (!asked && !working) ? View::published : View::working;
    shown.suffix = shown.view == View::published ? "published" : asked ? "draft" : "";
    return shown;
}

asio::awaitable<Result<http::Response>> read_one(const Services& services, const DocumentRoute& route,
                                                 http::Request& request, Caller caller) {
    const Result<Format> format = read_accept(request);
    if (!format) {
        co_return format.error();
    }
    const WorldPtr world = services.worlds.load();
    const Address address = address_of(route, request);
    const EntryPtr entry = world->find(route.kind, address.path());
    if (!entry) {
        const Result<> readable = check_collection(*world, caller, route.kind,
                                                   world->domain(address.parent));
        co_return readable ? absent() : readable.error();
    }
    if (const Result<> readable = check_readable(*world, caller, *entry); !readable) {
        co_return readable.error();
    }
    Result<Shown> shown = view_of(services, *world, caller, request, *entry);
    if (!shown) {
        co_return shown.error();
    }
    const Result<std::optional<Resource>> resource = services.reader.find(entry->id);
    if (!resource) {
        co_return resource.error();
    }
    if (!*resource) {
        co_return absent();
    }
    Json document = represent(*world, **resource, caller.now, shown->view);
    if (const auto* product = dynamic_cast<const ProductEntry*>(entry.get())) {
        conceal(document, *world, caller, *product);
    }
    add_effective_tags(document, *world, *entry);
    // What is inherited is shown too, and changes without this revision.
    const std::string mark = inherited_mark(*world, *entry);
    shown->suffix += (shown->suffix.empty() || mark.empty() ? "" : "-") + mark;
    co_return show(request, 200, document, (*resource)->revision, *format, shown->suffix);
}

/// An item of a list, or nothing for what does not show.
std::optional<Json> listed(const World& world, const Caller& caller, Visibility& visibility,
                           const Resource& resource) {
    const EntryPtr entry = world.find(resource.id);
    if (!entry) {
        return std::nullopt;
    }
    if (const auto* product = dynamic_cast<const ProductEntry*>(entry.get())) {
        if (!visibility.shows(*product)) {
            return std::nullopt;
        }
        const bool working = sees_working_copy(world, caller, *product);
        if (!check_readable(world, caller, *entry) || (!working && !product->published)) {
            // Discovered but not described, or a draft: that it exists, and no more.
            return Json{{"name", product->name}, {"domain", product->path.substr(0, product->path.find('/'))}};
        }
        Json shown = represent(world, resource, caller.now, working ? View::working : View::published);
        conceal(shown, world, caller, *product);
        return shown;
    }
    if (!check_readable(world, caller, *entry)) {
        return std::nullopt;
    }
    return represent(world, resource, caller.now);
}

struct ListPage {
    Json items = Json::array();
    std::optional<std::string> next;
};

/// One page of what shows. What rules on metadata cost is their authors' to choose, so it
/// runs on the pool.
Result<ListPage> read_page(const Services& services, const DocumentRoute& route,
                           const http::Request& request, const Caller& caller,
                           const Paging& paging) {
    const WorldPtr world = services.worlds.load();
    Visibility visibility(*world, caller);
    ResourceId parent;
    if (!route.parent.empty()) {
        const DomainPtr domain = world->domain(request.parameter(route.parent));
        if (!domain || !visibility.shows(*domain)) {
            return absent();
        }
        parent = domain->id;
    }
    ListPage shown;
    std::string after = paging.after;
    for (bool more = true; more;) {
        const Result<std::vector<Resource>> page =
            services.reader.list(route.kind, parent, after, paging.limit + 1);
        if (!page) {
            return page.error();
        }
        more = page->size() > paging.limit;
        for (const Resource& resource : *page) {
            std::optional<Json> item = listed(*world, caller, visibility, resource);
            if (item && shown.items.size() == paging.limit) {
                // One more that shows: there is a next page.
                shown.next = make_cursor(shown.items.back().value("name", ""));
                more = false;
                break;
            }
            if (item) {
                shown.items.push_back(std::move(*item));
            }
            after = resource.name;
        }
    }
    return shown;
}

asio::awaitable<Result<http::Response>> read_list(const Services& services,
                                                  const DocumentRoute& route, http::Request& request,
                                                  Caller caller) {
    const Result<Format> format = read_accept(request);
    if (!format) {
        co_return format.error();
    }
    const Result<Paging> paging = read_paging(request);
    if (!paging) {
        co_return paging.error();
    }
    const auto run = [&]() -> Result<ListPage> {
        return read_page(services, route, request, caller, *paging);
    };
    Result<ListPage> page = co_await on_pool(services.long_reads, run);
    if (!page) {
        co_return page.error();
    }
    co_return show_list(std::move(page->items), page->next, *format);
}

Answer answer_of(const Draft& draft, const Caller& by, const Written& written,
                 std::string_view item_path) {
    Answer answer;
    answer.status = written.created ? 201 : 200;
    const auto product = draft.world().find<ProductEntry>(written.resource.id);
    const bool published = product && product->published && !sees_working_copy(draft.world(), by, *product);
    Json shown = represent(draft.world(), written.resource, draft.now(),
                           published ? View::published : View::working);
    if (const EntryPtr entry = draft.world().find(written.resource.id)) {
        add_effective_tags(shown, draft.world(), *entry);
    }
    answer.body = shown.dump();
    answer.etag = "\"" + std::to_string(written.resource.revision) + "\"";
    if (written.created) {
        answer.location = item_path;
    }
    return answer;
}

/// Asks the storage of a location whether it answers there. Only who administers the
/// storage is told why it does not.
asio::awaitable<Result<>> prove(const Services& services, const Caller& caller,
                                const NewPlace& place) {
    const Result<> answered =
        co_await services.lessor.probe(place.storage->view, place.uri.path(), caller.now);
    if (answered) {
        co_return answered;
    }
    const Error& error = answered.error();
    std::string message = "the storage does not answer there";
    const WorldPtr world = services.worlds.load();
    Decider decider(*world, caller, Action::administer);
    if (decider.allows(target_of(*place.storage))) {
        message += ": " + (error.cause().empty() ? error.message() : error.cause());
    }
    co_return Error(ErrorCode::unprocessable, std::move(message), error.cause());
}

/// Puts a location. Its storage is asked before the change takes its turn, so that the
/// writer waits for no network; what was found out holds for that state of the storage.
asio::awaitable<Result<http::Response>> write_location(const Services& services,
                                                       http::Request& request, Caller caller,
                                                       const Address& address, const Json& body,
                                                       UseCase use_case) {
    const std::optional<NewPlace> proved =
        new_place(*services.worlds.load(), caller, address, body);
    Result<> answered;
    if (proved) {
        answered = co_await prove(services, caller, *proved);
    }
    UseCase checked = [=](Draft& draft, const Caller& by) -> Result<Answer> {
        if (!answered) {
            // What the rules say comes first; the refusal goes into the ledger in its turn.
            const Result<Answer> ruled = use_case(draft, by);
            return ruled ? answered.error() : ruled.error();
        }
        const std::optional<NewPlace> now = new_place(draft.world(), by, address, body);
        if (now && !(proved && now->same_as(*proved))) {
            return Error(ErrorCode::conflict, "the storage changed meanwhile, try again");
        }
        return use_case(draft, by);
    };
    co_return co_await change(services, request, std::move(caller), std::move(checked));
}

/// A change of a document in its turn: made, or kept until a second administrator approves. A
/// dry run is about the change itself.
UseCase document_change(const Services& services, const http::Request& request,
                        DocumentChange wanted) {
    const Result<bool> rehearsed = is_dry_run(request);
    const bool four_eyes = services.four_eyes && !(rehearsed && *rehearsed);
    return [wanted = std::move(wanted), path = std::string(request.path),
            four_eyes](Draft& draft, const Caller& by) -> Result<Answer> {
        Result<Changed> changed = Changed{};
        if (four_eyes) {
            changed = change_or_propose(draft, by, wanted);
        } else {
            Result<Written> written = change_document(draft, by, wanted);
            changed = written ? Result<Changed>(Changed{std::move(*written), std::nullopt})
                              : Result<Changed>(written.error());
        }
        if (!changed) {
            return changed.error();
        }
        Answer answer;
        if (changed->approval) {
            answer.status = 202;
            answer.body = represent(draft.world(), *changed->approval, draft.now()).dump();
            answer.location = "/api/v1/approvals/" + changed->approval->id.text();
            return answer;
        }
        if (wanted.how == DocumentChange::How::remove) {
            answer.status = 204;
            return answer;
        }
        return answer_of(draft, by, changed->written, path);
    };
}

Result<bool> read_flag(const http::Request& request, std::string_view name) {
    const auto value = request.query_value(name);
    if (value && *value != "true" && *value != "false") {
        return Error(ErrorCode::invalid_request, std::string(name) + " is `true` or `false`");
    }
    return value && *value == "true";
}

asio::awaitable<Result<http::Response>> write_one(const Services& services,
                                                  const DocumentRoute& route, http::Request& request,
                                                  Caller caller) {
    const Result<Preconditions> preconditions = read_preconditions(request);
    if (!preconditions) {
        co_return preconditions.error();
    }
    Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    DocumentChange wanted;
    wanted.how = request.method == http::Method::patch ? DocumentChange::How::patch
                                                       : DocumentChange::How::put;
    wanted.address = address_of(route, request);
    wanted.body = *body;
    wanted.preconditions = *preconditions;
    const Result<bool> force = read_flag(request, "force");
    if (!force) {
        co_return force.error();
    }
    wanted.options.force = *force;
    UseCase use_case = document_change(services, request, wanted);
    if (route.kind == Kind::location) {
        co_return co_await write_location(services, request, std::move(caller), wanted.address,
                                          *body, std::move(use_case));
    }
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

asio::awaitable<Result<http::Response>> delete_one(const Services& services,
                                                   const DocumentRoute& route,
                                                   http::Request& request, Caller caller) {
    const Result<Preconditions> preconditions = read_preconditions(request);
    if (!preconditions) {
        co_return preconditions.error();
    }
    DocumentChange wanted;
    wanted.how = DocumentChange::How::remove;
    wanted.address = address_of(route, request);
    wanted.preconditions = *preconditions;
    const Result<bool> cascade = read_flag(request, "cascade");
    const Result<bool> force = read_flag(request, "force");
    if (!cascade || !force) {
        co_return cascade ? force.error() : cascade.error();
    }
    wanted.options = {*cascade, *force};
    UseCase use_case = document_change(services, request, std::move(wanted));
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

}  // namespace

void add_document_routes(Routes& routes) {
    using Handle = asio::awaitable<Result<http::Response>> (*)(const Services&, const DocumentRoute&,
                                                               http::Request&, Caller);
    const auto endpoint = [&routes](const DocumentRoute& route, Handle handle) -> Endpoint {
        const Services& services = routes.services();
        return [&services, &route, handle](http::Request& request, Caller caller) {
            return handle(services, route, request, std::move(caller));
        };
    };
    for (const DocumentRoute& route : document_routes) {
        const std::string collection(route.collection);
        const std::string item = collection + "/{" + std::string(route.parameter) + "}";
        const std::string read_by(route.read_by);
        const std::string written_by(route.written_by);
        routes.add(http::Method::get, collection, read_by, endpoint(route, read_list),
                   {"limit", "cursor"});
        if (route.kind == Kind::product) {
            routes.add(http::Method::get, item, read_by, endpoint(route, read_one), {"view"});
        } else {
            routes.add(http::Method::get, item, read_by, endpoint(route, read_one));
        }
        const auto add_change = [&](http::Method method, Handle handle) {
            const bool removes = method == http::Method::delete_;
            if (route.kind == Kind::domain && removes) {
                routes.add(method, item, written_by, endpoint(route, handle), {"cascade", "dry_run"});
            } else if (route.kind == Kind::tag) {
                routes.add(method, item, written_by, endpoint(route, handle), {"force", "dry_run"});
            } else if (changes_access(route.kind)) {
                routes.add(method, item, written_by, endpoint(route, handle), {"dry_run"});
            } else {
                routes.add(method, item, written_by, endpoint(route, handle));
            }
        };
        add_change(http::Method::put, write_one);
        if (route.patch) {
            add_change(http::Method::patch, write_one);
        }
        add_change(http::Method::delete_, delete_one);
    }
}

}  // namespace charter::api
