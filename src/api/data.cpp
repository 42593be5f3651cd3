// GET /data/{lease}/{path}?exp=&sig=: the bytes of one object of local storage.
// The URL is the credential. It is good when the signature fits, the lease is in
// the ledger with this storage and prefix, has not expired and was not ended. What is
// under way when the lease ends is cut.
#include "api/endpoint.hpp"
#include "api/signed_url.hpp"
#include "charter/base/http_date.hpp"
#include "charter/storage/byte_range.hpp"

namespace charter::api {

namespace asio = boost::asio;

namespace {

ReadPlan plan(const http::Request& request, const OpenedObject& object) {
    ReadConditions conditions;
    conditions.range = header_value(request, "Range");
    conditions.if_range = header_value(request, "If-Range");
    conditions.if_match = header_value(request, "If-Match");
    conditions.if_none_match = header_value(request, "If-None-Match");
    conditions.if_modified_since = header_value(request, "If-Modified-Since");
    conditions.if_unmodified_since = header_value(request, "If-Unmodified-Since");
    const bool head = request.method == http::Method::head;
    return plan_read(head ? ReadMethod::head : ReadMethod::get, conditions, object.size_bytes,
                     Validators{object.etag, object.modified_at});
}

http::Response not_served(const http::Request& request, ReadStatus status,
                          const OpenedObject& object) {
    const bool range = status == ReadStatus::unsatisfiable;
    http::Response response =
        http::problem(Error(range ? ErrorCode::range : ErrorCode::precondition_failed,
                            range ? "the range lies outside the object" : "the object is another one"),
                      request.id);
    if (range) {
        response.headers.emplace_back("Content-Range",
                                      "bytes */" + std::to_string(object.size_bytes));
    }
    return response;
}

Result<http::Response> serve(const Services& services, const http::Request& request) {
    const auto expires_s = query_number<std::int64_t>(request, "exp");
    const auto sig = request.query_value("sig");
    if (!expires_s || !sig || request.query.size() != 2) {
        return url_refused();
    }
    const std::string lease(request.parameter("lease"));
    const std::string_view path = request.parameter("path");
    const Result<LeasedPlace> place = leased_place(services, lease, Action::read);
    if (!place) {
        return place.error();
    }
    if (!services.signer->verify("GET", place->storage, lease, path, *expires_s, *sig) ||
        !lease_holds(services, *place, *expires_s) || !path.starts_with(place->prefix)) {
        return url_refused();
    }
    Result<OpenedObject> object =
        services.local.open(place->root, place->prefix, path.substr(place->prefix.size()));
    if (!object) {
        return object.error();
    }
    const ReadPlan planned = plan(request, *object);
    if (planned.status == ReadStatus::unsatisfiable ||
        planned.status == ReadStatus::precondition_failed) {
        return not_served(request, planned.status, *object);
    }
    http::Response response;
    response.status = static_cast<unsigned>(planned.status);
    response.headers.emplace_back("ETag", object->etag);
    response.headers.emplace_back("Last-Modified", format_http_date(object->modified_at));
    response.headers.emplace_back("Accept-Ranges", "bytes");
    response.headers.emplace_back("Cache-Control", "private, no-store");
    response.headers.emplace_back("Content-Disposition", "attachment");
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
    if (planned.status == ReadStatus::not_modified) {
        return response;
    }
    response.content_type = "application/octet-stream";
    if (planned.status == ReadStatus::part) {
        response.headers.emplace_back(
            "Content-Range", "bytes " + std::to_string(planned.offset) + "-" +
                                 std::to_string(planned.offset + planned.length - 1) + "/" +
                                 std::to_string(object->size_bytes));
    }
    response.file = http::FileBody{
        http::FileDescriptor(object->file.release()), planned.offset, planned.length,
        [&services, held = *place, at = *expires_s] { return lease_holds(services, held, at); }};
    return response;
}

}  // namespace

void add_data_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add_open(http::Method::get, "/data/{lease}/{path...}",
                    [&services](http::Request& request) -> asio::awaitable<http::Response> {
                        Result<http::Response> response = serve(services, request);
                        if (!response) {
                            log_cause(request, response.error());
                            co_return http::problem(response.error(), request.id);
                        }
                        co_return std::move(*response);
                    });
}

}  // namespace charter::api
