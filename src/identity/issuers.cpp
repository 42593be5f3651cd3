#include "charter/identity/issuers.hpp"

#include "claims.hpp"
#include "issuer_keys.hpp"
#include "jwt.hpp"
#include "refused.hpp"
#include "remembered_tokens.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace charter {
namespace asio = boost::asio;

namespace {

using IdentityPtr = std::shared_ptr<const Identity>;

/// A text claim; "" when it is not there or not a text.
std::string text_claim(const Json& claims, std::string_view name) {
    const auto found = claims.find(name);
    return found != claims.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

class Issuers::Core {
public:
    struct Issuer {
        Issuer(const IssuerSettings& of, const Fetch& fetch, const Notice& notice)
            : settings(of), keys(of, fetch, notice) {}

        const IssuerSettings& settings;
        IssuerKeys keys;
    };

    Core(const std::vector<IssuerSettings>& settings, Fetch fetch, Notice notice)
        : fetch_(std::move(fetch)), notice_(std::move(notice)) {
        for (const IssuerSettings& each : settings) {
            issuers.push_back(std::make_unique<Issuer>(each, fetch_, notice_));
        }
    }

    Issuer* named(std::string_view name) const {
        const auto found = std::ranges::find_if(
            issuers, [&](const auto& issuer) { return issuer->settings.name == name; });
        return found == issuers.end() ? nullptr : found->get();
    }

    Result<Issuer*> issuer_of(const ParsedToken& token) const {
        const std::string url = text_claim(token.claims, "iss");
        const auto found = std::ranges::find_if(
            issuers, [&](const auto& issuer) { return issuer->settings.issuer == url; });
        if (url.empty() || found == issuers.end()) {
            return refused("no issuer is " + shown(url));
        }
        const std::vector<SignatureAlgorithm>& allowed = (*found)->settings.algorithms;
        if (!allowed.empty() && std::ranges::find(allowed, token.algorithm) == allowed.end()) {
            return refused("the issuer may not use this `alg`");
        }
        return found->get();
    }

    /// The last step: nothing of the claims is believed before it.
    asio::awaitable<Result<VerifiedToken>> verify(Issuer& issuer, const ParsedToken& token,
                                                  UtcTime now) {
        KeySet::Choice choice = issuer.keys.choose(token.kid, token.algorithm, now);
        if (choice.unknown) {
            co_await issuer.keys.ask(now);
            choice = issuer.keys.choose(token.kid, token.algorithm, now);
        }
        if (!choice.key) {
            co_return refused(std::string(choice.problem) +
                              (token.kid ? ": " + shown(*token.kid) : std::string()));
        }
        if (!verify_signature(*choice.key, token.algorithm, token.signed_text, token.signature)) {
            co_return refused("the signature is wrong");
        }
        Result<Identity> identity = identity_of(token.claims, issuer.settings);
        if (!identity) {
            co_return identity.error();
        }
        VerifiedToken verified;
        verified.identity = std::move(*identity);
        verified.ends_at = verified.identity.expires_at + issuer.settings.leeway;
        verified.key = std::move(choice.key);
        verified.keys = &issuer.keys;
        co_return verified;
    }

    bool sweep_is_due(UtcTime now) {
        const std::lock_guard lock(mutex_);
        const bool due = now >= swept_at_ + limits::issuer_keys_retry || now < swept_at_;
        swept_at_ = due ? now : swept_at_;
        return due;
    }

    std::vector<std::unique_ptr<Issuer>> issuers;
    RememberedTokens remembered;

private:
    const Fetch fetch_;
    const Notice notice_;
    std::mutex mutex_;
    UtcTime swept_at_{};
};

Issuers::Issuers(std::vector<IssuerSettings> settings, Fetch fetch, Notice notice)
    : settings_(std::move(settings)),
      core_(std::make_unique<Core>(settings_, std::move(fetch), std::move(notice))) {}

Issuers::~Issuers() = default;

IdentityPtr Issuers::remembered(std::string_view token, UtcTime now) const {
    return token.size() > limits::token_bytes_max ? nullptr : core_->remembered.find(token, now);
}

asio::awaitable<Result<IdentityPtr>> Issuers::verify(std::string_view token, UtcTime now) {
    const Result<ParsedToken> parsed = parse_token(token);
    if (!parsed) {
        co_return parsed.error();
    }
    const Result<Core::Issuer*> issuer = core_->issuer_of(*parsed);
    if (!issuer) {
        co_return issuer.error();
    }
    const IssuerSettings& settings = (*issuer)->settings;
    const Result<> checked = check_claims(parsed->claims, settings.audience, settings.leeway, now);
    if (!checked) {
        co_return checked.error();
    }
    Result<VerifiedToken> verified = co_await core_->verify(**issuer, *parsed, now);
    if (!verified) {
        co_return verified.error();
    }
    co_return core_->remembered.add(token, std::move(*verified));
}

asio::awaitable<Result<IdentityPtr>> Issuers::verify_id_token(std::string_view issuer_name,
                                                              std::string_view token,
                                                              std::string_view nonce,
                                                              UtcTime now) {
    const Core::Issuer* named = core_->named(issuer_name);
    if (named == nullptr || !named->settings.sign_in) {
        co_return refused("nobody signs in with this issuer");
    }
    const Result<ParsedToken> parsed = parse_token(token);
    if (!parsed) {
        co_return parsed.error();
    }
    const Result<Core::Issuer*> issuer = core_->issuer_of(*parsed);
    if (!issuer || *issuer != named) {
        co_return issuer ? refused("the token is of another issuer") : issuer.error();
    }
    const std::vector<std::string> client = {named->settings.sign_in->client_id};
    const Result<> checked =
        check_claims(parsed->claims, client, named->settings.leeway, now);
    if (!checked) {
        co_return checked.error();
    }
    if (parsed->claims.contains("azp") && text_claim(parsed->claims, "azp") != client.front()) {
        co_return refused("`azp` is another client");
    }
    if (nonce.empty() || !equal_constant_time(text_claim(parsed->claims, "nonce"), nonce)) {
        co_return refused("`nonce` is another one");
    }
    Result<VerifiedToken> verified = co_await core_->verify(**issuer, *parsed, now);
    if (!verified) {
        co_return verified.error();
    }
    co_return std::make_shared<const Identity>(std::move(verified->identity));
}

asio::awaitable<void> Issuers::refresh_due(UtcTime now) {
    for (const auto& issuer : core_->issuers) {
        if (issuer->keys.due(now)) {
            co_await issuer->keys.refresh(now);
        }
    }
    if (core_->sweep_is_due(now)) {
        core_->remembered.sweep(now);
    }
}

std::optional<SignInEndpoints> Issuers::endpoints(std::string_view issuer_name) const {
    const Core::Issuer* issuer = core_->named(issuer_name);
    return issuer != nullptr && issuer->settings.sign_in ? issuer->keys.endpoints() : std::nullopt;
}

std::vector<IssuerStatus> Issuers::status(UtcTime now) const {
    std::vector<IssuerStatus> all;
    for (const auto& issuer : core_->issuers) {
        all.push_back(issuer->keys.status(now));
    }
    return all;
}

}  // namespace charter
