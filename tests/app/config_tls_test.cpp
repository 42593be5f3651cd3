// What the configuration takes and refuses of TLS and of addresses without it.
#include "app/config.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace charter::app {

namespace {

const Settings pair = {{"tls_certificate", "c.pem"}, {"tls_key", "k.pem"}};

Settings with(Settings settings, const Settings& more) {
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

std::string outcome(const Settings& settings) {
    Config config;
    if (const Result<> applied = apply(config, settings, "test"); !applied) {
        return applied.error().message();
    }
    const Result<> checked = check(config);
    return checked ? "taken" : checked.error().message();
}

bool refused_for(const std::string& what, const Settings& settings) {
    return outcome(settings).find(what) != std::string::npos;
}

}  // namespace

TEST(ConfigTls, CertificateAndKeyBelongTogether) {
    EXPECT_EQ(outcome({}), "taken");
    EXPECT_EQ(outcome(pair), "taken");
    EXPECT_TRUE(refused_for("both or none", {pair[0]}));
    EXPECT_TRUE(refused_for("both or none", {pair[1]}));
    EXPECT_TRUE(refused_for("a PEM file", {{"tls_key", ""}}));
}

TEST(ConfigTls, WhatIsAskedOfClientsNeedsTheirAuthority) {
    const Settings authority = {{"tls_client_ca", "ca.pem"}};
    const Settings required = {{"tls_client_certificates", "required"}};
    const Settings rules = {
        {"client_certificates", R"([{"dns":"a.example","principal":"service:a"}])"}};

    EXPECT_EQ(outcome(with(with(with(pair, authority), required), rules)), "taken");
    EXPECT_TRUE(refused_for("`tls_client_ca` needs", authority));
    EXPECT_TRUE(refused_for("need `tls_client_ca`", with(pair, required)));
    EXPECT_TRUE(refused_for("need `tls_client_ca`", with(pair, rules)));
    EXPECT_TRUE(refused_for("`optional` `required`", {{"tls_client_certificates", "yes"}}));
    EXPECT_TRUE(refused_for("a list is expected", {{"client_certificates", "dns"}}));
    EXPECT_TRUE(refused_for("entry 1", {{"client_certificates", "[{}]"}}));
}

TEST(ConfigTls, TheRulesOfCertificatesAreReadFromAFile) {
    const std::string path = ::testing::TempDir() + "charter_config_tls.yaml";
    std::ofstream(path) << "tls_client_certificates: required\nclient_certificates:\n"
                           "- {subject: 'CN=loader,O=Example', principal: service:loader}\n"
                           "- {uri: 'spiffe://example/trino', principal: engine:trino}\n";
    const Result<Settings> settings = read_config_file(path);
    std::remove(path.c_str());
    Config config;

    ASSERT_TRUE(settings) << settings.error().message();
    ASSERT_TRUE(apply(config, *settings, "file"));
    EXPECT_EQ(config.tls.client_certificates, http::ClientCertificates::required);
    ASSERT_EQ(config.client_certificates.size(), 2u);
    EXPECT_EQ(config.client_certificates[0].value, "CN=loader,O=Example");
    EXPECT_EQ(config.client_certificates[1].principal.text(), "engine:trino");
}

TEST(ConfigTls, OtherMachinesAreServedInClearOnlyWhenToldTo) {
    for (const char* address : {"0.0.0.0:80", "[::]:80", "192.0.2.1:80", "127.0.0.1:80,10.0.0.1:80",
                                "[::ffff:127.0.0.1]:80", "128.0.0.1:80"}) {
        const Settings listen = {{"listen", address}};
        EXPECT_TRUE(refused_for("--insecure", listen)) << address;
        EXPECT_EQ(outcome(with(listen, {{"insecure", "true"}})), "taken") << address;
        EXPECT_EQ(outcome(with(listen, pair)), "taken") << address;
    }
    EXPECT_EQ(outcome({{"listen", "127.0.0.1:80,[::1]:80,localhost:0,127.9.9.9:1"}}), "taken");
}

}  // namespace charter::app
