// Resolve, step by step: one World, one decision per column, a lease for exactly
// the port's prefix, a ledger record, and the answer only once that is durable.
#include "charter/governance/resolver.hpp"

#include "charter/base/json_writer.hpp"
#include "governance/resolve_decision.hpp"

#include <algorithm>

namespace charter {

namespace asio = boost::asio;

namespace {

void write_grounds(JsonWriter& json, const std::vector<Ground>& grounds) {
    json.begin_array();
    for (const Ground& ground : grounds) {
        json.string(ground.label);
    }
    json.end_array();
}

}  // namespace

Resolver::Resolver(const WorldHolder& worlds, Writer& writer, Lessor& lessor)
    : worlds_(worlds), writer_(writer), lessor_(lessor) {}

LeaseTerms Resolver::terms_of(const Caller& caller, const ResolveRequest& request,
                              const Decided& decided) {
    LeaseTerms terms;
    terms.storage = decided.storage->view;
    terms.prefix = decided.port->location.path();
    terms.access = request.action == Action::write ? SessionAccess::write : SessionAccess::read;
    terms.delivery = request.delivery;
    terms.new_objects = request.objects;
    terms.now = caller.now;
    terms.expires_at = std::min(caller.now + request.duration, decided.until);
    return terms;
}

std::optional<LeaseOutlook> Resolver::outlook(const World& world, const Caller& caller,
                                              const ResolveRequest& request) const {
    const Decided decided = decide(world, caller, request);
    if (!decided.allow) {
        return std::nullopt;
    }
    LeaseTerms terms = terms_of(caller, request, decided);
    terms.expires_at = std::min(caller.now + limits::lease_max, decided.until);
    LeaseOutlook outlook{decided.port->location,
                         deliveries_of(terms.storage->facts), terms.expires_at, {}};
    const auto credentials =
        std::find(outlook.delivery.begin(), outlook.delivery.end(), Delivery::credentials);
    if (credentials != outlook.delivery.end()) {
        if (const Result<SessionPolicy> policy = session_policy_of(terms)) {
            outlook.session_policy = policy->text();
        } else {
            outlook.delivery.erase(credentials);
        }
    }
    return outlook;
}

namespace {

/// Why the columns that were asked for cannot be given; nothing when they can.
std::optional<Error> columns_unknown(const PortEntry& port, const ResolveRequest& request) {
    for (const std::string& name : request.columns.value_or(std::vector<std::string>{})) {
        const bool known =
            std::any_of(port.columns.begin(), port.columns.end(),
                        [&](const ColumnEntry& column) { return column.name == name; });
        if (!known) {
            return Error(ErrorCode::unprocessable, "the port has no column `" + name + "`");
        }
    }
    return std::nullopt;
}

/// Over each object's path (with its length), size and hash.
std::string hash_of(const std::vector<NewObject>& objects) {
    std::string text;
    for (const NewObject& object : objects) {
        text += std::to_string(object.path.size()) + ":" + object.path + " " +
                std::to_string(object.size_bytes) + " " + to_hex(object.sha256) + "\n";
    }
    return to_hex(sha256(text));
}

/// Of what an engine is told to enforce; "": nothing, all may be read.
std::string hash_of(const std::shared_ptr<const CellAccess>& access) {
    return access ? to_hex(digest(*access)) : "";
}

/// What the ledger keeps of a lease: what it opens and until when, and of its secrets
/// only a hash, by which one that turns up somewhere can be told.
void write_lease(JsonWriter& json, const Lease& lease, const ResolveRequest& request,
                 const Caller& user, const std::shared_ptr<const CellAccess>& access) {
    const StorageView& storage = *lease.terms.storage;
    json.begin_object().member("expires_at", format_time(lease.terms.expires_at));
    json.member("delivery", delivery_name(lease.terms.delivery)).member("storage", storage.name);
    json.member("storage_id", storage.id.text()).member("kind", storage.facts.kind);
    if (storage.facts.is_s3()) {
        json.member("bucket", storage.facts.bucket);
    } else {
        json.member("root", storage.facts.root);
    }
    json.member("prefix", lease.terms.prefix);
    if (lease.objects) {
        json.key("objects").number(static_cast<std::int64_t>(lease.objects->size()));
        json.key("size_bytes").number(static_cast<std::int64_t>(lease.objects->size_bytes()));
        json.member("objects_sha256", lease.objects->sha256());
    }
    if (!lease.terms.new_objects.empty()) {
        json.key("objects").number(static_cast<std::int64_t>(lease.terms.new_objects.size()));
        json.member("objects_sha256", hash_of(lease.terms.new_objects));
    }
    if (access) {
        json.member("access_sha256", hash_of(access));
    }
    if (request.is_for_another()) {
        // By what an engine asked for another: further pages need it too.
        json.member("asked_by", !request.subject    ? "roster"
                                : user.token        ? user.token.text()
                                                    : std::string("issuer"));
    }
    if (lease.credentials) {
        const S3Credentials& keys = lease.credentials->credentials;
        json.member("access_key_id", keys.access_key_id);
        // Not the lease's end: some providers can be told another time.
        json.member("provider_access_until", format_time(lease.credentials->expires_at));
        if (keys.session_token) {
            json.member("session_token_sha256", to_hex(sha256(keys.session_token->reveal())));
        }
    }
    json.end_object();
}

/// What of the cells was said to be permitted, beside the rules that say it.
void write_access(JsonWriter& json, const CellAccess& access) {
    const auto text = [&](std::string_view name, const policy::Predicate& rows) {
        json.member(name, cut_utf8(rows.to_cedar_text(), limits::ledger_text_bytes_max));
    };
    json.begin_object();
    text("rows", access.table.rows());
    json.key("columns").begin_object();
    std::size_t told = 0;
    for (const cells::ColumnAccess& each : access.table.columns()) {
        if (each.clear.is_never() && each.masked.is_never()) {
            continue;
        }
        if (++told > limits::explained_columns_max) {
            json.key("...").null();  // the rules that say it are in the evidence
            break;
        }
        json.key(each.column.name).begin_object();
        text("clear", each.clear);
        if (!each.masked.is_never()) {
            json.member("mask", cells::mask_name(*each.mask));
            text("masked", each.masked);
        }
        json.end_object();
    }
    json.end_object().end_object();
}

}  // namespace

/// The body of the ledger record.
std::string Resolver::record_of(const Caller& caller, const ResolveRequest& request,
                                const Decided& decided, const Resolved& resolved,
                                const std::vector<EvidencePtr>& evidence) {
    std::string body;
    body.reserve(1024);
    JsonWriter json(body);
    json.begin_object().member("kind", "resolve");
    json.member("principal", caller.principal->principal.text());
    if (request.is_for_another()) {
        json.member("on_behalf_of", decided.user.engine.empty()
                                        ? request.on_behalf_of.value_or(PrincipalName()).text()
                                        : decided.user.principal->principal.text());
    }
    json.member("action", action_name(request.action));
    json.member("resource", cut_utf8(request.port, limits::ledger_text_bytes_max));
    if (request.purpose) {
        json.member("purpose", *request.purpose);
    }
    json.key("allow").boolean(resolved.allow).key("determined_by");
    write_grounds(json, decided.determined_by);
    // A guardrail forbids here or does nothing: it would have turned a yes into a no.
    if (resolved.allow && !decided.shadow.empty()) {
        json.key("shadow");
        write_grounds(json, decided.shadow);
    }
    if (!resolved.allow) {
        json.member("reason", resolved.reason);
    }
    if (decided.access) {
        json.key("access");
        write_access(json, *decided.access);
    }
    if (resolved.lease) {
        json.key("lease");
        write_lease(json, *resolved.lease, request, decided.user, decided.access);
    }
    json.key("evidence").begin_array();
    for (const EvidencePtr& each : evidence) {
        json.string(to_hex(each->hash));
    }
    json.end_array();
    json.member("request_id", caller.request_id).member("ip", caller.address).end_object();
    return body;
}

asio::awaitable<Result<Lease>> Resolver::again(Caller caller, ResolveRequest request,
                                               GivenLease given) {
    const Error closed(ErrorCode::forbidden, "what the lease opened is not open any more");
    const WorldPtr world = worlds_.load();
    caller.now = writer_.now();
    const Decided decided = decide(*world, caller, request);
    // What the engine was told to enforce must be what it would be told now.
    if (!decided.allow || hash_of(decided.access) != given.access_sha256 ||
        decided.storage->id.text() != given.storage_id ||
        decided.port->location.path() != given.prefix) {
        co_return closed;
    }
    LeaseTerms terms = terms_of(caller, request, decided);
    terms.id = given.id;
    terms.delivery = Delivery::urls;
    terms.expires_at = std::min(given.expires_at, decided.until);
    Result<Lease> lease = co_await lessor_.make(std::move(terms));
    if (!lease) {
        co_return lease.error();
    }
    const WorldPtr later = worlds_.load();
    const std::optional<Caller> then = renewed(*later, caller);
    if (!then || later->find(Kind::lease, given.id) ||
        !decide(*later, *then, request).same_as(decided)) {
        co_return closed;
    }
    if (lease->objects->sha256() != given.objects_sha256) {
        co_return Error(ErrorCode::conflict, "the objects changed meanwhile, resolve again");
    }
    co_return lease;
}

asio::awaitable<void> Resolver::lend(const Caller& caller, const ResolveRequest& request,
                                     const Decided& decided, Resolved& resolved) {
    LeaseTerms terms = terms_of(caller, request, decided);
    terms.id = resolved.decision.text();
    Result<Lease> lease = co_await lessor_.make(std::move(terms));
    if (lease) {
        resolved.lease = std::move(*lease);
        co_return;
    }
    // Nothing is released, and the ledger says so. Whatever is not the caller's to put right
    // is a storage that does not answer.
    const Error& error = lease.error();
    const bool callers = error.code() == ErrorCode::unprocessable;
    resolved.allow = false;
    resolved.refusal = callers ? error.code() : ErrorCode::unavailable;
    resolved.reason = callers ? error.message() : "the storage cannot be reached now";
    resolved.cause = error.cause().empty() ? error.message() : error.cause();
}

asio::awaitable<Result<Resolved>> Resolver::resolve(Caller caller, ResolveRequest request) {
    // A change between decision and record starts over; a few rounds are plenty,
    // since only a change of this very outcome counts.
    for (int round = 0; round < 8; ++round) {
        const WorldPtr world = worlds_.load();
        caller.now = writer_.now();
        const std::optional<Caller> asking = renewed(*world, caller);
        if (!asking) {
            co_return Error(ErrorCode::unauthenticated, "a valid token is needed");
        }
        caller.principal = asking->principal;
        caller.session_ends = asking->session_ends;
        Decided decided = decide(*world, caller, request);
        if (decided.allow) {
            if (std::optional<Error> unknown = columns_unknown(*decided.port, request)) {
                co_return std::move(*unknown);
            }
        }
        Resolved resolved;
        resolved.world = world;
        resolved.decision = DecisionId::make(caller.now);
        resolved.allow = decided.allow;
        resolved.refusal = decided.refusal;
        resolved.reason = decided.reason;
        resolved.determined_by = decided.determined_by;
        resolved.user = decided.user.principal->principal;
        resolved.port = decided.port;
        resolved.access = decided.access;
        if (decided.allow && request.delivery != Delivery::none) {
            co_await lend(caller, request, decided, resolved);
        }

        Writer::Append append;
        append.generation = world->generation();
        append.record.id = resolved.decision;
        append.record.at = caller.now;
        append.record.principal = caller.principal->id;
        append.record.resource = decided.about;
        append.record.allow = resolved.allow;
        append.counts = !resolved.allow && resolved.refusal != ErrorCode::unavailable;
        append.evidence.push_back(caller.principal->evidence);
        if (!decided.user.engine.empty()) {
            append.record.on_behalf_of = decided.user.principal->id;
            append.evidence.push_back(decided.user.principal->evidence);
        }
        if (decided.port) {
            append.evidence.push_back(decided.port->evidence);
        }
        for (const Ground& ground : decided.determined_by) {
            append.evidence.push_back(*ground.evidence);
        }
        if (resolved.allow) {
            for (const Ground& ground : decided.shadow) {
                append.evidence.push_back(*ground.evidence);
            }
        }
        append.record.body = record_of(caller, request, decided, resolved, append.evidence);
        append.still_holds = [this, &caller, &request, &decided](const World& later) {
            const std::optional<Caller> then = renewed(later, caller);
            return then && then->principal->evidence == caller.principal->evidence &&
                   decide(later, *then, request).same_as(decided);
        };
        const Result<> recorded = co_await writer_.append(std::move(append));
        if (recorded) {
            co_return resolved;
        }
        if (recorded.error().code() != ErrorCode::conflict) {
            co_return recorded.error();
        }
    }
    co_return Error(ErrorCode::unavailable, "the mesh changes too fast for a decision, try again");
}

}  // namespace charter
