// What is open to anybody: GET /healthz, /readyz, /metrics, /version,
// /openapi.json and /.
#include "api/endpoint.hpp"

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
                        response.body = services.metrics.render();
                        co_return response;
                    });
}

}  // namespace charter::api
