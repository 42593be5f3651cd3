#pragma once

#include "charter/governance/documents.hpp"

#include <optional>
#include <string_view>

namespace charter {

/// Access requests: somebody asks for a resource, for itself or for those it speaks for, and
/// whoever the engine permits `approve` there decides. Never the one who asked, nor anybody
/// who would get the access, also not through a group or team. Each is a resource of kind
/// `request`; what may follow on what stands in src/governance/request_states.hpp.

/// What can be done with a request. A first approval is an approval where the domain wants two.
enum class RequestStep { approve, first_approval, deny, ask_back, answer, withdraw, renew };

/// Asks for access (catalog/access_request.hpp). Who may: whoever may discover the resource,
/// unless a rule forbids `request` there. It is approved at once where a policy of the
/// resource's own domain permits `request` to who asks, for itself.
/// Errors: invalid_request, not_found (the resource), forbidden, unavailable.
Result<Resource> make_request(Draft& draft, const Caller& caller, const Json& body);

/// What became of a step.
struct RequestAnswer {
    Resource request;               // of a renewal the new one
    std::optional<Resource> grant;  // that an approval made
};

/// Takes one step, never `first_approval`: that is the server's to see. Approving makes the
/// grant in the same transaction.
/// Errors: not_found, invalid_request, forbidden, conflict (not a step from here; what it is
/// about is gone), precondition_failed (something else was seen), unavailable.
Result<RequestAnswer> take_request_step(Draft& draft, const Caller& caller, ResourceId id,
                                        RequestStep step, const Json& body,
                                        const Preconditions& preconditions);

/// The request as this caller may see it: represent(), and who could approve it, what to say
/// was seen, and which rules would still deny.
Json show_request(const World& world, const Caller& caller, const Resource& resource, UtcTime now);

/// Whether the caller could approve or deny it now. `approve` decides that action for it.
bool may_decide_request(const World& world, const Caller& caller, const RequestEntry& request,
                        Decider& approve);
/// Whether it waits for a second approval and the first one was the caller's.
bool approved_once_by(const Resource& request, const Caller& caller);

/// The state as the API says it: a request that waits for its second approval is pending.
std::string_view shown_request_state(const RequestEntry& request);
bool is_request_state(std::string_view shown);

}  // namespace charter
