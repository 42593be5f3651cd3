// What the configuration takes and refuses of outgoing calls.
#include "app/config.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace charter::app {

namespace {

/// A file that is gone with the test.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content)
        : path(::testing::TempDir() + "charter_config_" +
               ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
        std::ofstream(path) << content;
    }
    ~TemporaryFile() { std::remove(path.c_str()); }

    const std::string path;
};

std::string refusal(const std::string& key, const std::string& value) {
    Config config;
    const Result<> done = apply(config, {{key, value}}, "test");
    return done ? "taken" : done.error().message();
}

}  // namespace

TEST(Config, CallsPublicAddressesOverHttpsWhenNothingIsSaid) {
    const Config config;

    EXPECT_TRUE(config.outgoing.allowed_networks.empty());
    EXPECT_FALSE(config.outgoing.plain_http);
    EXPECT_TRUE(config.outgoing.ca_file.empty());
}

TEST(Config, TakesNetworksAndAddressesThatMayBeCalled) {
    Config config;

    const Result<> done =
        apply(config, {{"outgoing_allow", "10.0.0.0/8, fd00::/8,192.168.1.9"}}, "test");

    ASSERT_TRUE(done) << done.error().message();
    ASSERT_EQ(config.outgoing.allowed_networks.size(), 3u);
    EXPECT_EQ(config.outgoing.allowed_networks[0].text(), "10.0.0.0/8");
    EXPECT_EQ(config.outgoing.allowed_networks[1].text(), "fd00::/8");
    EXPECT_EQ(config.outgoing.allowed_networks[2].text(), "192.168.1.9");
}

TEST(Config, ALaterSourceReplacesTheNetworksOfAnEarlier) {
    Config config;
    ASSERT_TRUE(apply(config, {{"outgoing_allow", "10.0.0.0/8"}}, "file"));

    ASSERT_TRUE(apply(config, {{"outgoing_allow", ""}}, "environment"));

    EXPECT_TRUE(config.outgoing.allowed_networks.empty());
}

TEST(Config, ReadsTheNetworksOfAFileAsAList) {
    const TemporaryFile file("outgoing_allow: [10.0.0.0/8, '::1']\noutgoing_http: true\n");
    Config config;

    const Result<Settings> settings = read_config_file(file.path);

    ASSERT_TRUE(settings) << settings.error().message();
    ASSERT_TRUE(apply(config, *settings, "file"));
    EXPECT_EQ(config.outgoing.allowed_networks.size(), 2u);
    EXPECT_TRUE(config.outgoing.plain_http);
}

TEST(Config, RefusesWhatIsNoNetwork) {
    EXPECT_NE(refusal("outgoing_allow", "10.0.0.1/8").find("the network is 10.0.0.0/8"),
              std::string::npos);
    EXPECT_NE(refusal("outgoing_allow", "10.0.0.0/8,,").find("``"), std::string::npos);
    EXPECT_NE(refusal("outgoing_allow", "minio").find("`minio`"), std::string::npos);
    EXPECT_NE(refusal("outgoing_http", "yes").find("`true` or `false`"), std::string::npos);
    EXPECT_NE(refusal("outgoing_allows", "::1").find("`outgoing_allow`"), std::string::npos);
}

TEST(Config, TakesACertificateFileThatIsThere) {
    const TemporaryFile file("PEM");

    EXPECT_EQ(refusal("outgoing_ca_file", file.path), "taken");
    EXPECT_NE(refusal("outgoing_ca_file", "/no/such/file").find("PEM"), std::string::npos);
    EXPECT_NE(refusal("outgoing_ca_file", "").find("PEM"), std::string::npos);
}

}  // namespace charter::app
