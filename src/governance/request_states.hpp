#pragma once

#include "charter/governance/requests.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace charter {

enum class RequestState { pending, approved_once, needs_info, approved, denied, withdrawn };

/// Names and steps as they are stored, shown and told; both lists in the order of their enum.
inline constexpr std::array<std::string_view, 6> request_state_names{
    "pending", "approved-once", "needs-info", "approved", "denied", "withdrawn"};
inline constexpr std::array<std::string_view, 7> request_step_names{
    "approve", "approve", "deny", "ask-back", "answer", "withdraw", "renew"};

struct RequestTransition {
    RequestState from;
    RequestStep step;
    RequestState to;
};

/// All there is: what is not here cannot be done. A renewal leaves the request that it is about
/// as it is and makes another one.
inline constexpr std::array<RequestTransition, 13> request_transitions{{
    {RequestState::pending, RequestStep::approve, RequestState::approved},
    {RequestState::pending, RequestStep::first_approval, RequestState::approved_once},
    {RequestState::pending, RequestStep::deny, RequestState::denied},
    {RequestState::pending, RequestStep::ask_back, RequestState::needs_info},
    {RequestState::pending, RequestStep::withdraw, RequestState::withdrawn},
    {RequestState::approved_once, RequestStep::approve, RequestState::approved},
    {RequestState::approved_once, RequestStep::deny, RequestState::denied},
    {RequestState::approved_once, RequestStep::ask_back, RequestState::needs_info},
    {RequestState::approved_once, RequestStep::withdraw, RequestState::withdrawn},
    {RequestState::needs_info, RequestStep::answer, RequestState::pending},
    {RequestState::needs_info, RequestStep::deny, RequestState::denied},
    {RequestState::needs_info, RequestStep::withdraw, RequestState::withdrawn},
    {RequestState::approved, RequestStep::renew, RequestState::approved},
}};

std::string_view name_of(RequestState state);
std::string_view name_of(RequestStep step);
/// Of a stored name; what is unknown is withdrawn, from which nothing follows.
RequestState request_state_of(std::string_view name);

/// Where the step leads. Errors: conflict, naming the steps that can be taken.
Result<RequestState> state_after(RequestState from, RequestStep step);

/// Under what World::uses counts the open requests of who asked.
inline std::string open_requests_of(ResourceId by) {
    return "open-requests:" + by.text();
}

/// Whether it still waits for somebody.
constexpr bool is_open(RequestState state) {
    return state == RequestState::pending || state == RequestState::approved_once ||
           state == RequestState::needs_info;
}

}  // namespace charter
