#include "charter/identity/issuer_settings.hpp"

#include "settings_reader.hpp"
#include "signature.hpp"

#include "charter/base/limits.hpp"
#include "charter/catalog/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace charter {

namespace {

constexpr std::array<std::string_view, 15> issuer_keys = {
    "name",       "issuer",     "audience", "discovery", "jwks_url",     "jwks_file",  "algorithms",
    "leeway_s",   "name_claim", "tags",     "kind",      "service_when", "may_assert", "sign_in",
    "groups_claim"};
constexpr std::array<std::string_view, 2> service_keys = {"claim", "equals"};
constexpr std::array<std::string_view, 3> assert_keys = {"names", "groups", "tags"};
constexpr std::array<std::string_view, 3> sign_in_keys = {"client_id", "client_secret_file",
                                                          "scopes"};

bool is_url(std::string_view url) {
    const std::size_t scheme = url.starts_with("https://")  ? 8
                               : url.starts_with("http://") ? 7
                                                            : 0;
    const auto allowed = [](char c) {
        return c > ' ' && c < '\x7f' && std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
    };
    const std::string_view authority = url.substr(scheme, url.find_first_of("/?", scheme) - scheme);
    return scheme > 0 && url.size() <= limits::url_bytes_max && !authority.empty() &&
           authority.find('@') == std::string_view::npos && std::ranges::all_of(url, allowed);
}

/// Keys that travel in the clear may be anybody's: only where the issuer itself does.
void read_key_source(SettingsReader& reader, IssuerSettings& issuer) {
    const std::optional<bool> discovery = reader.flag("discovery");
    issuer.jwks_url = reader.text("jwks_url");
    issuer.jwks_file = reader.text("jwks_file");
    const int said = (discovery.value_or(false) ? 1 : 0) + (issuer.jwks_url.empty() ? 0 : 1) +
                     (issuer.jwks_file.empty() ? 0 : 1);
    if (said > 1 || (said == 0 && discovery)) {
        reader.fail("", "one of `discovery`, `jwks_url` and `jwks_file`");
    }
    if (!issuer.jwks_url.empty()) {
        issuer.key_source = KeySource::url;
        if (!is_url(issuer.jwks_url) ||
            (issuer.jwks_url.starts_with("http:") && !issuer.issuer.starts_with("http:"))) {
            reader.fail("jwks_url", "an https URL is expected");
        }
    } else if (!issuer.jwks_file.empty()) {
        issuer.key_source = KeySource::file;
    }
}

void read_algorithms(SettingsReader& reader, IssuerSettings& issuer) {
    for (const std::string& name : reader.texts("algorithms")) {
        if (const auto algorithm = algorithm_named(name)) {
            issuer.algorithms.push_back(*algorithm);
        } else {
            reader.fail("algorithms",
                        "RS256, RS384, RS512, PS256, ES256, ES384 and EdDSA are known");
        }
    }
}

void read_tags(SettingsReader& reader, IssuerSettings& issuer) {
    const Json* tags = reader.field("tags");
    if (tags == nullptr) {
        return;
    }
    if (!tags->is_object() || tags->size() > limits::tag_keys_max) {
        reader.fail("tags", "`key: claim` lines are expected");
        return;
    }
    for (const auto& [key, claim] : tags->items()) {
        if (!check_name(key) || !claim.is_string() || claim.get_ref<const std::string&>().empty()) {
            reader.fail("tags", "`" + key + "`: a tag's key and a claim are expected");
            return;
        }
        issuer.tags[key] = claim.get<std::string>();
    }
}

void read_kind(SettingsReader& reader, IssuerSettings& issuer) {
    const std::string kind = reader.text("kind");
    if (!kind.empty() && kind != "user" && kind != "service") {
        reader.fail("kind", "`user` or `service` is expected");
    }
    issuer.kind = kind == "service" ? Kind::service : Kind::user;
    auto when = reader.object("service_when", service_keys);
    if (!when) {
        return;
    }
    if (!kind.empty()) {
        reader.fail("service_when", "not beside `kind`");
    }
    ServiceWhen service;
    service.claim = when->text("claim", SettingsReader::required);
    if (const Json* equals = when->field("equals")) {
        if (equals->is_structured() || equals->is_null()) {
            when->fail("equals", "a value is expected");
        }
        service.equals = equals->is_string() ? equals->get<std::string>() : equals->dump();
    }
    issuer.service_when = std::move(service);
}

bool is_name_pattern(std::string_view pattern) {
    return pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-*") ==
           std::string_view::npos;
}

void read_may_assert(SettingsReader& reader, IssuerSettings& issuer) {
    auto may = reader.object("may_assert", assert_keys);
    if (!may) {
        return;
    }
    if (may->field("names") != nullptr) {
        issuer.may_assert.names = may->texts("names");
        if (!std::ranges::all_of(*issuer.may_assert.names, is_name_pattern)) {
            may->fail("names", "a name has a-z 0-9 - only, and * stands for any of them");
        }
    }
    issuer.may_assert.groups = may->texts("groups");
    if (may->field("tags") == nullptr) {
        return;
    }
    const std::vector<std::string> keys = may->texts("tags");
    for (const auto& [key, claim] : issuer.tags) {
        if (std::ranges::find(keys, key) == keys.end()) {
            may->fail("tags", "`" + key + "` has a claim and is not here");
        }
    }
    for (const std::string& key : keys) {
        if (!issuer.tags.contains(key)) {
            may->fail("tags", "`" + key + "` has no claim under the issuer's `tags`");
        }
    }
}

void read_sign_in(SettingsReader& reader, IssuerSettings& issuer) {
    auto sign_in = reader.object("sign_in", sign_in_keys);
    if (!sign_in) {
        return;
    }
    SignInSettings settings;
    settings.client_id = sign_in->text("client_id", SettingsReader::required);
    settings.client_secret_file = sign_in->text("client_secret_file");
    settings.scopes = sign_in->texts("scopes");
    if (settings.scopes.empty()) {
        settings.scopes = {"openid", "profile", "email"};
    }
    const auto bad_scope = [](const std::string& scope) {  // RFC 6749 section 3.3
        return !std::ranges::all_of(scope, [](char c) {
            return c > ' ' && c < '\x7f' && c != '"' && c != '\\';
        });
    };
    if (std::ranges::any_of(settings.scopes, bad_scope) ||
        std::ranges::find(settings.scopes, "openid") == settings.scopes.end()) {
        sign_in->fail("scopes", "words without spaces are expected, `openid` among them");
    }
    if (issuer.key_source != KeySource::discovery) {
        sign_in->fail("", "needs discovery, which tells where to sign in");
    }
    issuer.sign_in = std::move(settings);
}

IssuerSettings read_issuer(SettingsReader& reader) {
    IssuerSettings issuer;
    issuer.name = reader.text("name", SettingsReader::required);
    if (const Result<> checked = check_name(issuer.name); !issuer.name.empty() && !checked) {
        reader.fail("name", checked.error().message());
    }
    issuer.issuer = reader.text("issuer", SettingsReader::required);
    if (!issuer.issuer.empty() &&
        (!is_url(issuer.issuer) || issuer.issuer.find('?') != std::string::npos)) {
        reader.fail("issuer", "a URL such as https://login.example is expected");
    }
    issuer.audience = reader.texts("audience", SettingsReader::required);
    read_key_source(reader, issuer);
    read_algorithms(reader, issuer);
    issuer.leeway = std::chrono::seconds(
        reader.integer("leeway_s", 0, limits::token_leeway_max.count()).value_or(30));
    issuer.name_claims = {"preferred_username", "email", "sub"};
    if (std::string claim = reader.text("name_claim"); !claim.empty()) {
        issuer.name_claims = {std::move(claim)};
    }
    const std::string groups_claim = reader.text("groups_claim");
    issuer.groups_claim = groups_claim.empty() ? "groups" : groups_claim;
    read_tags(reader, issuer);
    read_kind(reader, issuer);
    read_may_assert(reader, issuer);
    read_sign_in(reader, issuer);
    return issuer;
}

}  // namespace

Result<std::vector<IssuerSettings>> parse_issuers(const Json& list) {
    std::string problem;
    std::vector<IssuerSettings> issuers;
    if (!list.is_array() || list.size() > limits::issuers_max) {
        return Error(ErrorCode::invalid_request, "issuers: a list of at most " +
                                                     std::to_string(limits::issuers_max) +
                                                     " is expected");
    }
    for (std::size_t i = 0; i < list.size() && problem.empty(); ++i) {
        SettingsReader reader(list[i], "issuers[" + std::to_string(i) + "]", issuer_keys, problem);
        IssuerSettings issuer = read_issuer(reader);
        for (const IssuerSettings& before : issuers) {
            if (before.name == issuer.name || before.issuer == issuer.issuer) {
                reader.fail(before.name == issuer.name ? "name" : "issuer",
                            "another issuer has the same");
            }
        }
        issuers.push_back(std::move(issuer));
    }
    if (!problem.empty()) {
        return Error(ErrorCode::invalid_request, problem);
    }
    return issuers;
}

}  // namespace charter
