#pragma once

#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/catalog/resource.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace charter {

/// The signatures that are verified. Source: RFC 7518 section 3.1, RFC 8037 section 3.1.
enum class SignatureAlgorithm { rs256, rs384, rs512, ps256, es256, es384, eddsa };

/// Where the keys of an issuer come from.
enum class KeySource {
    discovery,  // <issuer>/.well-known/openid-configuration says where
    url,        // jwks_url
    file,       // jwks_file
};

/// Tokens that speak for a service: those that have the claim, with this value where one is said.
struct ServiceWhen {
    std::string claim;
    std::optional<std::string> equals;  // a string as it is; a number or boolean as JSON writes it
};

/// What an issuer may say about its subjects. `*` in a pattern stands for any characters.
struct MayAssert {
    std::optional<std::vector<std::string>> names;  // patterns of Charter names; none said: any name
    std::vector<std::string> groups;                // patterns; none: no group
};

/// The client of web sign-in.
struct SignInSettings {
    std::string client_id;
    std::filesystem::path client_secret_file;  // empty: a public client
    std::vector<std::string> scopes;           // has "openid"
};

/// One entry of `issuers:` in the configuration. A claim is named as it stands in the token, or
/// by dots from an object into it (realm_access.roles); the whole name is looked for first.
struct IssuerSettings {
    std::string name;                   // a Charter name, unique
    std::string issuer;                 // `iss`, exactly; http or https, unique
    std::vector<std::string> audience;  // one of these is in `aud`
    KeySource key_source = KeySource::discovery;
    std::string jwks_url;
    std::filesystem::path jwks_file;
    std::vector<SignatureAlgorithm> algorithms;  // allowed; none said: all
    std::chrono::seconds leeway{30};             // for exp and nbf; at most limits::token_leeway_max
    std::vector<std::string> name_claims;        // the first that gives a name
    std::string groups_claim;
    std::map<std::string, std::string> tags;  // tag key -> claim
    Kind kind = Kind::user;                   // of all its subjects, unless
    std::optional<ServiceWhen> service_when;
    MayAssert may_assert;
    std::optional<SignInSettings> sign_in;  // with discovery only
};

/// Reads the list under `issuers:`; at most limits::issuers_max.
///
///     issuers:
///       - name: corp
///         issuer: https://login.example/realms/corp
///         audience: charter               # or a list
///         discovery: true                 # the default; or jwks_url: URL, or jwks_file: FILE
///         algorithms: [RS256, ES256]
///         leeway_s: 30
///         name_claim: preferred_username  # default: preferred_username, email, sub
///         groups_claim: groups
///         tags: {region: "https://corp.example/region"}
///         kind: user                      # or service; or service_when: {claim: idtyp, equals: app}
///         may_assert: {names: ["*"], groups: ["data-*"], tags: [region]}
///         sign_in: {client_id: charter, client_secret_file: FILE, scopes: [openid, email]}
///
/// Errors: invalid_request (names the place; an unknown key with the nearest known one).
Result<std::vector<IssuerSettings>> parse_issuers(const Json& list);

}  // namespace charter
