// The decision of a resolve: who asks for whom, what may be read, and where it lies.
#include "governance/resolve_decision.hpp"

#include "charter/governance/leasable.hpp"
#include "governance/fold.hpp"

#include <unordered_set>

namespace charter {

namespace {

bool speaks_for(const PrincipalEntry& engine, const PrincipalEntry& user) {
    return std::ranges::any_of(engine.speaks_for, [&](const PrincipalName& name) {
        return user.node->entity.is_in(principal_uid(name));
    });
}

/// Whom an engine asks for, as this World knows it; nothing when the caller is no engine, or
/// neither has that one's token nor speaks for it.
std::optional<Caller> user_of(const World& world, const Caller& engine,
                              const ResolveRequest& request) {
    if (engine.principal->kind != Kind::engine || (request.subject_token && !request.subject)) {
        return std::nullopt;
    }
    Caller user = request.subject.value_or(engine);
    user.now = engine.now;
    if (request.subject) {
        const std::optional<Caller> known = renewed(world, user);
        if (!known || (request.on_behalf_of &&
                       known->principal->principal != *request.on_behalf_of)) {
            return std::nullopt;
        }
        user = *known;
    } else {
        user.token = ResourceId{};
        user.principal = world.principal(*request.on_behalf_of);
        if (!user.principal || closed(world, *user.principal) ||
            !speaks_for(*engine.principal, *user.principal)) {
            return std::nullopt;
        }
    }
    const Kind kind = user.principal->kind;
    user.session_ends = std::min(user.session_ends, engine.session_ends);
    user.address = engine.address;
    user.request_id = engine.request_id;
    user.engine = engine.principal->name;
    return kind == Kind::user || kind == Kind::service ? std::optional<Caller>(user)
                                                       : std::nullopt;
}

void add_grounds(const std::vector<Ground>& more, std::vector<Ground>& grounds) {
    std::unordered_set<const EvidencePtr*> noted;
    for (const Ground& each : grounds) {
        noted.insert(each.evidence);
    }
    std::ranges::copy_if(more, std::back_inserter(grounds), [&](const Ground& each) {
        return noted.insert(each.evidence).second;
    });
}

std::string why_restricted(const PortEntry& port, const ColumnsVerdict& read,
                           const CellAccess& access) {
    const std::string needs = ": restricted access needs an engine that enforces it";
    if (read.allowed == port.columns.size()) {
        return "the location still holds columns that were withdrawn, and not all of them may be "
               "read" + needs;
    }
    const auto& columns = access.table.columns();
    const auto in_part = std::ranges::count_if(columns, [](const cells::ColumnAccess& each) {
        return !each.clear.is_always() && !(each.clear.is_never() && each.masked.is_never());
    });
    return std::to_string(read.allowed) + " of " + std::to_string(columns.size()) +
           " columns may be read" +
           (in_part == 0 ? "" : ", and " + std::to_string(in_part) + " in part") + needs;
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
    decided.user = caller;
    if (request.is_for_another()) {
        std::optional<Caller> other = user_of(world, caller, request);
        if (!other) {
            refuse(ErrorCode::forbidden,
                   "only an engine asks for others: with their token, or for whom it speaks");
            return decided;
        }
        decided.user = std::move(*other);
    }
    const Caller& user = decided.user;
    if (!port || !port->published) {
        refuse(ErrorCode::not_found, "absent");
        return decided;
    }
    const ProductPtr product = std::static_pointer_cast<const ProductEntry>(world.find(port->product));

    // The data decision first: whoever may read a port may also know of it.
    Decider decider(world, user, request.action,
                    request.purpose ? std::optional<std::string_view>(*request.purpose) : std::nullopt);
    ColumnsVerdict columns;
    if (request.action == Action::write) {
        columns.verdict = decider.decide(target_of(world, *port));
        columns.allowed = columns.verdict.allow ? port->columns.size() : 0;
    } else {
        columns = decider.decide_columns(*port);
    }
    std::shared_ptr<const CellAccess> access;
    if (request.action == Action::read && !columns.verdict.allow) {
        access = std::make_shared<const CellAccess>(
            cell_access(world, user, *port, request.purpose, columns));
    }
    const bool some = columns.some() || (access && access->some());
    decided.determined_by = columns.verdict.determined_by;
    decided.shadow = std::move(columns.verdict.shadow);
    const std::optional<std::string> refused =
        request.purpose ? purpose_refused(world, *user.principal, *request.purpose) : std::nullopt;
    // Access by a purpose that is not the caller's to claim shows nothing to it.
    if ((refused || !some) && !Visibility(world, user).shows(*port)) {
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
    if (request.is_for_another()) {
        const Verdict trusted =
            Decider(world, caller, Action::enforce).decide(target_of(world, *port));
        if (!trusted.allow) {
            decided.determined_by = trusted.determined_by;
            refuse(ErrorCode::forbidden,
                   trusted.suspension != nullptr
                       ? reason_for(world, user, trusted, target_of(world, *port))
                       : "the engine may not `enforce` on this port: " + trusted.reason());
            return decided;
        }
        decided.determined_by.insert(decided.determined_by.end(), trusted.determined_by.begin(),
                                     trusted.determined_by.end());
        decided.shadow.insert(decided.shadow.end(), trusted.shadow.begin(), trusted.shadow.end());
        decided.until = trusted.until;
    }
    if (product->status == "retired") {
        decided.determined_by.clear();
        refuse(ErrorCode::forbidden, "the product is retired");
        return decided;
    }
    if (access && access->some()) {
        add_grounds(access->masked.determined_by, decided.determined_by);
        add_grounds(access->masked.shadow, decided.shadow);
        decided.access = access;
        if (!request.is_for_another() || !can_enforce(*caller.principal, *access)) {
            refuse(ErrorCode::enforcement_required, why_restricted(*port, columns, *access));
            return decided;
        }
    } else if (!columns.verdict.allow) {
        refuse(ErrorCode::forbidden, reason_for(world, user, columns.verdict, target_of(world, *port)));
        return decided;
    }
    decided.storage = leasable_storage(world, *port);
    if (!decided.storage) {
        decided.determined_by.clear();
        refuse(ErrorCode::forbidden, "the port does not lie in its domain's locations, and in no other's");
        return decided;
    }
    decided.until = std::min({decided.until, columns.verdict.until, user.session_ends});
    if (decided.access) {
        decided.until = std::min(decided.until, decided.access->masked.until);
    }
    decided.allow = true;
    return decided;
}

}  // namespace charter
