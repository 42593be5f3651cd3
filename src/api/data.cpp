// GET /data/{lease}/{path}?exp=&sig=: the bytes of one object of local storage.
// The URL is the credential. It is good when the signature fits, the lease is in
// the ledger with this storage and prefix, has not expired and was not ended.
#include "api/endpoint.hpp"
#include "charter/storage/byte_range.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace charter::api {

namespace asio = boost::asio;

namespace {

Error refused() {
    return Error(ErrorCode::forbidden, "the URL is not valid, or not any more");
}

struct Place {
    std::string storage;
    std::string root;
    std::string prefix;
};

/// Where the lease's objects lie, from the record that released it.
Result<Place> place_of(const Services& services, std::string_view lease) {
    const std::optional<DecisionId> id = DecisionId::parse(lease);
    if (!id) {
        return refused();
    }
    const Result<std::optional<SealedRecord>> found = services.reader.ledger_find(*id);
    if (!found) {
        return found.error();
    }
    if (!*found || !(*found)->record.allow) {
        return refused();
    }
    const Json record = Json::parse((*found)->record.body, nullptr, false);
    if (!record.is_object() || !record.contains("lease")) {
        return refused();
    }
    const Json& facts = record["lease"];
    return Place{facts.value("storage", ""), facts.value("root", ""), facts.value("prefix", "")};
}

std::optional<std::string_view> header(const http::Request& request, std::string_view name) {
    const std::string_view value = request.header(name);
    return value.empty() ? std::nullopt : std::optional<std::string_view>(value);
}

Result<http::Response> serve(const Services& services, const http::Request& request) {
    const auto exp = request.query_value("exp");
    const auto sig = request.query_value("sig");
    std::int64_t expires_s = 0;
    if (!exp || !sig || request.query.size() != 2 ||
        std::from_chars(exp->data(), exp->data() + exp->size(), expires_s).ptr !=
            exp->data() + exp->size()) {
        return refused();
    }
    const std::string_view lease = request.parameter("lease");
    const std::string_view path = request.parameter("path");
    const Result<Place> place = place_of(services, lease);
    if (!place) {
        return place.error();
    }
    if (!services.signer->verify("GET", place->storage, lease, path, expires_s, *sig) ||
        services.writer.now() >= UtcTime(std::chrono::seconds(expires_s)) ||
        services.worlds.load()->find(Kind::lease, lease) || !path.starts_with(place->prefix)) {
        return refused();
    }
    Result<OpenedObject> object =
        services.local.open(place->root, place->prefix, path.substr(place->prefix.size()));
    if (!object) {
        return object.error();
    }
    const bool head = request.method == http::Method::head;
    ReadConditions conditions;
    conditions.range = header(request, "Range");
    conditions.if_range = header(request, "If-Range");
    conditions.if_match = header(request, "If-Match");
    conditions.if_none_match = header(request, "If-None-Match");
    const ReadPlan plan = plan_read(head ? ReadMethod::head : ReadMethod::get, conditions,
                                    object->size_bytes, object->etag);
    const std::string size = std::to_string(object->size_bytes);
    if (plan.status == ReadStatus::unsatisfiable || plan.status == ReadStatus::precondition_failed) {
        const bool range = plan.status == ReadStatus::unsatisfiable;
        http::Response response = http::problem(
            Error(range ? ErrorCode::range : ErrorCode::precondition_failed,
                  range ? "the range lies outside the object" : "the object is another one"),
            request.id);
        if (range) {
            response.headers.emplace_back("Content-Range", "bytes */" + size);
        }
        return response;
    }
    http::Response response;
    response.status = static_cast<unsigned>(plan.status);
    response.headers.emplace_back("ETag", object->etag);
    response.headers.emplace_back("Accept-Ranges", "bytes");
    response.headers.emplace_back("Cache-Control", "private, no-store");
    response.headers.emplace_back("Content-Disposition", "attachment");
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; sandbox");
    if (plan.status == ReadStatus::not_modified) {
        return response;
    }
    response.content_type = "application/octet-stream";
    if (plan.status == ReadStatus::part) {
        response.headers.emplace_back("Content-Range",
                                      "bytes " + std::to_string(plan.offset) + "-" +
                                          std::to_string(plan.offset + plan.length - 1) + "/" + size);
    }
    response.file = http::FileBody{http::FileDescriptor(object->file.release()), plan.offset, plan.length};
    return response;
}

}  // namespace

void add_data_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add_open(http::Method::get, "/data/{lease}/{path...}",
                    [&services](http::Request& request) -> asio::awaitable<http::Response> {
                        Result<http::Response> response = serve(services, request);
                        if (!response) {
                            co_return http::problem(response.error(), request.id);
                        }
                        co_return std::move(*response);
                    });
}

}  // namespace charter::api
