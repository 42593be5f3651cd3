// Who calls, within what one caller may ask.
#include "api/endpoint.hpp"
#include "charter/api/caller_limits.hpp"

namespace charter::api {

Result<> before_sign_in(const Services& services, const http::Request& request) {
    return services.caller_limits.may_try(request, CallerLimits::Clock::now())
               ? Result<>()
               : Error(ErrorCode::too_many_requests,
                       "too many failed sign-ins of one address (failed_sign_ins_per_minute)");
}

Result<Caller> after_sign_in(const Services& services, http::Request& request,
                             Result<Caller> caller) {
    CallerLimits& limits = services.caller_limits;
    const CallerLimits::Clock::time_point now = CallerLimits::Clock::now();
    if (!caller) {
        if (caller.error().code() == ErrorCode::unauthenticated) {
            limits.failed(request, now);
        }
        return caller;
    }
    limits.signed_in(request);
    request.principal = caller->principal->principal.text();
    if (!limits.admits(request.principal, now)) {
        return Error(ErrorCode::too_many_requests,
                     "too many requests of one principal (rate_limit_per_principal)");
    }
    return caller;
}

}  // namespace charter::api
