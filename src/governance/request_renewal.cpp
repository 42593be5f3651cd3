// Asking again, before what was given ends.
#include "governance/request_turn.hpp"

namespace charter {

namespace {

/// The grant of an approved request, which can still be renewed.
Result<std::shared_ptr<const GrantEntry>> renewable_grant(const Turn& turn) {
    const World& world = turn.draft.world();
    const auto of_state = [&](const char* field) {
        return ResourceId::parse(turn.state.value(field, "")).value_or(ResourceId{});
    };
    const auto grant = world.find<GrantEntry>(of_state("grant"));
    if (!grant || grant->revoked || grant->expires_at <= turn.draft.now()) {
        return Error(ErrorCode::conflict, "its grant has ended: ask anew");
    }
    const auto renewal = world.find<RequestEntry>(of_state("renewed_by"));
    if (renewal && is_open(request_state_of(renewal->state))) {
        return Error(ErrorCode::conflict, "it is being renewed already: " + renewal->name);
    }
    return grant;
}

}  // namespace

Result<RequestAnswer> renew_request(Turn& turn, const Json& body) {
    const Result<RequestRenewal> renewal = parse_request_renewal(body);
    if (!renewal) {
        return renewal.error();
    }
    const World& world = turn.draft.world();
    const std::optional<PrincipalName> beneficiary =
        name_of_beneficiary(world, turn.entry->beneficiary);
    if (turn.entry->by != turn.caller.principal->id &&
        !(beneficiary && may_ask_for(world, *turn.caller.principal, *beneficiary))) {
        return Error(ErrorCode::forbidden, "this is for who asked, or could have");
    }
    const Result<RequestState> next = state_after(turn.at(), RequestStep::renew);
    if (!next) {
        return next.error();
    }
    if (const Result<> seen = check_seen(turn, {}, false); !seen) {
        return seen.error();
    }
    const auto grant = renewable_grant(turn);
    if (!grant) {
        return grant.error();
    }
    const std::optional<std::string> path = path_of(world, turn.entry->resource);
    if (!beneficiary || !path) {
        return Error(ErrorCode::conflict, "who has the access, or what it is to, is gone");
    }
    AccessRequestDocument asked;
    asked.resource = *path;
    asked.beneficiary = *beneficiary;
    asked.actions = renewal->actions.value_or(action_names((*grant)->actions));
    asked.purpose = renewal->purpose.value_or(turn.document.value("purpose", ""));
    asked.reason = renewal->reason;
    asked.duration = renewal->duration.value_or(
        std::chrono::seconds(turn.document.value("duration_s", std::int64_t{0})));
    const Result<Resource> made =
        ask_for_access(turn.draft, turn.caller, asked, turn.entry.get(), (*grant)->id);
    if (!made) {
        return made.error();
    }
    turn.state["renewed_by"] = made->id.text();
    const Result<RequestAnswer> kept =
        finish(turn, RequestStep::renew, *next, renewal->reason, "renewed");
    return kept ? Result<RequestAnswer>(RequestAnswer{*made, std::nullopt}) : kept;
}

}  // namespace charter
