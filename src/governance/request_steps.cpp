// The steps of a request after it was asked; approving and renewing have files of their own.
#include "charter/base/limits.hpp"
#include "governance/kind_rules.hpp"
#include "governance/request_turn.hpp"

#include <algorithm>

namespace charter {

Result<> require_approver(Turn& turn) {
    const World& world = turn.draft.world();
    const std::optional<Target> target = request_target(world, *turn.entry);
    const Result<> may = turn.draft.require(
        turn.caller, target ? Action::approve : Action::administer,
        target ? *target : target_of(world), true, turn.document.value("resource", ""));
    if (!may) {
        return may;
    }
    const auto refused = decides_not(world, *turn.caller.principal, *turn.entry);
    return refused ? Result<>(Error(ErrorCode::forbidden, *refused)) : Result<>();
}

Result<> check_seen(const Turn& turn, const SeenRevisions& seen, bool product_counts) {
    const auto stale = [](const std::string& what) {
        return Result<>(Error(ErrorCode::precondition_failed,
                              what + " is not what was seen any more: look again"));
    };
    const std::uint64_t revision = turn.resource.revision;
    if (turn.preconditions.create_only ||
        turn.preconditions.if_match.value_or(revision) != revision ||
        seen.request.value_or(revision) != revision) {
        return stale("the request");
    }
    const std::uint64_t product = seen_revision(turn.draft.world(), turn.entry->resource);
    const std::uint64_t asked = turn.state.value("product_revision", std::uint64_t{0});
    const std::uint64_t expected = product_counts ? asked : product;
    return seen.product.value_or(expected) != product ? stale("the product") : Result<>();
}

Result<RequestAnswer> finish(Turn& turn, RequestStep step, RequestState next,
                             const std::string& text, std::string_view change) {
    // Those that can be taken again and again.
    const bool repeatable = step == RequestStep::ask_back || step == RequestStep::renew;
    if (repeatable && turn.state["history"].size() >= limits::request_steps_max) {
        return Error(ErrorCode::conflict, "a request takes at most " +
                                              std::to_string(limits::request_steps_max) +
                                              " steps: ask anew");
    }
    add_history(turn.state, turn.draft.now(), turn.by(), name_of(step), text);
    turn.state["state"] = name_of(next);
    turn.resource.state = turn.state.dump();
    turn.resource.revision += 1;
    if (const Result<> put = turn.draft.put(turn.caller, turn.resource, change); !put) {
        return put.error();
    }
    Result<Resource> stored = turn.draft.stored(turn.resource.id);
    if (!stored) {
        return stored.error();
    }
    return RequestAnswer{std::move(*stored), std::nullopt};
}

namespace {

/// A step that only tells something: denying, asking back, answering, withdrawing.
struct Telling {
    std::string_view field;
    bool required;
    bool is_askers;  // else the approvers'
    std::string_view change;
};

Telling telling_of(RequestStep step) {
    switch (step) {
        case RequestStep::deny: return {"reason", true, false, "denied"};
        case RequestStep::ask_back: return {"question", true, false, "asked back"};
        case RequestStep::answer: return {"answer", true, true, "answered"};
        default: return {"reason", false, true, "withdrawn"};
    }
}

Result<RequestAnswer> tell(Turn& turn, RequestStep step, const Json& body) {
    const Telling telling = telling_of(step);
    const Result<RequestRemark> remark =
        parse_request_remark(body, telling.field, telling.required);
    if (!remark) {
        return remark.error();
    }
    if (!telling.is_askers) {
        if (const Result<> may = require_approver(turn); !may) {
            return may.error();
        }
    } else if (turn.entry->by != turn.caller.principal->id) {
        return Error(ErrorCode::forbidden, "this is for who asked");
    }
    const Result<RequestState> next = state_after(turn.at(), step);
    if (!next) {
        return next.error();
    }
    if (const Result<> seen = check_seen(turn, remark->seen, false); !seen) {
        return seen.error();
    }
    if (step == RequestStep::answer || step == RequestStep::ask_back) {
        turn.state.erase("approvals");  // they were given to something else
    }
    if (step == RequestStep::answer) {
        turn.state["product_revision"] = seen_revision(turn.draft.world(), turn.entry->resource);
    }
    return finish(turn, step, *next, remark->text, telling.change);
}

}  // namespace

Result<RequestAnswer> take_request_step(Draft& draft, const Caller& caller, ResourceId id,
                                        RequestStep step, const Json& body,
                                        const Preconditions& preconditions) {
    auto entry = draft.world().find<RequestEntry>(id);
    if (!entry || !check_readable(draft.world(), caller, *entry)) {
        return absent();
    }
    Result<Resource> found = draft.stored(id);
    if (!found) {
        return found.error();
    }
    Resource resource = std::move(*found);
    Json document = Json::parse(resource.document);
    Json state = Json::parse(resource.state);
    draft.begin_unasked(caller.principal, name_of(step), entry->resource, "request " + id.text());
    Turn turn{draft,           caller,
              std::move(entry), std::move(resource),
              std::move(document), std::move(state), preconditions};
    switch (step) {
        case RequestStep::approve:
        case RequestStep::first_approval: return approve_request(turn, body);
        case RequestStep::renew: return renew_request(turn, body);
        default: return tell(turn, step, body);
    }
}

}  // namespace charter
