// Approving a request.
#include "governance/kind_rules.hpp"
#include "governance/request_cells.hpp"
#include "governance/request_turn.hpp"

#include <algorithm>

namespace charter {

namespace {

/// What is left to be given: what was asked for, or what the first approval left of it.
struct Offer {
    std::vector<std::string> actions;
    UtcTime latest{};
};

Offer offer_of(const Turn& turn) {
    Offer offer{turn.document.value("actions", std::vector<std::string>{}),
                turn.draft.now() + std::chrono::seconds(
                                       turn.document.value("duration_s", std::int64_t{0}))};
    if (turn.at() == RequestState::approved_once) {
        const Json& first = turn.state["approvals"].front();
        offer.actions = first["actions"].get<std::vector<std::string>>();
        if (const Result<UtcTime> ends = parse_time(first.value("expires_at", ""))) {
            offer.latest = std::min(offer.latest, *ends);
        }
    }
    return offer;
}

/// An approval gives less or the same. Every grant gives discover and describe.
Result<> check_less(const Turn& turn, const RequestApproval& approval, const Offer& offer) {
    std::vector<Violation> violations;
    const std::vector<std::string> given = approval.actions.value_or(offer.actions);
    for (std::size_t i = 0; i < given.size(); ++i) {
        if ((metadata_actions & bit(parse_action(given[i]).value_or(Action::read))) == 0 &&
            std::ranges::find(offer.actions, given[i]) == offer.actions.end()) {
            violations.push_back({"/actions/" + std::to_string(i),
                                  "`" + given[i] + "` is more than can be given here"});
        }
    }
    if (approval.expires_at && *approval.expires_at > offer.latest) {
        violations.push_back({"/expires_at", "is later than can be given here: " +
                                                 format_time(offer.latest)});
    }
    if (approval.expires_at.value_or(offer.latest) <= turn.draft.now()) {
        violations.push_back({"/expires_at", "the time is in the past"});
    }
    return violations.empty() ? Result<>() : Result<>(invalid_document(std::move(violations)));
}

/// That all it is about is still there. Answers the path of the resource and the beneficiary.
Result<std::pair<std::string, PrincipalName>> still_stands(const Turn& turn) {
    const auto gone = [](const std::string& what) {
        return Error(ErrorCode::conflict, what + ": deny the request, or let it be withdrawn");
    };
    const World& world = turn.draft.world();
    const std::optional<Target> target = resource_target(world, turn.entry->resource);
    if (!target || target->domain == nullptr) {
        return gone("what was asked for is gone");
    }
    const auto asker = world.find<PrincipalEntry>(turn.entry->by);
    if (!asker || asker->disabled) {
        return gone("who asked is gone or disabled");
    }
    const std::optional<PrincipalName> beneficiary =
        name_of_beneficiary(world, turn.entry->beneficiary);
    const PrincipalPtr principal = beneficiary ? world.principal(*beneficiary) : nullptr;
    if (!beneficiary || (principal && principal->disabled)) {
        return gone("who was to get the access is gone or disabled");
    }
    if (const auto unfit = purpose_unfit(world, *target->domain, *beneficiary,
                                         turn.document.value("purpose", ""))) {
        return gone(*unfit);
    }
    return std::pair(*path_of(world, turn.entry->resource), *beneficiary);
}

/// Where a domain wants two approvals they are two people's.
Result<RequestStep> kind_of_approval(const Turn& turn) {
    const auto domain = turn.draft.world().find<DomainEntry>(turn.entry->domain);
    const bool two = domain && domain->access.approval_levels > 1;
    const PrincipalEntry& approver = *turn.caller.principal;
    if (two && approver.kind != Kind::user) {
        return Error(ErrorCode::forbidden, "two people approve here: a service does not count");
    }
    if (turn.at() != RequestState::approved_once) {
        return two ? RequestStep::first_approval : RequestStep::approve;
    }
    if (turn.state["approvals"].front().value("id", "") == approver.id.text()) {
        return Error(ErrorCode::forbidden, "you approved it already: a second person has to");
    }
    return RequestStep::approve;
}

/// Whether the first of two approvals would still be given.
bool first_still_counts(const Turn& turn) {
    const World& world = turn.draft.world();
    Caller first = turn.caller;
    const auto id = ResourceId::parse(turn.state["approvals"].front().value("id", ""));
    first.principal = world.find<PrincipalEntry>(id.value_or(ResourceId{}));
    if (!first.principal || closed(world, *first.principal)) {
        return false;
    }
    first.address.clear();  // it is not known from where it would
    Decider approve(world, first, Action::approve);
    return may_decide_request(world, first, *turn.entry, approve);
}

}  // namespace

Result<RequestAnswer> approve_request(Turn& turn, const Json& body) {
    const Result<RequestApproval> approval = parse_request_approval(body);
    if (!approval) {
        return approval.error();
    }
    if (const Result<> may = require_approver(turn); !may) {
        return may.error();
    }
    const Result<RequestStep> step = kind_of_approval(turn);
    if (!step) {
        return step.error();
    }
    const Result<RequestState> next = state_after(turn.at(), *step);
    if (!next) {
        return next.error();
    }
    const auto stands = still_stands(turn);
    if (!stands) {
        return stands.error();
    }
    if (const Result<> seen = check_seen(turn, approval->seen, true); !seen) {
        return seen.error();
    }
    const Offer offer = offer_of(turn);
    if (const Result<> less = check_less(turn, *approval, offer); !less) {
        return less.error();
    }
    const std::vector<std::string> actions = approval->actions.value_or(offer.actions);
    const auto& [path, beneficiary] = *stands;
    const Result<GivenCells> renewed = cells_renewed(turn.draft, turn.state);
    if (!renewed) {
        return renewed.error();
    }
    std::vector<Json> layers;
    if (turn.at() == RequestState::approved_once) {
        layers.push_back(turn.state["approvals"].front().value("cells", Json::object()));
    }
    layers.push_back(cells_in(body));
    const Result<GivenCells> cells = join_cells(
        turn.draft.world(), turn.caller, turn.entry->resource,
        {{"grantee", beneficiary.text()}, {"resource", path}, {"actions", actions}}, *renewed, layers);
    if (!cells) {
        return cells.error();
    }
    Json given{{"by", turn.by()},
               {"id", turn.caller.principal->id.text()},
               {"at", format_time(turn.draft.now())},
               {"actions", actions}};
    if (!cells_in(body).empty()) {
        given["cells"] = cells_in(body);
    }
    if (approval->expires_at) {
        given["expires_at"] = format_time(*approval->expires_at);
    }
    if (!approval->note.empty()) {
        given["note"] = approval->note;
    }
    if (turn.at() == RequestState::approved_once && !first_still_counts(turn)) {
        return Error(ErrorCode::precondition_failed,
                     "who approved it first may not any more: ask back, and begin anew");
    }
    // Both look at the same: the second sees what the first one saw.
    const std::uint64_t product = seen_revision(turn.draft.world(), turn.entry->resource);
    given["product"] = product;
    if (turn.at() == RequestState::approved_once &&
        turn.state["approvals"].front().value("product", product) != product) {
        return Error(ErrorCode::precondition_failed,
                     "the product changed since the first approval: ask back, and begin anew");
    }
    turn.state["approvals"].push_back(std::move(given));
    if (*step == RequestStep::first_approval) {
        return finish(turn, *step, *next, approval->note, "approved once");
    }
    Resource grant = grant_of(*turn.entry, turn.draft.new_id(),
                              GivenAccess{beneficiary, path, actions,
                                          turn.document.value("purpose", ""),
                                          approval->expires_at.value_or(offer.latest),
                                          turn.document.value("reason", ""), turn.by(),
                                          cells->document, cells->conditions});
    const ResourceId id = grant.id;
    turn.state["grant"] = id.text();
    if (const Result<> put = turn.draft.put(turn.caller, std::move(grant), "created"); !put) {
        return put.error();
    }
    Result<RequestAnswer> answer = finish(turn, *step, *next, approval->note, "approved");
    if (!answer) {
        return answer;
    }
    Result<Resource> made = turn.draft.stored(id);
    if (!made) {
        return made.error();
    }
    answer->grant = std::move(*made);
    return answer;
}

}  // namespace charter
