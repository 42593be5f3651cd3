// GET and POST /suspensions, GET /suspensions/{id}, DELETE /suspensions/{id}?reason=: what is
// closed at once, whatever rules say.
#include "api/endpoint.hpp"
#include "charter/base/limits.hpp"
#include "charter/governance/suspensions.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<http::Response>> create(const Services& services, http::Request& request,
                                               Caller caller) {
    Result<Json> body = read_body(request);
    if (!body) {
        co_return body.error();
    }
    const AdministratorsGoBy administrators =
        services.four_eyes ? AdministratorsGoBy::two : AdministratorsGoBy::one;
    UseCase use_case = [body = std::move(*body),
                        administrators](Draft& draft, const Caller& by) -> Result<Answer> {
        const Result<Resource> made = suspend(draft, by, administrators, body);
        return made ? Result<Answer>(answer_with(draft, *made, "suspensions"))
                    : Result<Answer>(made.error());
    };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

asio::awaitable<Result<http::Response>> list(const Services& services, http::Request& request,
                                             Caller caller) {
    Wanted wanted = [](const World&, const Json&) { return true; };
    co_return co_await list_by_id(services, Kind::suspension, request, std::move(caller),
                                  std::move(wanted));
}

/// Nothing of it changes.
std::string no_suffix(const Json&) {
    return "";
}

asio::awaitable<Result<http::Response>> lift(const Services& services, http::Request& request,
                                             Caller caller) {
    const Result<ResourceId> id = id_of(request);
    const Result<std::string> reason = read_reason(request);
    if (!id || !reason) {
        co_return id ? reason.error() : id.error();
    }
    UseCase use_case = [id = *id, reason = *reason](Draft& draft, const Caller& by) -> Result<Answer> {
        const Result<> lifted = lift_suspension(draft, by, id, reason);
        if (!lifted) {
            return lifted.error();
        }
        Answer answer;
        answer.status = 204;
        return answer;
    };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

}  // namespace

void add_suspension_routes(Routes& routes) {
    const Services& services = routes.services();
    const std::string read_by = "describe on what is closed; administer or audit on Mesh";
    const std::string written_by =
        "retire on Domain, Product or Port; administer on Mesh for principals and storages";
    routes.add(http::Method::get, "/api/v1/suspensions", read_by,
               [&services](http::Request& request, Caller caller) {
                   return list(services, request, std::move(caller));
               },
               {"limit", "cursor"});
    routes.add(http::Method::post, "/api/v1/suspensions", written_by,
               [&services](http::Request& request, Caller caller) {
                   return create(services, request, std::move(caller));
               });
    routes.add(http::Method::get, "/api/v1/suspensions/{id}", read_by,
               [&services](http::Request& request, Caller caller) {
                   return read_by_id(services, Kind::suspension, request, std::move(caller),
                                     &no_suffix);
               });
    routes.add(http::Method::delete_, "/api/v1/suspensions/{id}",
               "retire on the domain that closed it; administer on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return lift(services, request, std::move(caller));
               },
               {"reason"});
}

}  // namespace charter::api
