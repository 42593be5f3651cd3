#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/fetch.hpp"
#include "charter/base/result.hpp"
#include "charter/identity/identity.hpp"
#include "charter/identity/issuer_settings.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// Where web sign-in sends the browser, as the issuer's discovery document says.
struct SignInEndpoints {
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string end_session_endpoint;  // empty: the issuer has none
};

/// How the keys of an issuer are.
struct IssuerStatus {
    std::string name;
    std::size_t keys = 0;               // usable now; 0: all its tokens are refused
    std::optional<UtcTime> fetched_at;  // when they were last known to be right
    std::string problem;                // of the last attempt to get them; empty: none
};

/// Verifies the JSON web tokens (RFC 7519) of the configured issuers.
///
/// It starts nothing by itself. Somebody calls refresh_due() once before the server listens
/// and about every second from then on; a call does nothing while nothing is due. What it does:
/// - an issuer's keys are fetched at the first call and every 10 minutes (a tenth more or
///   less), one minute after a failure. Keys that cannot be fetched again are used for
///   24 hours and then no longer;
/// - a file of keys is read every minute, on the thread of the caller.
/// Besides, a token with an unknown `kid` makes verify() fetch, at most once a minute for each
/// issuer; whoever comes meanwhile waits for the same answer, and whoever comes after it
/// within the minute is refused at once.
/// An issuer that does not answer never makes a call fail that is not about its own tokens.
///
/// Thread-safe; may be called from any executor. Must outlive its calls, as must `fetch`:
/// end the calls of `fetch` before the executors end. Tokens are kept nowhere, only their hashes.
class Issuers {
public:
    /// Told of every change from working to not working and back, and of keys that are skipped:
    /// for the log. Called from any thread.
    using Notice = std::function<void(const std::string& issuer, const std::string& what)>;

    Issuers(std::vector<IssuerSettings> settings, Fetch fetch, Notice notice = nullptr);
    ~Issuers();
    Issuers(const Issuers&) = delete;
    Issuers& operator=(const Issuers&) = delete;

    /// Whose token this is, if it was verified before, has not expired and its key still counts;
    /// else null: verify it. Never waits; takes less than a microsecond.
    std::shared_ptr<const Identity> remembered(std::string_view token, UtcTime now) const;

    /// Verifies a token and remembers it. `token` must outlive the await.
    /// Errors: unauthenticated, with one message for all; the cause says why, without the token.
    boost::asio::awaitable<Result<std::shared_ptr<const Identity>>> verify(std::string_view token,
                                                                           UtcTime now);

    /// Verifies the ID token that web sign-in got from the token endpoint of this issuer: its
    /// audience is the client of `sign_in`, and it has this nonce. Not remembered.
    /// The arguments must outlive the await. Source: OpenID Connect Core 1.0 section 3.1.3.7.
    /// Errors: as verify(); also for an issuer without `sign_in`.
    boost::asio::awaitable<Result<std::shared_ptr<const Identity>>> verify_id_token(
        std::string_view issuer_name, std::string_view token, std::string_view nonce, UtcTime now);

    /// Fetches the keys that are due, one issuer after the other. Throws nothing.
    boost::asio::awaitable<void> refresh_due(UtcTime now);

    /// As the configuration has them, in its order.
    const std::vector<IssuerSettings>& settings() const noexcept { return settings_; }
    /// Nothing until discovery has answered once, or for an issuer without `sign_in`.
    std::optional<SignInEndpoints> endpoints(std::string_view issuer_name) const;
    std::vector<IssuerStatus> status(UtcTime now) const;

private:
    class Core;

    std::vector<IssuerSettings> settings_;
    std::unique_ptr<Core> core_;
};

}  // namespace charter
