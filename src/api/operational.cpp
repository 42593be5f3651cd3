// What is open to anybody: GET /healthz, /readyz, /metrics, /version,
// /openapi.json and /.
#include "api/endpoint.hpp"
#include "charter/identity/issuers.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

namespace {

constexpr std::string_view front_page = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Charter</title></head>
<body><h1>Charter</h1>
<p>A federated data catalog and access-governance server.</p>
<p>The API is described in <a href="/openapi.json">/openapi.json</a>.</p>
</body></html>
)";

/// So that an issuer whose keys cannot be had is seen before they run out.
std::string issuer_metrics(const std::vector<IssuerStatus>& issuers, UtcTime now) {
    std::string keys, age;
    for (const IssuerStatus& issuer : issuers) {
        const std::string label = "{issuer=\"" + issuer.name + "\"} ";
        keys += "charter_issuer_keys" + label + std::to_string(issuer.keys) + "\n";
        if (issuer.fetched_at) {
            const auto passed = std::chrono::floor<std::chrono::seconds>(now - *issuer.fetched_at);
            age += "charter_issuer_keys_age_seconds" + label + std::to_string(passed.count()) + "\n";
        }
    }
    std::string text;
    if (!keys.empty()) {
        text += "# HELP charter_issuer_keys Keys that verify tokens now; 0: all its tokens are refused.\n"
                "# TYPE charter_issuer_keys gauge\n" + keys;
    }
    if (!age.empty()) {
        text += "# HELP charter_issuer_keys_age_seconds Since they were last known to be right.\n"
                "# TYPE charter_issuer_keys_age_seconds gauge\n" + age;
    }
    return text;
}

}  // namespace

void add_operational_routes(Routes& routes) {
    const Services& services = routes.services();
    const auto fixed = [&](std::string pattern, std::string content_type, std::string body) {
        routes.add_open(http::Method::get, std::move(pattern),
                        [content_type = std::move(content_type),
                         body = std::move(body)](http::Request&) -> asio::awaitable<http::Response> {
                            http::Response response;
                            response.content_type = content_type;
                            response.body = body;
                            co_return response;
                        });
    };
    fixed("/healthz", "application/json", R"({"status":"alive"})");
    fixed("/version", "application/json", Json{{"version", std::string(services.version)}}.dump());
    fixed("/openapi.json", "application/json", services.openapi_json);
    routes.add_open(http::Method::get, "/", [](http::Request&) -> asio::awaitable<http::Response> {
        http::Response response;
        response.content_type = "text/html; charset=utf-8";
        response.headers.emplace_back("Content-Security-Policy",
                                      "default-src 'none'; frame-ancestors 'none'");
        response.body = front_page;
        co_return response;
    });
    routes.add_open(http::Method::get, "/readyz",
                    [&services](http::Request& request) -> asio::awaitable<http::Response> {
                        const Result<std::uint64_t> journal = services.reader.journal_end();
                        if (!journal) {
                            co_return http::problem(journal.error(), request.id);
                        }
                        co_return http::json_response(200, R"({"status":"ready"})");
                    });
    routes.add_open(http::Method::get, "/metrics",
                    [&services](http::Request&) -> asio::awaitable<http::Response> {
                        http::Response response;
                        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                        const UtcTime now = services.writer.now();
                        response.body = services.metrics.render() +
                                        issuer_metrics(services.issuers.status(now), now);
                        co_return response;
                    });
}

}  // namespace charter::api
