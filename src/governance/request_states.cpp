#include "governance/request_states.hpp"

#include <algorithm>

namespace charter {

std::string_view name_of(RequestState state) {
    return request_state_names.at(static_cast<std::size_t>(state));
}

std::string_view name_of(RequestStep step) {
    return request_step_names.at(static_cast<std::size_t>(step));
}

RequestState request_state_of(std::string_view name) {
    const auto found = std::ranges::find(request_state_names, name);
    return found == request_state_names.end()
               ? RequestState::withdrawn
               : static_cast<RequestState>(found - request_state_names.begin());
}

Result<RequestState> state_after(RequestState from, RequestStep step) {
    std::string legal;
    for (const RequestTransition& each : request_transitions) {
        if (each.from == from && each.step == step) {
            return each.to;
        }
        const bool told = legal.find(name_of(each.step)) != std::string::npos;
        if (each.from == from && !told) {
            legal += (legal.empty() ? "" : ", ") + std::string(name_of(each.step));
        }
    }
    const std::string_view state =
        name_of(from == RequestState::approved_once ? RequestState::pending : from);
    return Error(ErrorCode::conflict,
                 "the request is " + std::string(state) + ": " +
                     (legal.empty() ? "nothing more can be done with it" : "it can take " + legal) +
                     ", not " + std::string(name_of(step)));
}

std::string_view shown_request_state(const RequestEntry& request) {
    const RequestState state = request_state_of(request.state);
    return name_of(state == RequestState::approved_once ? RequestState::pending : state);
}

bool is_request_state(std::string_view shown) {
    return shown != name_of(RequestState::approved_once) &&
           std::ranges::find(request_state_names, shown) != request_state_names.end();
}

}  // namespace charter
