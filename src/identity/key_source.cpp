#include "key_source.hpp"

#include "charter/base/json.hpp"
#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace charter {
namespace asio = boost::asio;

namespace {

Error unavailable(std::string cause) {
    return Error(ErrorCode::unavailable, "the issuer cannot be asked", std::move(cause));
}

std::string cause_of(const Error& error) {
    return error.cause().empty() ? error.message() : error.cause();
}

/// "" for what is not there or may not be used: https, or http where the issuer is.
std::string url_of(const Json& document, const char* member, std::string_view issuer) {
    const auto found = document.find(member);
    if (found == document.end() || !found->is_string()) {
        return {};
    }
    const std::string url = found->get<std::string>();
    const bool allowed = url.starts_with("https://") ||
                         (url.starts_with("http://") && issuer.starts_with("http://"));
    // It goes into headers and logs.
    const bool visible = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
    return allowed && visible && url.size() <= limits::url_bytes_max ? url : std::string();
}

asio::awaitable<Result<std::string>> get(const Fetch& fetch, std::string url) {
    FetchRequest request;
    request.url = url;
    request.headers.emplace_back("accept", "application/json");
    request.deadline = limits::issuer_call_deadline;
    request.answer_bytes_max = limits::issuer_answer_bytes_max;
    Result<FetchResponse> response = co_await fetch(std::move(request));
    if (!response) {
        co_return unavailable(url + ": " + cause_of(response.error()));
    }
    if (response->status != 200) {
        co_return unavailable(url + ": answered " + std::to_string(response->status));
    }
    if (response->body.size() > limits::issuer_answer_bytes_max) {
        co_return unavailable(url + ": longer than issuer_answer_bytes_max");
    }
    co_return std::move(response->body);
}

Result<KeySet> read_keys(std::string_view text, const std::string& from) {
    Result<KeySet> keys = KeySet::parse(text);
    return keys ? std::move(keys) : unavailable(from + ": " + cause_of(keys.error()));
}

Result<KeySet> keys_of_file(const std::filesystem::path& file) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(file, failed)) {  // a pipe would block
        return unavailable(file.string() + ": no such file");
    }
    std::ifstream in(file, std::ios::binary);
    std::string text(limits::issuer_answer_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (in.bad() || (text.empty() && !in.eof())) {
        return unavailable(file.string() + ": cannot be read");
    }
    if (text.size() > limits::issuer_answer_bytes_max) {
        return unavailable(file.string() + ": longer than issuer_answer_bytes_max");
    }
    return read_keys(text, file.string());
}

/// Section 4: a slash at the end of the issuer is left out.
std::string discovery_url(std::string issuer) {
    while (issuer.ends_with('/')) {
        issuer.pop_back();
    }
    return issuer + "/.well-known/openid-configuration";
}

}  // namespace

Result<Discovered> read_discovery(std::string_view text, std::string_view issuer) {
    const Result<Json> document = parse_json(text);
    if (!document || !document->is_object()) {
        return unavailable("the discovery document is not a strict JSON object");
    }
    const auto named = document->find("issuer");
    if (named == document->end() || !named->is_string() ||
        named->get_ref<const std::string&>() != issuer) {
        return unavailable("the discovery document is of another issuer");
    }
    Discovered found;
    found.jwks_uri = url_of(*document, "jwks_uri", issuer);
    if (found.jwks_uri.empty()) {
        return unavailable("the discovery document has no `jwks_uri` with https");
    }
    SignInEndpoints endpoints;
    endpoints.authorization_endpoint = url_of(*document, "authorization_endpoint", issuer);
    endpoints.token_endpoint = url_of(*document, "token_endpoint", issuer);
    endpoints.end_session_endpoint = url_of(*document, "end_session_endpoint", issuer);
    if (!endpoints.authorization_endpoint.empty() && !endpoints.token_endpoint.empty()) {
        found.endpoints = std::move(endpoints);
    }
    return found;
}

asio::awaitable<Result<IssuerFacts>> load_facts(const IssuerSettings& settings,
                                                const Fetch& fetch) {
    IssuerFacts facts;
    std::string url = settings.jwks_url;
    if (settings.key_source == KeySource::file) {
        Result<KeySet> keys = keys_of_file(settings.jwks_file);
        if (!keys) {
            co_return keys.error();
        }
        facts.keys = std::move(*keys);
        co_return facts;
    }
    if (settings.key_source == KeySource::discovery) {
        const std::string from = discovery_url(settings.issuer);
        const Result<std::string> text = co_await get(fetch, from);
        if (!text) {
            co_return text.error();
        }
        Result<Discovered> found = read_discovery(*text, settings.issuer);
        if (!found) {
            co_return unavailable(from + ": " + found.error().cause());
        }
        url = found->jwks_uri;
        facts.endpoints = std::move(found->endpoints);
    }
    const Result<std::string> text = co_await get(fetch, url);
    if (!text) {
        co_return text.error();
    }
    Result<KeySet> keys = read_keys(*text, url);
    if (!keys) {
        co_return keys.error();
    }
    facts.keys = std::move(*keys);
    co_return facts;
}

}  // namespace charter
