// GET /ledger?principal=&resource=&allow=&from=&to=&limit=&cursor= (also as
// application/x-ndjson), GET /ledger/{decision}, POST /ledger/verify.
#include "api/endpoint.hpp"
#include "api/sealed_cursor.hpp"
#include "api/ledger_access.hpp"
#include "api/on_pool.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <unordered_set>

namespace charter::api {

namespace asio = boost::asio;

Json show_record(const SealedRecord& sealed, bool auditor) {
    Json shown = Json::parse(sealed.record.body, nullptr, false);
    if (!shown.is_object()) {
        // A record that was tampered with is shown as what it is, not hidden.
        shown = Json{{"unreadable", true}};
    }
    shown["id"] = sealed.record.id.text();
    shown["at"] = format_time(sealed.record.at);
    shown["hash"] = to_hex(sealed.hash);
    if (auditor) {
        shown["seq"] = sealed.sequence;
    }
    return shown;
}

std::vector<ResourceId> ids_below(const World& world, std::string_view path) {
    std::vector<ResourceId> ids;
    const auto add_product = [&](const ProductEntry& product) {
        ids.push_back(product.id);
        for (const PortPtr& port : product.ports) {
            ids.push_back(port->id);
        }
    };
    if (const DomainPtr domain = world.domain(path)) {
        ids.push_back(domain->id);
        for (const ResourceId id : world.products_of(domain->id)) {
            if (const auto product = world.find<ProductEntry>(id)) {
                add_product(*product);
            }
        }
        for (const ResourceId id : world.contents_of(domain->id)) {
            ids.push_back(id);
        }
    } else if (const ProductPtr product = world.product(path)) {
        add_product(*product);
    } else if (const PortPtr port = world.port(path)) {
        ids.push_back(port->id);
    }
    return ids;
}

bool is_auditor(const World& world, const Caller& caller) {
    return Decider(world, caller, Action::audit).allows(target_of(world));
}

bool may_audit(const World& world, const Caller& caller, std::string_view resource) {
    const DomainPtr domain = world.domain(resource.substr(0, resource.find('/')));
    return domain && Decider(world, caller, Action::audit).allows(target_of(world, *domain));
}

bool may_audit_id(const World& world, const Caller& caller, ResourceId resource) {
    const std::optional<Target> target = resource_target(world, resource);
    return target && target->domain != nullptr &&
           Decider(world, caller, Action::audit).allows(target_of(world, *target->domain));
}

namespace {

/// A filter that can match nothing says so by this id: no resource has it.
constexpr ResourceId nobody{1};

Result<LedgerFilter> read_filter(const World& world, const Caller& caller,
                                 const http::Request& request) {
    LedgerFilter filter;
    const auto resource = request.query_value("resource");
    if (!is_auditor(world, caller) && (!resource || !may_audit(world, caller, *resource))) {
        return Error(ErrorCode::forbidden,
                     "the ledger is for auditors, and for owners with ?resource= in their domain");
    }
    if (resource) {
        filter.resources = ids_below(world, *resource);
        if (filter.resources.empty()) {
            filter.resources.push_back(nobody);
        }
    }
    if (const auto principal = request.query_value("principal")) {
        const Result<PrincipalName> name = PrincipalName::parse(*principal);
        if (!name) {
            return name.error();
        }
        const ResourceId id = world.grantee_id(*name);
        filter.principal = id ? id : nobody;
    }
    if (const auto allow = request.query_value("allow")) {
        if (*allow != "true" && *allow != "false") {
            return Error(ErrorCode::invalid_request, "allow is `true` or `false`");
        }
        filter.allow = *allow == "true";
    }
    for (const auto& [name, target] : {std::pair{"from", &filter.from}, std::pair{"to", &filter.to}}) {
        if (const auto text = request.query_value(name)) {
            const Result<UtcTime> time = parse_time(*text);
            if (!time) {
                return time.error();
            }
            *target = *time;
        }
    }
    return filter;
}

http::Response export_all(const Services& services, LedgerFilter filter, bool auditor) {
    http::Response response;
    response.content_type = "application/x-ndjson";
    response.headers.emplace_back("Cache-Control", "no-store");
    auto before = std::make_shared<std::uint64_t>(0);
    auto ended = std::make_shared<bool>(false);
    response.next_chunk = [&services, filter = std::move(filter), auditor, before,
                           ended]() -> asio::awaitable<std::optional<std::string>> {
        if (*ended) {
            co_return std::nullopt;
        }
        const Result<std::vector<SealedRecord>> page =
            services.reader.ledger(filter, *before, limits::list_items_max);
        if (!page || page->empty()) {
            co_return std::nullopt;
        }
        std::string lines;
        for (const SealedRecord& record : *page) {
            lines += show_record(record, auditor).dump() + "\n";
        }
        *before = page->back().sequence;
        *ended = page->size() < limits::list_items_max;
        co_return lines;
    };
    return response;
}

asio::awaitable<Result<http::Response>> list(const Services& services, http::Request& request,
                                             Caller caller) {
    const WorldPtr world = services.worlds.load();
    const Result<LedgerFilter> filter = read_filter(*world, caller, request);
    if (!filter) {
        co_return filter.error();
    }
    const bool auditor = is_auditor(*world, caller);
    if (request.header("Accept").find("application/x-ndjson") != std::string_view::npos) {
        co_return export_all(services, *filter, auditor);
    }
    std::uint64_t before = 0;
    const Result<std::size_t> asked = read_limit(request);
    if (!asked) {
        co_return asked.error();
    }
    const std::size_t limit = *asked;
    if (const auto cursor = request.query_value("cursor")) {
        const std::optional<std::uint64_t> opened = open_cursor(services.cursor_key, *cursor);
        if (!opened) {
            co_return Error(ErrorCode::invalid_request, "the cursor is none that this list gave");
        }
        before = *opened;
    }
    const Result<std::vector<SealedRecord>> page =
        services.reader.ledger(*filter, before, limit + 1);
    if (!page) {
        co_return page.error();
    }
    Json items = Json::array();
    std::optional<std::string> next;
    for (const SealedRecord& record : *page) {
        if (items.size() == limit) {
            next = seal_cursor(services.cursor_key, before);
            break;
        }
        items.push_back(show_record(record, auditor));
        before = record.sequence;
    }
    co_return show_list(std::move(items), next);
}

asio::awaitable<Result<http::Response>> read_one(const Services& services, http::Request& request,
                                                 Caller caller) {
    const std::optional<DecisionId> id = DecisionId::parse(request.parameter("decision"));
    if (!id) {
        co_return absent();
    }
    const Result<std::optional<SealedRecord>> found = services.reader.ledger_find(*id);
    if (!found) {
        co_return found.error();
    }
    const WorldPtr world = services.worlds.load();
    const bool auditor = is_auditor(*world, caller);
    if (!*found) {
        co_return absent();
    }
    const Json shown = show_record(**found, auditor);
    const bool own = (*found)->record.principal == caller.principal->id;
    if (!auditor && !own && !may_audit_id(*world, caller, (*found)->record.resource)) {
        co_return absent();
    }
    if (!auditor) {
        co_return show_plain(200, shown);
    }
    // With its evidence, so that the decision can be retraced from here alone.
    Json full = shown;
    Json evidence = Json::object();
    for (const Json& hash : shown.value("evidence", Json::array())) {
        const Result<std::string> bytes = from_hex(hash.is_string() ? hash.get<std::string>() : "");
        Digest digest{};
        if (bytes && bytes->size() == digest.size()) {
            std::copy(bytes->begin(), bytes->end(), digest.begin());
            const Result<std::optional<std::string>> content = services.reader.evidence(digest);
            if (content && *content) {
                evidence[hash.get<std::string>()] = Json::parse(**content, nullptr, false);
            }
        }
    }
    full["evidence_content"] = std::move(evidence);
    co_return show_plain(200, full);
}

struct Verification {
    std::uint64_t records = 0;
    std::optional<std::uint64_t> first_bad;
    std::string detail;
    LedgerHead head;
};

/// The evidence that a record refers to is there and has the hash it is kept under.
std::optional<std::string> check_evidence(StoreReader& reader, const SealedRecord& record,
                                          std::unordered_set<std::string>& known) {
    const Json body = Json::parse(record.record.body, nullptr, false);
    if (!body.is_object()) {
        return "the record does not parse";
    }
    for (const Json& each : body.value("evidence", Json::array())) {
        const std::string hash = each.is_string() ? each.get<std::string>() : "";
        if (known.contains(hash)) {
            continue;
        }
        const Result<std::string> bytes = from_hex(hash);
        Digest digest{};
        if (!bytes || bytes->size() != digest.size()) {
            return "the record names evidence that is no hash";
        }
        std::copy(bytes->begin(), bytes->end(), digest.begin());
        const Result<std::optional<std::string>> content = reader.evidence(digest);
        if (!content) {
            return "the evidence cannot be read";
        }
        if (!*content || sha256(**content) != digest) {
            return "evidence " + hash + " is missing or altered";
        }
        known.insert(hash);
    }
    return std::nullopt;
}

Result<Verification> verify_chain(StoreReader& reader) {
    Verification verification;
    std::unordered_set<std::string> known;
    const Result<LedgerHead> end = reader.ledger_head();
    if (!end) {
        return end.error();
    }
    while (verification.head.sequence < end->sequence) {
        const Result<std::vector<SealedRecord>> page =
            reader.ledger_after(verification.head.sequence, limits::list_items_max);
        if (!page) {
            return page.error();
        }
        if (page->empty()) {
            break;
        }
        for (const SealedRecord& record : *page) {
            if (record.sequence > end->sequence) {
                break;  // looked at below
            }
            std::optional<std::string> wrong = check(verification.head, record);
            if (!wrong) {
                wrong = check_evidence(reader, record, known);
            }
            if (wrong) {
                verification.first_bad = record.sequence;
                verification.detail = *wrong;
                return verification;
            }
            ++verification.records;
        }
    }
    // What lies beyond the end either came while we read, and then the end has
    // moved on, or was put there by another hand.
    const Result<std::vector<SealedRecord>> beyond = reader.ledger_after(end->sequence, 1);
    if (!beyond) {
        return beyond.error();
    }
    const Result<LedgerHead> later = reader.ledger_head();
    if (!later) {
        return later.error();
    }
    if (!beyond->empty() && later->sequence < beyond->front().sequence) {
        verification.first_bad = beyond->front().sequence;
        verification.detail = "there is a record beyond the one that was written last";
        return verification;
    }
    if (verification.head.sequence != end->sequence || verification.head.hash != end->hash) {
        verification.first_bad = verification.head.sequence + 1;
        verification.detail = "the ledger ends before the record that was written last";
    }
    return verification;
}

asio::awaitable<Result<http::Response>> verify(const Services& services, http::Request&, Caller caller) {
    const WorldPtr world = services.worlds.load();
    if (!is_auditor(*world, caller)) {
        co_return Error(ErrorCode::forbidden, "the ledger is verified by auditors");
    }
    const auto run = [&services] { return verify_chain(services.reader); };
    const Result<Verification> verification = co_await on_pool(services.long_reads, run);
    if (!verification) {
        co_return verification.error();
    }
    Json answer = Json::object();
    answer["valid"] = !verification->first_bad;
    answer["records"] = verification->records;
    answer["first_bad"] = verification->first_bad ? Json(*verification->first_bad) : Json();
    answer["head"] = {{"seq", verification->head.sequence}, {"hash", to_hex(verification->head.hash)}};
    if (verification->first_bad) {
        answer["detail"] = verification->detail;
    }
    co_return show_plain(200, answer);
}

}  // namespace

void add_ledger_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/ledger", "audit on Mesh or Domain",
               [&services](http::Request& request, Caller caller) {
                   return list(services, request, std::move(caller));
               },
               {"principal", "resource", "allow", "from", "to", "limit", "cursor"});
    routes.add(http::Method::get, "/api/v1/ledger/{decision}", "own ones; audit on Mesh or Domain",
               [&services](http::Request& request, Caller caller) {
                   return read_one(services, request, std::move(caller));
               });
    routes.add(http::Method::post, "/api/v1/ledger/verify", "audit on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return verify(services, request, std::move(caller));
               });
}

}  // namespace charter::api
