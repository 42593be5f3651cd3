// What every endpoint shares: who calls, bodies, conditions, representations.
#include "api/endpoint.hpp"

#include "api/authentication.hpp"
#include "charter/base/encoding.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

namespace charter::api {

namespace asio = boost::asio;

namespace {

/// The parts of a comma-separated header.
std::vector<std::string_view> parts(std::string_view text, char separator) {
    std::vector<std::string_view> found;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        const std::string_view part = trimmed(text.substr(0, end));
        if (!part.empty()) {
            found.push_back(part);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return found;
}

/// The revision in `"7"` or `"7-yaml"`; a weak one never matches strongly.
std::optional<std::uint64_t> revision_of(std::string_view etag) {
    if (etag.size() < 3 || etag.front() != '"' || etag.back() != '"') {
        return std::nullopt;
    }
    std::uint64_t revision = 0;
    const char* begin = etag.data() + 1;
    const char* end = etag.data() + etag.size() - 1;
    const auto [stop, error] = std::from_chars(begin, end, revision);
    if (error != std::errc() || (stop != end && *stop != '-')) {
        return std::nullopt;
    }
    return revision;
}

/// Only known parameters, each once; `tag` may come several times.
Result<> check_query(const http::Request& request, const std::vector<std::string_view>& known) {
    for (std::size_t i = 0; i < request.query.size(); ++i) {
        const std::string& name = request.query[i].first;
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            return Error(ErrorCode::invalid_request, "unknown query parameter `" + name + "`");
        }
        for (std::size_t before = 0; before < i && name != "tag"; ++before) {
            if (request.query[before].first == name) {
                return Error(ErrorCode::invalid_request, "query parameter `" + name + "` stands twice");
            }
        }
    }
    return {};
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

void log_cause(const http::Request& request, const Error& error) {
    if (!error.cause().empty()) {
        spdlog::warn("request id={} problem={} cause=\"{}\"", request.id,
                     http::problem_name(error.code()), error.cause());
    }
}

void Routes::add(http::Method method, std::string pattern, std::string decided_by,
                 Endpoint endpoint, std::initializer_list<std::string_view> parameters,
                 http::RouteOptions options) {
    table_.push_back(RouteFacts{method, pattern, std::move(decided_by)});
    const std::vector<std::string_view> known(parameters);
    router_.add(
        method, pattern,
        [&services = services_, endpoint = std::move(endpoint), known](http::Request& request) -> asio::awaitable<http::Response> {
            if (const Result<> may = before_sign_in(services, request); !may) {
                co_return http::problem(may.error(), request.id);
            }
            std::optional<Result<Caller>> at_once = authenticate_at_once(services, request);
            if (!at_once) {
                at_once = co_await authenticate(services, request);
            }
            Result<Caller> caller = after_sign_in(services, request, std::move(*at_once));
            if (!caller) {
                log_cause(request, caller.error());
                co_return http::problem(caller.error(), request.id);
            }
            if (const Result<> checked = check_query(request, known); !checked) {
                co_return http::problem(checked.error(), request.id);
            }
            Result<http::Response> response = co_await endpoint(request, std::move(*caller));
            if (!response) {
                log_cause(request, response.error());
                co_return http::problem(response.error(), request.id);
            }
            co_return std::move(*response);
        },
        options);
}

void Routes::add_open(http::Method method, std::string pattern, http::Handler handler,
                      http::RouteOptions options) {
    table_.push_back(RouteFacts{method, pattern, "-"});
    router_.add(method, pattern, std::move(handler), options);
}

Result<Json> read_body(const http::Request& request) {
    const std::string_view header = request.header("Content-Type");
    const std::string type = lower(trimmed(header.substr(0, header.find(';'))));
    if (type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml") {
        return parse_yaml(request.body);
    }
    if (type.empty() || type == "application/json" ||
        (type == "application/merge-patch+json" && request.method == http::Method::patch)) {
        return parse_json(request.body);
    }
    return Error(ErrorCode::unsupported_media_type, "send application/json or application/yaml");
}

Result<Preconditions> read_preconditions(const http::Request& request) {
    Preconditions preconditions;
    const std::string_view match = trimmed(request.header("If-Match"));
    if (!match.empty() && match != "*") {
        // Several revisions cannot all be the current one; the one that is counts.
        const std::vector<std::string_view> etags = parts(match, ',');
        if (etags.size() != 1) {
            return Error(ErrorCode::invalid_request, "If-Match takes one entity tag");
        }
        // What is no tag of ours matches no revision: revisions begin with 1.
        preconditions.if_match = revision_of(etags.front()).value_or(0);
    }
    const std::string_view none = trimmed(request.header("If-None-Match"));
    if (!none.empty()) {
        if (none != "*") {
            return Error(ErrorCode::invalid_request, "If-None-Match takes `*` for a change");
        }
        preconditions.create_only = true;
    }
    if (match == "*") {
        preconditions.exists_only = true;
    }
    return preconditions;
}

Result<Format> read_accept(const http::Request& request) {
    const std::string_view header = request.header("Accept");
    if (header.empty()) {
        return Format::json;
    }
    double json = -1;
    double yaml = -1;
    for (const std::string_view range : parts(header, ',')) {
        const std::vector<std::string_view> pieces = parts(range, ';');
        if (pieces.empty()) {
            continue;
        }
        const std::string type = lower(pieces.front());
        double quality = 1;
        for (std::size_t i = 1; i < pieces.size(); ++i) {
            if (pieces[i].starts_with("q=")) {
                quality = std::atof(std::string(pieces[i].substr(2)).c_str());
            }
        }
        const auto raise = [&](double& value, double to) { value = std::max(value, to); };
        if (type == "*/*" || type == "application/*") {
            // A wildcard says nothing of YAML in particular.
            raise(json, quality);
            raise(yaml, quality / 2);
        } else if (type == "application/json" || type == "application/problem+json") {
            json = quality;
        } else if (type == "application/yaml" || type == "application/x-yaml") {
            yaml = quality;
        }
    }
    if (json <= 0 && yaml <= 0) {
        return Error(ErrorCode::not_acceptable, "there is application/json and application/yaml");
    }
    return yaml > json ? Format::yaml : Format::json;
}

http::Response show(const http::Request& request, unsigned status, const Json& document,
                    std::uint64_t revision, Format format, std::string_view etag_suffix) {
    std::string etag = "\"" + std::to_string(revision);
    if (!etag_suffix.empty()) {
        etag += "-" + std::string(etag_suffix);
    }
    etag += format == Format::yaml ? "-yaml\"" : "\"";
    http::Response response;
    const bool reading = request.method == http::Method::get || request.method == http::Method::head;
    const std::vector<std::string_view> known =
        reading ? parts(request.header("If-None-Match"), ',') : std::vector<std::string_view>{};
    const bool same = std::any_of(known.begin(), known.end(), [&](std::string_view each) {
        return each == "*" || each == etag || (each.starts_with("W/") && each.substr(2) == etag);
    });
    if (same) {
        response.status = 304;
    } else {
        response = show_plain(status, document, format);
    }
    if (same) {
        response.headers.emplace_back("Vary", vary);
    }
    response.headers.emplace_back("ETag", std::move(etag));
    return response;
}

http::Response show_plain(unsigned status, const Json& document, Format format) {
    http::Response response;
    response.status = status;
    response.content_type = format == Format::yaml ? "application/yaml" : "application/json";
    response.body = format == Format::yaml ? to_yaml(document) : document.dump();
    response.headers.emplace_back("Vary", vary);
    response.headers.emplace_back("Cache-Control", "private, no-cache");
    return response;
}

Result<std::size_t> read_limit(const http::Request& request) {
    std::size_t value = limits::list_items_default;
    if (const auto limit = request.query_value("limit")) {
        const char* end = limit->data() + limit->size();
        const auto [stop, error] = std::from_chars(limit->data(), end, value);
        if (error != std::errc() || stop != end || value < 1 || value > limits::list_items_max) {
            return Error(ErrorCode::invalid_request,
                         "limit is 1 to " + std::to_string(limits::list_items_max));
        }
    }
    return value;
}

Result<Paging> read_paging(const http::Request& request) {
    Paging paging;
    const Result<std::size_t> limit = read_limit(request);
    if (!limit) {
        return limit.error();
    }
    paging.limit = *limit;
    if (const auto cursor = request.query_value("cursor")) {
        Result<std::string> after = from_base64url(*cursor);
        if (!after || after->size() < 2 || after->front() != 'a') {
            return Error(ErrorCode::invalid_request, "the cursor is none that this list gave");
        }
        paging.after = after->substr(1);
    }
    return paging;
}

std::string make_cursor(std::string_view after) {
    return to_base64url("a" + std::string(after));
}

http::Response show_list(Json items, const std::optional<std::string>& next, Format format) {
    Json page = Json::object();
    page["items"] = std::move(items);
    page["next"] = next ? Json(*next) : Json();
    return show_plain(200, page, format);
}

}  // namespace charter::api
