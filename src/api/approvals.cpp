// GET /approvals?state=, GET /approvals/{id}, POST /approvals/{id}/approve, /deny, /withdraw
// {"note"?}: changes that wait for a second administrator (configuration four_eyes).
#include "api/endpoint.hpp"
#include "charter/base/limits.hpp"
#include "charter/governance/approvals.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

asio::awaitable<Result<http::Response>> list(const Services& services, http::Request& request,
                                             Caller caller) {
    const auto asked = request.query_value("state");
    const std::optional<std::string> state =
        asked ? std::optional<std::string>(*asked) : std::nullopt;
    if (state && *state != "pending" && *state != "approved" && *state != "denied" &&
        *state != "withdrawn" && *state != "lapsed") {
        co_return Error(ErrorCode::invalid_request,
                        "state is `pending`, `approved`, `denied`, `withdrawn` or `lapsed`");
    }
    Wanted wanted = [state](const World&, const Json& approval) {
        return !state || approval.value("state", "") == *state;
    };
    co_return co_await list_by_id(services, Kind::approval, request, std::move(caller),
                                  std::move(wanted));
}

/// The state changes with time, not with the revision.
std::string state_of(const Json& approval) {
    return approval.value("state", "");
}

Result<std::string> read_note(const http::Request& request) {
    if (request.body.empty()) {
        return std::string();
    }
    const Result<Json> body = read_body(request);
    if (!body) {
        return body.error();
    }
    if (!body->is_object() || body->size() > 1 ||
        (body->size() == 1 && (!body->contains("note") || !(*body)["note"].is_string()))) {
        return Error(ErrorCode::invalid_request, "{\"note\": text} is expected, or nothing");
    }
    std::string note = body->value("note", "");
    if (note.size() > limits::approval_note_bytes_max) {
        return Error(ErrorCode::invalid_request,
                     "a note has at most " + std::to_string(limits::approval_note_bytes_max) +
                         " bytes");
    }
    return note;
}

asio::awaitable<Result<http::Response>> decide(const Services& services, http::Request& request,
                                               Caller caller, ApprovalStep step) {
    const Result<ResourceId> id = id_of(request);
    if (!id) {
        co_return id.error();
    }
    const Result<std::string> note = read_note(request);
    if (!note) {
        co_return note.error();
    }
    UseCase use_case = [id = *id, step, note = *note](Draft& draft,
                                                      const Caller& by) -> Result<Answer> {
        const Result<Resource> decided = decide_approval(draft, by, id, step, note);
        return decided ? Result<Answer>(answer_with(draft, *decided))
                       : Result<Answer>(decided.error());
    };
    co_return co_await change(services, request, std::move(caller), std::move(use_case));
}

}  // namespace

void add_approval_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/approvals", "own ones; administer or audit on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return list(services, request, std::move(caller));
               },
               {"limit", "cursor", "state"});
    routes.add(http::Method::get, "/api/v1/approvals/{id}", "own ones; administer or audit on Mesh",
               [&services](http::Request& request, Caller caller) {
                   return read_by_id(services, Kind::approval, request, std::move(caller), &state_of);
               });
    const auto add_step = [&](std::string_view word, ApprovalStep step, std::string decided_by) {
        routes.add(http::Method::post, "/api/v1/approvals/{id}/" + std::string(word),
                   std::move(decided_by), [&services, step](http::Request& request, Caller caller) {
                       return decide(services, request, std::move(caller), step);
                   });
    };
    add_step("approve", ApprovalStep::approve, "administer on Mesh, by another than who asked");
    add_step("deny", ApprovalStep::deny, "administer on Mesh, by another than who asked");
    add_step("withdraw", ApprovalStep::withdraw, "describe on Mesh for own ones");
}

}  // namespace charter::api
