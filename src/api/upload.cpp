// PUT /data/{lease}/{path}?exp=&sha256=&sig=&size=: writes one object of local storage.
// The URL is the credential, as for GET, and names the bytes: no others are taken.
// Everything that the URL says is checked before the first byte of the body is read;
// nothing is seen of the object before the last one has arrived and is on the disk.
#include "api/endpoint.hpp"
#include "api/on_pool.hpp"
#include "api/signed_url.hpp"
#include "charter/storage/incoming_object.hpp"

#include <algorithm>

namespace charter::api {

namespace asio = boost::asio;

namespace {

struct Upload {
    std::string lease;
    std::int64_t expires_s = 0;
    LeasedPlace place;
    NewObject object;  // its path is relative to the prefix
};

Result<Upload> admit(const Services& services, const http::Request& request) {
    const auto expires_s = query_number<std::int64_t>(request, "exp");
    const auto size_bytes = query_number<std::uint64_t>(request, "size");
    const auto sig = request.query_value("sig");
    const Result<std::string> sha256 = from_hex(request.query_value("sha256").value_or(""));
    Upload upload;
    if (!expires_s || !size_bytes || !sig || !sha256 ||
        sha256->size() != upload.object.sha256.size() || request.query.size() != 4) {
        return url_refused();
    }
    upload.lease = request.parameter("lease");
    upload.expires_s = *expires_s;
    upload.object.path = request.parameter("path");
    upload.object.size_bytes = *size_bytes;
    std::copy(sha256->begin(), sha256->end(), upload.object.sha256.begin());
    Result<LeasedPlace> place = leased_place(services, upload.lease, Action::write);
    if (!place) {
        return place.error();
    }
    upload.place = std::move(*place);
    if (!services.signer->verify_put(upload.place.storage, upload.lease, upload.object,
                                     upload.expires_s, *sig) ||
        !lease_holds(services, upload.place, upload.expires_s) ||
        !upload.object.path.starts_with(upload.place.prefix)) {
        return url_refused();
    }
    upload.object.path.erase(0, upload.place.prefix.size());
    if (request.content_length != upload.object.size_bytes) {
        return Error(ErrorCode::invalid_request,
                     "Content-Length is not the size that the URL is for, " +
                         std::to_string(upload.object.size_bytes));
    }
    return upload;
}

/// Writes the body, piece by piece and off this thread: a file may have to wait for the disk.
asio::awaitable<Result<>> pour(const Services& services, http::Request& request,
                               const Upload& upload, IncomingObject& incoming) {
    while (true) {
        const Result<std::string_view> bytes = co_await request.next_bytes();
        if (!bytes) {
            co_return bytes.error();
        }
        if (!lease_holds(services, upload.place, upload.expires_s)) {
            co_return url_refused();
        }
        if (bytes->empty()) {
            co_return Result<>();
        }
        auto write = [&incoming, &bytes] { return incoming.append(*bytes); };
        const Result<> written = co_await on_pool(services.uploads, write);
        if (!written) {
            co_return written.error();
        }
    }
}

asio::awaitable<Result<http::Response>> receive(const Services& services, http::Request& request) {
    const Result<Upload> upload = admit(services, request);
    if (!upload) {
        co_return upload.error();
    }
    // What is not understood must not be passed over: the caller asked for a condition.
    if (header_value(request, "If-None-Match").value_or("*") != "*") {
        co_return Error(ErrorCode::invalid_request, "If-None-Match of a PUT is *");
    }
    if (header_value(request, "Content-Range")) {
        co_return Error(ErrorCode::invalid_request, "an object is written whole");
    }
    WriteConditions conditions;
    conditions.if_match = header_value(request, "If-Match");
    conditions.if_none_match = header_value(request, "If-None-Match");
    conditions.if_unmodified_since = header_value(request, "If-Unmodified-Since");

    auto begin = [&] {
        return services.local.receive(upload->place.root, upload->place.prefix, upload->object,
                                      conditions);
    };
    Result<IncomingObject> incoming = co_await on_pool(services.uploads, begin);
    if (!incoming) {
        co_return incoming.error();
    }
    const Result<> poured = co_await pour(services, request, *upload, *incoming);
    auto end = [&]() -> Result<StoredObject> {
        IncomingObject received = std::move(*incoming);  // deleted here when it is given up
        if (!poured) {
            return poured.error();
        }
        return services.local.commit(std::move(received), conditions, [&] {
            return lease_holds(services, upload->place, upload->expires_s);
        });
    };
    const Result<StoredObject> stored = co_await on_pool(services.uploads, end);
    if (!stored) {
        co_return stored.error();
    }
    http::Response response = http::no_content();
    response.status = stored->created ? 201 : 204;
    response.headers.emplace_back("ETag", stored->etag);
    response.headers.emplace_back("Cache-Control", "no-store");
    co_return response;
}

}  // namespace

void add_upload_routes(Routes& routes) {
    const Services& services = routes.services();
    http::RouteOptions options;
    options.body_bytes_max = limits::upload_bytes_max;
    options.streamed = true;
    routes.add_open(
        http::Method::put, "/data/{lease}/{path...}",
        [&services](http::Request& request) -> asio::awaitable<http::Response> {
            Result<http::Response> response = co_await receive(services, request);
            if (!response) {
                log_cause(request, response.error());
                co_return http::problem(response.error(), request.id);
            }
            co_return std::move(*response);
        },
        options);
}

}  // namespace charter::api
