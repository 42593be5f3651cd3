#pragma once

#include "governance/request_rules.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace charter {

/// One step on one request.
struct Turn {
    Draft& draft;
    const Caller& caller;
    std::shared_ptr<const RequestEntry> entry;
    Resource resource;
    Json document;
    Json state;
    const Preconditions& preconditions;

    RequestState at() const { return request_state_of(entry->state); }
    std::string by() const { return caller.principal->principal.text(); }
};

/// Whoever the engine permits `approve`, but for those whom it concerns. Errors: forbidden.
Result<> require_approver(Turn& turn);

/// It must be the very request, and the very product, that the caller looked at. Where it does not
/// say which product, that is the one of the moment when it was asked, or answered.
/// Errors: precondition_failed.
Result<> check_seen(const Turn& turn, const SeenRevisions& seen, bool product_counts);

/// The step is in the history, the state follows it, and the whole is stored.
/// Errors: conflict (limits::request_steps_max), unavailable.
Result<RequestAnswer> finish(Turn& turn, RequestStep step, RequestState next,
                             const std::string& text, std::string_view change);

// One file each.
Result<RequestAnswer> approve_request(Turn& turn, const Json& body);
Result<RequestAnswer> renew_request(Turn& turn, const Json& body);

}  // namespace charter
