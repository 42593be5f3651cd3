// Resolve, step by step: one World, one decision per column, a lease for exactly
// the port's prefix, a ledger record, and the answer only once that is durable.
#include "charter/governance/resolver.hpp"

#include "charter/base/json_writer.hpp"
#include "governance/fold.hpp"

#include <algorithm>

namespace charter {

namespace asio = boost::asio;

struct Resolver::Decided {
    PortPtr port;      // null when it is absent or hidden
    ResourceId about;  // its id all the same, so that its owners find the record
    bool allow = false;
    ErrorCode refusal = ErrorCode::forbidden;
    std::string reason;
    std::vector<Ground> determined_by;
    std::vector<Ground> shadow;
    std::shared_ptr<const StorageEntry> storage;

    /// What the answer depends on, apart from the text.
    bool same_as(const Decided& other) const {
        return allow == other.allow && refusal == other.refusal &&
               (port ? port->id : ResourceId{}) == (other.port ? other.port->id : ResourceId{}) &&
               (!port || port->location == other.port->location) &&
               determined_by == other.determined_by &&
               std::equal(determined_by.begin(), determined_by.end(), other.determined_by.begin(),
                          [](const Ground& a, const Ground& b) { return *a.evidence == *b.evidence; }) &&
               (storage ? storage->revision : 0) == (other.storage ? other.storage->revision : 0);
    }
};

namespace {

void write_grounds(JsonWriter& json, const std::vector<Ground>& grounds) {
    json.begin_array();
    for (const Ground& ground : grounds) {
        json.string(ground.label);
    }
    json.end_array();
}

/// The storage a port lies in, when it still is where its domain may be: looked
/// at again before every lease.
std::shared_ptr<const StorageEntry> storage_of(const World& world, const PortEntry& port) {
    const std::optional<ResourceId> holder = world.locations().covering(port.location);
    const auto location = holder ? world.find<LocationEntry>(*holder) : nullptr;
    if (!location || location->domain != port.domain) {
        return nullptr;
    }
    return std::dynamic_pointer_cast<const StorageEntry>(
        world.find(Kind::storage, location->storage));
}

}  // namespace

std::optional<std::string> purpose_refused(const World& world, const PrincipalEntry& principal,
                                           const std::string& purpose) {
    const auto entry =
        std::dynamic_pointer_cast<const PurposeEntry>(world.find(Kind::purpose, purpose));
    if (!entry) {
        return "there is no purpose `" + purpose + "`";
    }
    const bool may = entry->anybody ||
                     std::any_of(entry->claimable_by.begin(), entry->claimable_by.end(),
                                 [&](const PrincipalName& name) {
                                     return principal.node->entity.is_in(principal_uid(name));
                                 });
    return may ? std::nullopt
               : std::optional<std::string>("purpose `" + purpose + "` is not yours to claim");
}

Resolver::Resolver(const WorldHolder& worlds, Writer& writer, LocalStorage& local)
    : worlds_(worlds), writer_(writer), local_(local) {}

Resolver::Decided Resolver::decide(const World& world, const Caller& caller,
                                   const ResolveRequest& request) const {
    Decided decided;
    const PortPtr port = world.port(request.port);
    const auto refuse = [&](ErrorCode code, std::string reason) {
        decided.refusal = code;
        decided.reason = std::move(reason);
    };
    if (port) {
        decided.about = port->id;
    }
    if (!port || !port->published) {
        refuse(ErrorCode::not_found, "absent");
        return decided;
    }
    const ProductPtr product = std::static_pointer_cast<const ProductEntry>(world.find(port->product));

    // The data decision first: whoever may read a port may also know of it.
    Decider decider(world, caller, request.action,
                    request.purpose ? std::optional<std::string_view>(*request.purpose) : std::nullopt);
    ColumnsVerdict columns;
    if (request.action == Action::write) {
        columns.verdict = decider.decide(target_of(world, *port));
        columns.allowed = columns.verdict.allow ? port->columns.size() : 0;
    } else {
        columns = decider.decide_columns(*port);
    }
    decided.determined_by = columns.verdict.determined_by;
    decided.shadow = std::move(columns.verdict.shadow);
    const std::optional<std::string> refused =
        request.purpose ? purpose_refused(world, *caller.principal, *request.purpose) : std::nullopt;
    // Access by a purpose that is not the caller's to claim shows nothing to it.
    if ((refused || !columns.some()) && !Visibility(world, caller).shows(*port)) {
        decided.determined_by.clear();
        refuse(ErrorCode::not_found, "hidden");
        return decided;
    }
    decided.port = port;
    if (refused) {
        decided.determined_by.clear();
        refuse(ErrorCode::forbidden, *refused);
        return decided;
    }
    if (product->status == "retired") {
        decided.determined_by.clear();
        refuse(ErrorCode::forbidden, "the product is retired");
        return decided;
    }
    if (!columns.verdict.allow) {
        if (columns.some()) {
            refuse(ErrorCode::enforcement_required,
                   std::to_string(columns.allowed) + " of " + std::to_string(port->columns.size()) +
                       " columns may be read: restricted access needs an engine that enforces it");
        } else {
            refuse(ErrorCode::forbidden, columns.verdict.reason());
        }
        return decided;
    }
    decided.storage = storage_of(world, *port);
    if (!decided.storage) {
        decided.determined_by.clear();
        refuse(ErrorCode::forbidden, "the port lies outside its domain's locations");
        return decided;
    }
    decided.allow = true;
    return decided;
}

asio::awaitable<Result<Resolved>> Resolver::resolve(Caller caller, ResolveRequest request) {
    if (request.action == Action::write && request.delivery != ResolveRequest::Delivery::none) {
        co_return Error(ErrorCode::unprocessable,
                        "leases for writing are not supported by this version; ask with "
                        "\"delivery\": \"none\"");
    }
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
        Decided decided = decide(*world, caller, request);

        Resolved resolved;
        if (decided.allow && request.columns) {
            for (const std::string& name : *request.columns) {
                const bool known =
                    std::any_of(decided.port->columns.begin(), decided.port->columns.end(),
                                [&](const ColumnEntry& column) { return column.name == name; });
                if (!known) {
                    co_return Error(ErrorCode::unprocessable, "the port has no column `" + name + "`");
                }
            }
        }
        resolved.world = world;
        resolved.decision = DecisionId::make(caller.now);
        resolved.allow = decided.allow;
        resolved.refusal = decided.refusal;
        resolved.reason = decided.reason;
        resolved.determined_by = decided.determined_by;
        resolved.port = decided.port;
        resolved.with_urls = decided.allow && request.delivery != ResolveRequest::Delivery::none;
        resolved.expires_at = caller.now + request.duration;
        if (resolved.with_urls) {
            resolved.storage = decided.storage->name;
            Result<std::shared_ptr<const ObjectList>> objects =
                local_.list(decided.storage->facts.root, decided.port->location.path());
            if (!objects) {
                // The storage does not answer: nothing is released, and the ledger says so.
                resolved.allow = false;
                resolved.with_urls = false;
                resolved.refusal = ErrorCode::unavailable;
                resolved.reason = "the storage does not answer";
            } else {
                resolved.objects = std::move(objects).value();
            }
        }

        Writer::Append append;
        append.generation = world->generation();
        append.record.id = resolved.decision;
        append.record.at = caller.now;
        append.record.principal = caller.principal->id;
        append.record.resource = decided.about;
        append.record.allow = resolved.allow;
        append.evidence.push_back(caller.principal->evidence);
        if (decided.port) {
            append.evidence.push_back(decided.port->evidence);
        }
        for (const Ground& ground : decided.determined_by) {
            append.evidence.push_back(*ground.evidence);
        }
        append.record.body.reserve(1024);
        JsonWriter json(append.record.body);
        json.begin_object().member("kind", "resolve");
        json.member("principal", caller.principal->principal.text());
        json.member("action", action_name(request.action));
        json.member("resource", cut_utf8(request.port, limits::ledger_text_bytes_max));
        if (request.purpose) {
            json.member("purpose", *request.purpose);
        }
        json.key("allow").boolean(resolved.allow).key("determined_by");
        write_grounds(json, decided.determined_by);
        if (!decided.shadow.empty()) {
            json.key("shadow");
            write_grounds(json, decided.shadow);
        }
        if (!resolved.allow) {
            json.member("reason", resolved.reason);
        }
        if (resolved.with_urls) {
            json.key("lease").begin_object().member("expires_at", format_time(resolved.expires_at));
            json.member("storage", resolved.storage);
            json.member("root", decided.storage->facts.root);
            json.member("prefix", decided.port->location.path());
            json.key("objects").number(static_cast<std::int64_t>(resolved.objects->size()));
            json.end_object();
        }
        json.key("evidence").begin_array();
        for (const EvidencePtr& each : append.evidence) {
            json.string(to_hex(each->hash));
        }
        json.end_array();
        json.member("request_id", caller.request_id).member("ip", caller.address).end_object();

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
