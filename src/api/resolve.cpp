// POST /resolve {"port", "action", "purpose"?, "columns"?, "delivery"?, "duration_s"?, "objects"?}
// or {"requests": [...]}, at most 100.
// Out: 200 with decision, location, access and lease; 403 or 404 with the
// decision. The ledger record is durable before the answer leaves.
#include "api/authentication.hpp"
#include "api/cell_access_json.hpp"
#include "api/endpoint.hpp"
#include "api/resolve_body.hpp"
#include "charter/base/json_writer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter::api {

namespace asio = boost::asio;

namespace {

void write_grounds(JsonWriter& json, const std::vector<Ground>& grounds) {
    json.begin_array();
    for (const Ground& ground : grounds) {
        json.string(ground.label);
    }
    json.end_array();
}

void write_urls(JsonWriter& json, const Lessor& lessor, const Lease& lease) {
    json.begin_array();
    std::string url;
    const std::size_t count = lease.objects ? std::min(lease.objects->size(), limits::lease_urls_per_page_max) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        const Object& object = (*lease.objects)[i];
        url.clear();
        lessor.append_read_url(url, lease, object);
        json.begin_object().member("path", object.path).member("url", url);
        json.key("size_bytes").number(static_cast<std::int64_t>(object.size_bytes)).end_object();
    }
    for (const NewObject& object : lease.terms.new_objects) {
        url.clear();
        lessor.append_write_url(url, lease, object);
        json.begin_object().member("path", object.path).member("url", url).member("method", "PUT");
        json.key("size_bytes").number(static_cast<std::int64_t>(object.size_bytes));
        json.member("sha256", to_hex(object.sha256));
        if (lease.presigner) {
            json.key("headers").begin_object();
            json.member("x-amz-checksum-sha256", s3_checksum(object.sha256)).end_object();
        }
        json.end_object();
    }
    json.end_array();
}

/// Temporary credentials and all that a client needs to use them.
void write_credentials(JsonWriter& json, const Lease& lease) {
    const S3Credentials& keys = lease.credentials->credentials;
    const StorageDocument& storage = lease.terms.storage->facts;
    json.begin_object().member("access_key_id", keys.access_key_id);
    json.member("secret_access_key", keys.secret_access_key.reveal());
    json.key("session_token");
    if (keys.session_token) {
        json.string(keys.session_token->reveal());
    } else {
        json.null();
    }
    json.member("expires_at", format_time(lease.terms.expires_at));
    json.key("endpoint");
    if (storage.endpoint.empty()) {
        json.null();
    } else {
        json.string(storage.endpoint);
    }
    json.member("region", storage.region).member("bucket", storage.bucket);
    json.member("prefix", lease.terms.prefix);
    json.key("path_style").boolean(lease.path_style).end_object();
}

void write_lease(JsonWriter& json, const Lessor& lessor, const Lease& lease) {
    json.begin_object().member("id", lease.terms.id);
    json.member("expires_at", format_time(lease.terms.expires_at)).key("urls");
    if (lease.credentials) {
        json.null().key("credentials");
        write_credentials(json, lease);
    } else {
        write_urls(json, lessor, lease);
        json.key("credentials").null();
    }
    json.key("next");
    if (lease.objects && lease.objects->size() > limits::lease_urls_per_page_max) {
        json.string(make_cursor(std::to_string(limits::lease_urls_per_page_max)));
    } else {
        json.null();
    }
    json.end_object();
}

void write_allowed(JsonWriter& json, const Services& services, const Resolved& resolved) {
    const PortEntry& port = *resolved.port;
    json.begin_object().key("decision").begin_object();
    json.member("id", resolved.decision.text()).key("allow").boolean(true);
    json.key("determined_by");
    write_grounds(json, resolved.determined_by);
    json.end_object().member("port", port.path).member("version", port.version);
    json.member("format", port.format).member("location", port.location.text());
    json.key("access");
    if (resolved.access) {
        json.raw(show_access(*resolved.access, port).dump());
    } else {
        json.begin_object().key("restricted").boolean(false);
        json.key("columns").raw(port.clear_json).key("rows").null().end_object();
    }
    json.key("lease");
    if (resolved.lease) {
        write_lease(json, services.lessor, *resolved.lease);
    } else {
        json.null();
    }
    json.end_object();
}

/// A body that the caller can send to /requests.
void write_request_access(JsonWriter& json, const ResolveRequest& request,
                          const Resolved& resolved) {
    const std::string reason = "decision " + resolved.decision.text() + ": " + resolved.reason;
    json.key("request_access").begin_object();
    json.member("resource", request.port).member("for", resolved.user.text());
    json.key("actions").begin_array().string(action_name(request.action)).end_array();
    if (request.purpose) {
        json.member("purpose", *request.purpose);
    }
    json.member("reason", cut_utf8(reason, limits::ledger_text_bytes_max)).end_object();
}

/// A refusal: what is hidden looks like what is absent.
std::string refused_members(const Resolved& resolved, const ResolveRequest& request) {
    if (resolved.refusal == ErrorCode::not_found || resolved.refusal == ErrorCode::unavailable) {
        return {};
    }
    std::string members;
    JsonWriter json(members);
    json.key("decision").begin_object().member("id", resolved.decision.text());
    json.key("allow").boolean(false).key("determined_by");
    write_grounds(json, resolved.determined_by);
    json.member("reason", resolved.reason).end_object();
    if (resolved.refusal == ErrorCode::forbidden ||
        resolved.refusal == ErrorCode::enforcement_required) {
        write_request_access(json, request, resolved);
    }
    if (resolved.access) {
        json.key("access").raw(show_access(*resolved.access, *resolved.port).dump());
    }
    return members;
}

Error refusal_error(const Resolved& resolved) {
    if (resolved.refusal == ErrorCode::not_found) {
        return absent();
    }
    return Error(resolved.refusal, resolved.reason);
}

/// Whose token an engine sent with its request. One that is nobody's is the resolver's to
/// refuse, since a decision was asked for.
asio::awaitable<void> find_subject(const Services& services, const http::Request& request,
                                   ResolveRequest& wanted) {
    if (!wanted.subject_token) {
        co_return;
    }
    Result<Caller> subject =
        co_await authenticate_token(services, request, wanted.subject_token->reveal());
    if (subject) {
        wanted.subject = std::move(*subject);
    } else {
        log_cause(request, Error(subject.error().code(), "", "subject_token: " +
                                                             subject.error().cause()));
    }
}

asio::awaitable<Result<http::Response>> resolve_one(const Services& services, http::Request& request,
                                                    Caller caller, ResolveRequest wanted) {
    co_await find_subject(services, request, wanted);
    Result<Resolved> resolved = co_await services.resolver.resolve(std::move(caller), wanted);
    if (!resolved) {
        co_return resolved.error();
    }
    if (!resolved->allow) {
        log_cause(request, Error(resolved->refusal, resolved->reason, resolved->cause));
        co_return http::problem(refusal_error(*resolved), request.id,
                                refused_members(*resolved, wanted));
    }
    http::Response response;
    response.content_type = "application/json";
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body.reserve(1024 + resolved->port->clear_json.size());
    JsonWriter json(response.body);
    write_allowed(json, services, *resolved);
    co_return response;
}

/// Many at once, each with its own result and its own ledger record.
asio::awaitable<Result<http::Response>> resolve_many(const Services& services, http::Request& request,
                                                     Caller caller, Json document) {
    if (document.size() != 1 || !document["requests"].is_array() || document["requests"].empty() ||
        document["requests"].size() > limits::resolve_batch_max) {
        const std::string message = "`requests` is a list of 1 to " +
                                    std::to_string(limits::resolve_batch_max) +
                                    " requests, and nothing stands beside it";
        std::vector<Violation> where(1, Violation{"/requests", message});
        co_return Error(ErrorCode::invalid_request, message, std::move(where));
    }
    std::vector<ResolveRequest> all;
    for (std::size_t i = 0; i < document["requests"].size(); ++i) {
        Result<ResolveRequest> one = read_resolve_document(document["requests"][i]);
        if (!one) {
            std::vector<Violation> violations = one.error().violations();
            for (Violation& each : violations) {
                each.pointer = "/requests/" + std::to_string(i) + each.pointer;
            }
            co_return Error(one.error().code(), one.error().message(), std::move(violations));
        }
        all.push_back(std::move(*one));
    }
    http::Response response;
    response.content_type = "application/json";
    response.headers.emplace_back("Cache-Control", "no-store");
    JsonWriter json(response.body);
    json.begin_object().key("results").begin_array();
    for (ResolveRequest& wanted : all) {
        co_await find_subject(services, request, wanted);
        Result<Resolved> resolved = co_await services.resolver.resolve(caller, wanted);
        if (!resolved) {
            json.raw(http::problem_json(resolved.error(), request.id));
        } else if (!resolved->allow) {
            json.raw(http::problem_json(refusal_error(*resolved), request.id,
                                        refused_members(*resolved, wanted)));
        } else {
            write_allowed(json, services, *resolved);
        }
    }
    json.end_array().end_object();
    co_return response;
}

asio::awaitable<Result<http::Response>> resolve(const Services& services, http::Request& request,
                                                Caller caller) {
    if (!request.header("Idempotency-Key").empty()) {
        co_return Error(ErrorCode::invalid_request,
                        "/resolve takes no Idempotency-Key: access is never kept");
    }
    const std::string_view type = request.header("Content-Type");
    if (type.empty() || type == "application/json") {
        if (std::optional<ResolveRequest> plain = read_plain_resolve(request.body)) {
            co_return co_await resolve_one(services, request, std::move(caller), std::move(*plain));
        }
    }
    Result<Json> document = read_body(request);
    if (!document) {
        co_return document.error();
    }
    if (document->is_object() && document->contains("requests")) {
        co_return co_await resolve_many(services, request, std::move(caller), std::move(*document));
    }
    Result<ResolveRequest> one = read_resolve_document(*document);
    if (!one) {
        co_return one.error();
    }
    co_return co_await resolve_one(services, request, std::move(caller), std::move(*one));
}

}  // namespace

void add_resolve_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::post, "/api/v1/resolve", "read on Column, write on Port",
               [&services](http::Request& request, Caller caller) {
                   return resolve(services, request, std::move(caller));
               });
}

}  // namespace charter::api
