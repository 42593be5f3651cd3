// Which principal a verified client certificate is.
#include "charter/identity/client_certificate.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace charter {

namespace {

ClientCertificate loader() {
    ClientCertificate certificate;
    certificate.subject = "CN=loader,O=Example";
    certificate.dns = {"loader.example", "loader-2.example"};
    certificate.uris = {"spiffe://example/loader"};
    certificate.emails = {"loader@example.org"};
    return certificate;
}

std::vector<CertificateRule> rules(const std::string& yaml) {
    const Result<std::vector<CertificateRule>> parsed =
        parse_certificate_rules(parse_yaml(yaml).value());
    EXPECT_TRUE(parsed) << parsed.error().message();
    return parsed ? *parsed : std::vector<CertificateRule>();
}

std::string whose(const std::string& yaml) {
    const auto principal = principal_of(loader(), rules(yaml));
    if (!principal) {
        return "refused: " + principal.error().cause();
    }
    return *principal ? (*principal)->text() : "nobody";
}

std::string refusal(const std::string& yaml) {
    const auto parsed = parse_certificate_rules(parse_yaml(yaml).value());
    return parsed ? "taken" : parsed.error().message();
}

}  // namespace

TEST(CertificateRules, EachFieldNamesAPrincipal) {
    EXPECT_EQ(whose("[{subject: 'CN=loader,O=Example', principal: service:loader}]"),
              "service:loader");
    EXPECT_EQ(whose("[{dns: loader-2.example, principal: service:loader}]"), "service:loader");
    EXPECT_EQ(whose("[{uri: 'spiffe://example/loader', principal: engine:trino}]"), "engine:trino");
    EXPECT_EQ(whose("[{email: loader@example.org, principal: service:loader}]"), "service:loader");
}

TEST(CertificateRules, OnlyWhatIsExactlyTheSameMatches) {
    for (const char* other :
         {"subject: 'CN=loader'", "subject: 'CN=Loader,O=Example'",
          "subject: 'CN=loader, O=Example'", "subject: 'O=Example,CN=loader'",
          "dns: Loader.example", "dns: loader.example.", "dns: example", "uri: 'spiffe://example/'",
          "uri: 'spiffe://example/loader/'", "email: LOADER@example.org", "dns: loader@example.org",
          "email: loader.example", "subject: loader.example"}) {
        EXPECT_EQ(whose("[{" + std::string(other) + ", principal: service:loader}]"), "nobody")
            << other;
    }
    EXPECT_EQ(whose("[]"), "nobody");
}

TEST(CertificateRules, SeveralRulesMayNameOnePrincipal) {
    EXPECT_EQ(whose("[{dns: other.example, principal: service:other},"
                    " {dns: loader.example, principal: service:loader},"
                    " {email: loader@example.org, principal: service:loader}]"),
              "service:loader");
}

TEST(CertificateRules, TwoPrincipalsAreNone) {
    EXPECT_EQ(whose("[{dns: loader.example, principal: service:loader},"
                    " {email: loader@example.org, principal: engine:loader}]"),
              "refused: the client certificate is of two principals: service:loader and "
              "engine:loader");
}

TEST(CertificateRules, ACertificateThatSaysNothingIsNobodys) {
    const auto principal =
        principal_of(ClientCertificate(), rules("[{subject: 'CN=a', principal: service:a}]"));

    ASSERT_TRUE(principal);
    EXPECT_FALSE(*principal);
}

TEST(CertificateRules, WhatIsNotARuleIsRefusedWithItsPlace) {
    EXPECT_EQ(refusal("dns: a"), "a list is expected");
    EXPECT_EQ(refusal("[{dns: a.example, principal: service:a}, a]"),
              "entry 2: `subject`, `dns`, `uri` or `email`, and `principal` are expected");
    EXPECT_EQ(refusal("[{emial: a, principal: service:a}]"),
              "entry 1: unknown key `emial`, did you mean `email`?");
    for (const char* entry :
         {"{dns: a.example}", "{principal: service:a}", "{}",
          "{dns: a.example, uri: b, principal: service:a}", "{dns: '', principal: service:a}",
          "{dns: 7, principal: service:a}", "{dns: [a], principal: service:a}",
          "{dns: '*.example', principal: service:a}", "{dns: a, principal: user:a}",
          "{dns: a, principal: group:a}", "{dns: a, principal: domain:a}", "{dns: a, principal: a}",
          "{dns: a, principal: 'service:A'}", "{dns: a, principal: ''}"}) {
        EXPECT_TRUE(refusal("[" + std::string(entry) + "]").starts_with("entry 1: ")) << entry;
    }
}

}  // namespace charter
