// Any bytes as a token: only the one good token is ever accepted. Its key is that of
// RFC 8037 appendix A.2, whose signatures have one form only. What begins with '{' is a header, a
// line of claims and a signature that are encoded first, so that mutations get that deep.

#include "fuzz.hpp"

#include "charter/base/encoding.hpp"
#include "charter/identity/issuers.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>

using namespace charter;
using namespace charter::fuzz;

namespace {

// Claims: iss https://a, sub ana, aud charter, exp 4102444800. tests/fuzz/seeds/jwt/good.
constexpr std::string_view good =
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImsifQ.eyJpc3MiOiJodHRwczovL2EiLCJzdWIiOiJhbmEiLCJhdWQiOiJja"
    "GFydGVyIiwiZXhwIjo0MTAyNDQ0ODAwfQ.aMpt6dGP1fQSfRakoAbANB6M-R-EEaC3-mEUWiTVtOS4CgWT_Ke1rF"
    "vyjIdul4k5g0zKeTRESuk90seASRKQAg";
constexpr std::string_view key_set =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

std::string token_of(std::string_view bytes) {
    if (!bytes.starts_with('{')) {
        return std::string(bytes);
    }
    const std::size_t first = std::min(bytes.find('\n'), bytes.size());
    const std::size_t second = std::min(bytes.find('\n', first + 1), bytes.size());
    const auto part = [&](std::size_t begin, std::size_t end) {
        return to_base64url(bytes.substr(std::min(begin, end), end - std::min(begin, end)));
    };
    return part(0, first) + "." + part(first + 1, second) + "." + part(second + 1, bytes.size());
}

boost::asio::awaitable<Result<FetchResponse>> answer(FetchRequest) {
    FetchResponse response;
    response.status = 200;
    response.body = std::string(key_set);
    co_return response;
}

using Verified = Result<std::shared_ptr<const Identity>>;

boost::asio::awaitable<void> verify_into(Issuers& issuers, std::string_view token, UtcTime now,
                                         std::optional<Verified>& result) {
    co_await issuers.refresh_due(now);
    result.emplace(co_await issuers.verify(token, now));
}

IssuerSettings settings() {
    IssuerSettings issuer;
    issuer.name = "a";
    issuer.issuer = "https://a";
    issuer.audience = {"charter"};
    issuer.key_source = KeySource::url;
    issuer.jwks_url = "https://a/keys";
    issuer.name_claims = {"preferred_username", "sub"};
    issuer.groups_claim = "groups";
    issuer.may_assert.groups = {"*"};
    return issuer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Issuers issuers({settings()}, answer);
    static const UtcTime now = parse_time("2026-11-21T09:00:00Z").value();
    const std::string token = token_of(text_of(data, size));
    std::optional<Verified> result;
    boost::asio::io_context context;
    boost::asio::co_spawn(context, verify_into(issuers, token, now, result),
                          boost::asio::detached);
    context.run();
    expect(result.has_value(), "a token is answered");
    expect(result->has_value() == (token == good), "only the good token is accepted", token);
    const auto remembered = issuers.remembered(token, now);
    expect((remembered != nullptr) == (token == good), "only the good token is remembered", token);
    if (!result->has_value()) {
        expect_same("one answer for all", result->error().message(), "a valid token is needed");
        expect(result->error().cause().size() < 300, "a cause is short");
    }
    return 0;
}
