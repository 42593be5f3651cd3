// GET /leases: those that one received, or with ?resource= those on what one
// owns or audits; GET and DELETE /leases/{id}. A lease is the lease of one
// decision and is read from the ledger.
#include "api/endpoint.hpp"
#include "api/ledger_access.hpp"
#include "api/sealed_cursor.hpp"
#include "charter/governance/grants.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace charter::api {

namespace asio = boost::asio;

namespace {

struct Lease {
    Json shown;
    ResourceId holder;
    ResourceId port;
    Json place;  // storage, root and prefix, as the ledger has them
    bool for_reading = false;
};

/// The lease of a decision; nothing when it gave none.
std::optional<Lease> lease_of(const World& world, const SealedRecord& sealed, UtcTime now) {
    const Json record = Json::parse(sealed.record.body, nullptr, false);
    if (!sealed.record.allow || !record.is_object() || !record.contains("lease")) {
        return std::nullopt;
    }
    const std::string id = sealed.record.id.text();
    const std::string expires = record["lease"].value("expires_at", "");
    const Result<UtcTime> at = parse_time(expires);
    const bool ended = world.find(Kind::lease, id) != nullptr;
    Lease lease;
    lease.holder = sealed.record.principal;
    lease.port = sealed.record.resource;
    lease.place = record["lease"];
    lease.for_reading = record.value("action", "") == "read";
    lease.shown["id"] = id;
    lease.shown["principal"] = record.value("principal", "");
    if (record.contains("on_behalf_of")) {
        lease.shown["on_behalf_of"] = record["on_behalf_of"];
    }
    lease.shown["port"] = record.value("resource", "");
    lease.shown["purpose"] = record.contains("purpose") ? record["purpose"] : Json();
    lease.shown["storage"] = record["lease"].value("storage", "");
    lease.shown["delivery"] = record["lease"].value("delivery", "urls");
    lease.shown["issued_at"] = format_time(sealed.record.at);
    lease.shown["expires_at"] = expires;
    lease.shown["state"] = ended ? "ended" : !at || now >= *at ? "expired" : "active";
    return lease;
}

/// Everything in the domains that a principal owns.
std::vector<ResourceId> owned_ids(const World& world, const PrincipalEntry& principal) {
    constexpr std::string_view owners = "/owners";
    std::vector<ResourceId> ids;
    for (const policy::EntityUid& uid : principal.node->entity.ancestors->uids()) {
        const std::string& id = uid.id();
        if (uid.type() == "Group" && id.ends_with(owners)) {
            const std::vector<ResourceId> below =
                ids_below(world, std::string_view(id).substr(0, id.size() - owners.size()));
            ids.insert(ids.end(), below.begin(), below.end());
        }
    }
    return ids;
}

/// The newest records of two lists, each once, newest first.
std::vector<SealedRecord> newest_of(std::vector<SealedRecord> a, std::vector<SealedRecord> b) {
    a.insert(a.end(), std::make_move_iterator(b.begin()), std::make_move_iterator(b.end()));
    std::sort(a.begin(), a.end(), [](const SealedRecord& x, const SealedRecord& y) {
        return x.sequence > y.sequence;
    });
    a.erase(std::unique(a.begin(), a.end(),
                        [](const SealedRecord& x, const SealedRecord& y) {
                            return x.sequence == y.sequence;
                        }),
            a.end());
    if (a.size() > limits::list_items_max) {
        a.resize(limits::list_items_max);
    }
    return a;
}

asio::awaitable<Result<http::Response>> list(const Services& services, http::Request& request,
                                             Caller caller) {
    const WorldPtr world = services.worlds.load();
    const Result<std::size_t> limit = read_limit(request);
    if (!limit) {
        co_return limit.error();
    }
    std::uint64_t before = 0;
    if (const auto cursor = request.query_value("cursor")) {
        const auto opened = open_cursor(services.cursor_key, *cursor);
        if (!opened) {
            co_return Error(ErrorCode::invalid_request, "the cursor is none that this list gave");
        }
        before = *opened;
    }
    LedgerFilter filter;
    filter.allow = true;
    filter.from = caller.now - limits::lease_max;  // what is older has expired
    std::vector<ResourceId> owned;
    if (const auto resource = request.query_value("resource")) {
        if (!is_auditor(*world, caller) && !may_audit(*world, caller, *resource)) {
            co_return Error(ErrorCode::forbidden,
                            "the leases on a resource are for its owners and auditors");
        }
        filter.resources = ids_below(*world, *resource);
        if (filter.resources.empty()) {
            co_return show_list(Json::array(), std::nullopt);
        }
    } else if (!is_auditor(*world, caller)) {
        filter.principal = caller.principal->id;
        owned = owned_ids(*world, *caller.principal);
    }
    Json items = Json::array();
    std::optional<std::string> next;
    for (bool more = true; more;) {
        Result<std::vector<SealedRecord>> page =
            services.reader.ledger(filter, before, limits::list_items_max);
        if (!page) {
            co_return page.error();
        }
        if (!owned.empty()) {
            LedgerFilter on_owned = filter;
            on_owned.principal = ResourceId{};
            on_owned.resources = owned;
            Result<std::vector<SealedRecord>> others =
                services.reader.ledger(on_owned, before, limits::list_items_max);
            if (!others) {
                co_return others.error();
            }
            page = newest_of(std::move(*page), std::move(*others));
        }
        more = page->size() >= limits::list_items_max;
        for (const SealedRecord& record : *page) {
            std::optional<Lease> lease = lease_of(*world, record, caller.now);
            if (lease && lease->shown["state"] == "active") {
                if (items.size() == *limit) {
                    next = seal_cursor(services.cursor_key, before);
                    more = false;
                    break;
                }
                items.push_back(std::move(lease->shown));
            }
            before = record.sequence;
        }
    }
    co_return show_list(std::move(items), next);
}

/// A lease that the caller may see: its own, or one on what it owns or audits.
Result<Lease> find_lease(const Services& services, const World& world, const Caller& caller,
                         std::string_view text) {
    const std::optional<DecisionId> id = DecisionId::parse(text);
    if (!id) {
        return absent();
    }
    const Result<std::optional<SealedRecord>> record = services.reader.ledger_find(*id);
    if (!record) {
        return record.error();
    }
    std::optional<Lease> lease = *record ? lease_of(world, **record, caller.now) : std::nullopt;
    if (!lease) {
        return absent();
    }
    if (lease->holder != caller.principal->id && !is_auditor(world, caller) &&
        !may_audit_id(world, caller, lease->port)) {
        return absent();
    }
    return std::move(*lease);
}

/// A further page of a lease's URLs, for who holds it: `lease.next` of a resolve
/// leads here.
asio::awaitable<Result<Json>> url_page(const Services& services, const Caller& caller,
                                       const Lease& lease, std::string_view cursor) {
    if (lease.holder != caller.principal->id || lease.shown["state"] != "active") {
        co_return Error(ErrorCode::forbidden,
                        "the URLs of a lease are for its holder, while it lasts");
    }
    if (!lease.for_reading || lease.shown["delivery"] != delivery_name(Delivery::urls)) {
        co_return Error(ErrorCode::invalid_request, "this lease has no further URLs");
    }
    const Result<std::string> after = from_base64url(cursor);
    std::size_t begin = 0;
    const auto numbered = [&](const std::string& text) {
        const char* const end = text.data() + text.size();
        const auto [stop, failed] = std::from_chars(text.data() + 1, end, begin);
        return failed == std::errc() && stop == end;
    };
    if (!after || !after->starts_with('a') || !numbered(*after)) {
        co_return Error(ErrorCode::invalid_request, "the cursor is none that this lease gave");
    }
    const Result<UtcTime> expires = parse_time(lease.shown.value("expires_at", ""));
    if (!expires) {
        co_return expires.error();
    }
    ResolveRequest request;
    request.port = lease.shown.value("port", "");
    if (lease.shown["purpose"].is_string()) {
        request.purpose = lease.shown["purpose"].get<std::string>();
    }
    if (lease.shown.contains("on_behalf_of")) {
        const Result<PrincipalName> user =
            PrincipalName::parse(lease.shown["on_behalf_of"].get<std::string>());
        Caller subject = caller;
        // A token of an issuer came with the resolve, and the lease ends with it; one of ours must
        // still be there, and a roster still name the user.
        const std::string by = lease.place.value("asked_by", "roster");
        subject.token = ResourceId::parse(by).value_or(ResourceId{});
        subject.session_ends = *expires;
        subject.principal = user ? services.worlds.load()->principal(*user) : nullptr;
        if (!subject.principal) {
            co_return absent();
        }
        if (by != "roster") {
            request.subject = std::move(subject);
        }
        request.on_behalf_of = *user;
    }
    GivenLease given{lease.shown.value("id", ""), lease.place.value("storage_id", ""),
                     lease.place.value("prefix", ""),
                     lease.place.value("objects_sha256", ""),
                     lease.place.value("access_sha256", ""), *expires};
    Result<charter::Lease> again =
        co_await services.resolver.again(caller, std::move(request), std::move(given));
    if (!again) {
        co_return again.error();
    }
    const ObjectList& objects = *again->objects;
    begin = std::min(begin, objects.size());
    const std::size_t end = std::min(objects.size(), begin + limits::lease_urls_per_page_max);
    Json urls = Json::array();
    for (std::size_t i = begin; i < end; ++i) {
        std::string url;
        services.lessor.append_read_url(url, *again, objects[i]);
        urls.push_back({{"path", objects[i].path}, {"url", url}, {"size_bytes", objects[i].size_bytes}});
    }
    Json page = lease.shown;
    page["urls"] = std::move(urls);
    page["next"] = end < objects.size() ? Json(make_cursor(std::to_string(end))) : Json();
    co_return page;
}

asio::awaitable<Result<http::Response>> read_one(const Services& services, http::Request& request,
                                                 Caller caller) {
    const WorldPtr world = services.worlds.load();
    const Result<Lease> lease = find_lease(services, *world, caller, request.parameter("id"));
    if (!lease) {
        co_return lease.error();
    }
    if (const auto cursor = request.query_value("cursor")) {
        const Result<Json> page = co_await url_page(services, caller, *lease, *cursor);
        if (!page) {
            co_return page.error();
        }
        http::Response response = show_plain(200, *page);
        for (auto& [name, value] : response.headers) {
            value = name == "Cache-Control" ? "no-store" : value;
        }
        co_return response;
    }
    co_return show_plain(200, lease->shown);
}

asio::awaitable<Result<http::Response>> end(const Services& services, http::Request& request,
                                            Caller caller) {
    const WorldPtr world = services.worlds.load();
    const Result<Lease> lease = find_lease(services, *world, caller, request.parameter("id"));
    if (!lease) {
        co_return lease.error();
    }
    const std::string id = lease->shown["id"];
    // What a provider has signed is not taken back: it is good until it ends.
    Json until;
    if (lease->place.value("kind", "local") != "local") {
        until = {{"ended", true},
                 {"provider_access_until",
                  lease->place.value("provider_access_until", lease->shown.value("expires_at", ""))}};
    }
    UseCase use_case = [id, until, holder = lease->holder,
                        port = lease->port](Draft& draft, const Caller& by) -> Result<Answer> {
            const Result<> ended = end_lease(draft, by, id, holder, port);
            if (!ended) {
                return ended.error();
            }
            Answer answer;
            answer.status = until.is_null() ? 204 : 200;
            answer.body = until.is_null() ? "" : until.dump();
            return answer;
        };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

}  // namespace

void add_lease_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/leases", "own ones; audit on Mesh or Domain",
               [&services](http::Request& request, Caller caller) {
                   return list(services, request, std::move(caller));
               },
               {"limit", "cursor", "resource"});
    routes.add(http::Method::get, "/api/v1/leases/{id}", "own ones; audit on Mesh or Domain",
               [&services](http::Request& request, Caller caller) {
                   return read_one(services, request, std::move(caller));
               },
               {"cursor"});
    routes.add(http::Method::delete_, "/api/v1/leases/{id}",
               "describe on Mesh for own ones; grant on the port",
               [&services](http::Request& request, Caller caller) {
                   return end(services, request, std::move(caller));
               });
}

}  // namespace charter::api
