// The list `issuers:` of the configuration.
#include "charter/identity/issuer_settings.hpp"

#include "charter/base/limits.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace charter {
namespace {

using Strings = std::vector<std::string>;

Result<std::vector<IssuerSettings>> parse(const std::string& yaml) {
    return parse_issuers(parse_yaml(yaml).value());
}

const std::string least = "- {name: corp, issuer: 'https://login.example', audience: charter";

/// The problem with one issuer that has this beside the least.
std::string problem(const std::string& more) {
    const auto issuers = parse(least + (more.empty() ? "" : ", ") + more + "}");
    if (issuers) {
        return "";
    }
    EXPECT_EQ(issuers.error().code(), ErrorCode::invalid_request);
    return issuers.error().message();
}

TEST(IssuerSettings, TheLeastGivesTheDefaults) {
    const auto issuers = parse(least + "}");
    ASSERT_TRUE(issuers) << issuers.error().message();
    const IssuerSettings& issuer = issuers->at(0);
    EXPECT_EQ(issuer.name, "corp");
    EXPECT_EQ(issuer.issuer, "https://login.example");
    EXPECT_EQ(issuer.audience, Strings{"charter"});
    EXPECT_EQ(issuer.key_source, KeySource::discovery);
    EXPECT_TRUE(issuer.algorithms.empty());
    EXPECT_EQ(issuer.leeway, std::chrono::seconds(30));
    EXPECT_EQ(issuer.name_claims, (Strings{"preferred_username", "email", "sub"}));
    EXPECT_EQ(issuer.groups_claim, "groups");
    EXPECT_EQ(issuer.kind, Kind::user);
    EXPECT_FALSE(issuer.may_assert.names);
    EXPECT_TRUE(issuer.may_assert.groups.empty());
    EXPECT_FALSE(issuer.sign_in);
    EXPECT_TRUE(parse("[]")->empty());
}

TEST(IssuerSettings, EverythingIsRead) {
    const auto issuers = parse(R"(
- name: corp
  issuer: https://login.example/realms/corp/
  audience: [charter, other]
  discovery: true
  algorithms: [RS256, EdDSA]
  leeway_s: 300
  name_claim: nick
  groups_claim: realm_access.roles
  tags: {region: "https://corp.example/region"}
  service_when: {claim: idtyp, equals: app}
  may_assert: {names: ["ext-*"], groups: "data-*", tags: [region]}
  sign_in: {client_id: charter, client_secret_file: /run/secret, scopes: [openid, email]}
- {name: file, issuer: "http://127.0.0.1:8090", audience: a, jwks_file: /etc/keys.json}
- {name: url, issuer: "https://b.example", audience: a, jwks_url: "https://b.example/keys?v=1", kind: service}
)");
    ASSERT_TRUE(issuers) << issuers.error().message();
    const IssuerSettings& corp = issuers->at(0);
    EXPECT_EQ(corp.audience, (Strings{"charter", "other"}));
    EXPECT_EQ(corp.algorithms,
              (std::vector{SignatureAlgorithm::rs256, SignatureAlgorithm::eddsa}));
    EXPECT_EQ(corp.leeway, std::chrono::seconds(300));
    EXPECT_EQ(corp.name_claims, Strings{"nick"});
    EXPECT_EQ(corp.groups_claim, "realm_access.roles");
    EXPECT_EQ(corp.tags.at("region"), "https://corp.example/region");
    EXPECT_EQ(corp.service_when->claim, "idtyp");
    EXPECT_EQ(corp.service_when->equals, "app");
    EXPECT_EQ(corp.may_assert.names, Strings{"ext-*"});
    EXPECT_EQ(corp.may_assert.groups, Strings{"data-*"});
    EXPECT_EQ(corp.sign_in->client_id, "charter");
    EXPECT_EQ(corp.sign_in->client_secret_file, "/run/secret");
    EXPECT_EQ(corp.sign_in->scopes, (Strings{"openid", "email"}));
    EXPECT_EQ(issuers->at(1).key_source, KeySource::file);
    EXPECT_EQ(issuers->at(2).key_source, KeySource::url);
    EXPECT_EQ(issuers->at(2).kind, Kind::service);
}

TEST(IssuerSettings, WhatIsWrongIsNamed) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"audiense: a", ": unknown key `audiense`, did you mean `audience`?"},
        {"algorithms: [HS256]",
         ".algorithms: RS256, RS384, RS512, PS256, ES256, ES384 and EdDSA are known"},
        {"algorithms: []", ".algorithms: a text or a list of texts is expected"},
        {"algorithms: [RS256, RS256]", ".algorithms: a text is there twice"},
        {"leeway_s: 301", ".leeway_s: 0 to 300 is expected"},
        {"leeway_s: -1", ".leeway_s: 0 to 300 is expected"},
        {"leeway_s: 1.5", ".leeway_s: 0 to 300 is expected"},
        {"discovery: 1", ".discovery: `true` or `false` is expected"},
        {"discovery: false", ": one of `discovery`, `jwks_url` and `jwks_file`"},
        {"discovery: true, jwks_file: a", ": one of `discovery`, `jwks_url` and `jwks_file`"},
        {"jwks_file: a, jwks_url: 'https://b'", ": one of `discovery`, `jwks_url` and `jwks_file`"},
        {"jwks_url: 'http://login.example/keys'", ".jwks_url: an https URL is expected"},
        {"jwks_url: login.example", ".jwks_url: an https URL is expected"},
        {"jwks_url: 'https://u@b/keys'", ".jwks_url: an https URL is expected"},
        {"name_claim: ''", ".name_claim: a text of one line is expected"},
        {"name_claim: [a]", ".name_claim: a text of one line is expected"},
        {"tags: [a]", ".tags: `key: claim` lines are expected"},
        {"tags: {A: b}", ".tags: `A`: a tag's key and a claim are expected"},
        {"tags: {a: 1}", ".tags: `a`: a tag's key and a claim are expected"},
        {"kind: engine", ".kind: `user` or `service` is expected"},
        {"kind: user, service_when: {claim: a}", ".service_when: not beside `kind`"},
        {"service_when: {equals: a}", ".service_when.claim: is missing"},
        {"service_when: {claim: a, equals: [a]}", ".service_when.equals: a value is expected"},
        {"service_when: a", ".service_when: `key: value` lines are expected"},
        {"may_assert: {name: a}", ".may_assert: unknown key `name`, did you mean `names`?"},
        {"may_assert: {names: ['*@corp.example']}",
         ".may_assert.names: a name has a-z 0-9 - only, and * stands for any of them"},
        {"may_assert: {groups: [1]}", ".may_assert.groups: a text or a list of texts is expected"},
        {"may_assert: {tags: [a]}",
         ".may_assert.tags: `a` has no claim under the issuer's `tags`"},
        {"tags: {a: a, b: b}, may_assert: {tags: [a]}",
         ".may_assert.tags: `b` has a claim and is not here"},
        {"sign_in: {scopes: [openid]}", ".sign_in.client_id: is missing"},
        {"sign_in: {client_id: a, scopes: [email]}",
         ".sign_in.scopes: words without spaces are expected, `openid` among them"},
        {"sign_in: {client_id: a, scopes: [openid, 'a b']}",
         ".sign_in.scopes: words without spaces are expected, `openid` among them"},
        {"jwks_file: a, sign_in: {client_id: a}",
         ".sign_in: needs discovery, which tells where to sign in"},
    };
    for (const auto& [more, expected] : cases) {
        EXPECT_EQ(problem(more), "issuers[0]" + expected) << more;
    }
}

TEST(IssuerSettings, WhatIsMissingIsNamed) {
    const auto message = [](const std::string& yaml) {
        const auto issuers = parse(yaml);
        return issuers ? std::string() : issuers.error().message();
    };
    EXPECT_EQ(message("[{}]"), "issuers[0].name: is missing");
    EXPECT_EQ(message("[{name: a}]"), "issuers[0].issuer: is missing");
    EXPECT_EQ(message("[{name: a, issuer: 'https://a'}]"), "issuers[0].audience: is missing");
    EXPECT_EQ(message("[{name: A, issuer: 'https://a', audience: a}]").substr(0, 32),
              "issuers[0].name: a name has 1 to");
    for (const std::string url :
         {"login.example", "ftp://login.example", "https://", "https:///a", "https://a b",
          "https://a?b", "https://a#b", "https://u:p@a", "https://a\\\\b", "HTTPS://a"}) {
        EXPECT_EQ(message("[{name: a, issuer: \"" + url + "\", audience: a}]"),
                  "issuers[0].issuer: a URL such as https://login.example is expected")
            << url;
    }
    EXPECT_EQ(message("a: b"), "issuers: a list of at most 100 is expected");
    EXPECT_EQ(message("[a]"), "issuers[0]: `key: value` lines are expected");
    EXPECT_EQ(message(least + "}\n- {name: corp, issuer: 'https://b', audience: a}"),
              "issuers[1].name: another issuer has the same");
    EXPECT_EQ(message(least + "}\n- {name: b, issuer: 'https://login.example', audience: a}"),
              "issuers[1].issuer: another issuer has the same");
}

}  // namespace
}  // namespace charter
