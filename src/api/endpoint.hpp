#pragma once

#include "charter/api/api.hpp"
#include "charter/api/services.hpp"
#include "charter/governance/documents.hpp"
#include "charter/http/problem.hpp"
#include "charter/http/router.hpp"

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter::api {

/// Answers differ by these headers of the request.
inline constexpr std::string_view vary = "Authorization, X-Api-Key, Cookie, Accept";

/// One endpoint: parse, one use case, answer. An Error becomes a problem+json.
using Endpoint =
    std::function<boost::asio::awaitable<Result<http::Response>>(http::Request&, Caller)>;

/// Adds routes to the router and keeps the table of what decides each.
class Routes {
public:
    Routes(http::Router& router, const Services& services) : router_(router), services_(services) {}

    /// A route for callers with a valid token. Query parameters other than
    /// `parameters` are refused.
    void add(http::Method method, std::string pattern, std::string decided_by, Endpoint endpoint,
             std::initializer_list<std::string_view> parameters = {}, http::RouteOptions options = {});
    /// A route for anybody.
    void add_open(http::Method method, std::string pattern, http::Handler handler,
                  http::RouteOptions options = {});

    const std::vector<RouteFacts>& table() const { return table_; }
    const Services& services() const { return services_; }

private:
    http::Router& router_;
    const Services& services_;
    std::vector<RouteFacts> table_;
};

/// Says in the log what the caller is not told.
void log_cause(const http::Request& request, const Error& error);

/// Without spaces and tabs around it.
std::string_view trimmed(std::string_view text);
/// In ASCII.
std::string lower(std::string_view text);

/// What comes before who calls is looked at. Errors: too_many_requests (failed sign-ins).
Result<> before_sign_in(const Services& services, const http::Request& request);
/// What comes after: failures count against the address, requests against the principal, who is
/// named in `request` for the log.
/// Errors: those of `caller`, too_many_requests.
Result<Caller> after_sign_in(const Services& services, http::Request& request,
                             Result<Caller> caller);

/// The body as a document: JSON, or YAML where the content type says so.
/// Errors: invalid_request, unsupported_media_type.
Result<Json> read_body(const http::Request& request);

/// If-Match and If-None-Match of a change. Errors: invalid_request.
Result<Preconditions> read_preconditions(const http::Request& request);

enum class Format { json, yaml };
/// What the caller accepts. Errors: not_acceptable.
Result<Format> read_accept(const http::Request& request);

/// A representation with its ETag (`"7"`, `"7-yaml"`, `"7-draft"`), or 304 when
/// the caller has it already.
http::Response show(const http::Request& request, unsigned status, const Json& document,
                    std::uint64_t revision, Format format, std::string_view etag_suffix = {});

/// A document without a revision of its own.
http::Response show_plain(unsigned status, const Json& document, Format format = Format::json);

/// `limit` and `cursor` of a list.
struct Paging {
    std::size_t limit = limits::list_items_default;
    std::string after;
};
/// Errors: invalid_request.
Result<std::size_t> read_limit(const http::Request& request);
Result<Paging> read_paging(const http::Request& request);
std::string make_cursor(std::string_view after);
http::Response show_list(Json items, const std::optional<std::string>& next,
                         Format format = Format::json);

/// An answer of a change, made in the writer's turn so that it can be kept with it.
struct Answer {
    int status = 200;
    std::string body;
    std::string etag;
    std::string location;
    /// What a repetition under the same Idempotency-Key is told, where the answer
    /// is not given again.
    std::optional<std::string> repeated;  // the detail of a 409
};

/// A resource as it is now, with its ETag; where it was made, at `made_at` below /api/v1.
Answer answer_with(const Draft& draft, const Resource& resource, std::string_view made_at = {});

/// `?reason=` of an end. Errors: invalid_request.
Result<std::string> read_reason(const http::Request& request);

using UseCase = std::function<Result<Answer>(Draft&, const Caller&)>;

/// Whether the request asks with ?dry_run=true what a change would change.
/// Errors: invalid_request.
Result<bool> is_dry_run(const http::Request& request);
/// Answers who would gain and lose what; nothing is written and no key is kept. Errors are those
/// of the change.
boost::asio::awaitable<Result<http::Response>> dry_run(const Services& services, Caller caller,
                                                       UseCase use_case);

/// Runs a change in the writer's turn and answers. A POST may carry an
/// Idempotency-Key: the first answer is committed with the change and given again.
/// A route that lists `dry_run` among its parameters is rehearsed where that is asked for.
boost::asio::awaitable<Result<http::Response>> change(
    const Services& services, const http::Request& request, Caller caller,
    UseCase use_case);



/// The `id` of the path. Errors: not_found.
Result<ResourceId> id_of(const http::Request& request);

using Wanted = std::function<bool(const World&, const Json&)>;

/// The resources of a kind whose names are their ids (tokens, grants) that the
/// caller may read and `wanted` accepts.
boost::asio::awaitable<Result<http::Response>> list_by_id(
    const Services& services, Kind kind, http::Request& request, Caller caller,
    Wanted wanted);

/// One of them; not_found where the caller may not read it. `suffix` goes into its ETag, for what
/// of it changes without its revision.
using EtagSuffix = std::string (*)(const Json& shown);
boost::asio::awaitable<Result<http::Response>> read_by_id(const Services& services, Kind kind,
                                                          http::Request& request, Caller caller,
                                                          EtagSuffix suffix);

// One function per file: each adds the routes of one resource.
void add_operational_routes(Routes& routes);
void add_me_routes(Routes& routes);
void add_document_routes(Routes& routes);
void add_product_routes(Routes& routes);
void add_policy_routes(Routes& routes);
void add_token_routes(Routes& routes);
void add_grant_routes(Routes& routes);
void add_request_routes(Routes& routes);
void add_resolve_routes(Routes& routes);
void add_authorize_routes(Routes& routes);
void add_access_routes(Routes& routes);
void add_lease_routes(Routes& routes);
void add_data_routes(Routes& routes);
void add_upload_routes(Routes& routes);
void add_change_routes(Routes& routes);
void add_ledger_routes(Routes& routes);
void add_search_routes(Routes& routes);
void add_secret_routes(Routes& routes);
void add_approval_routes(Routes& routes);
void add_suspension_routes(Routes& routes);
void add_sign_in_routes(Routes& routes);

}  // namespace charter::api
