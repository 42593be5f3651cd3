// Who asks behind a proxy: what of its headers is believed, and what is refused.
#include "http/caller_address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace charter::http {
namespace {

std::vector<Network> networks(const std::vector<std::string>& texts) {
    std::vector<Network> result;
    for (const std::string& text : texts) {
        result.push_back(Network::parse(text).value());
    }
    return result;
}

const std::vector<Network> proxies = networks({"10.0.0.0/8", "fd00::/8"});

struct Read {
    std::string peer;
    bool secure = false;
    bool refused = false;
};

Read read(const std::vector<std::pair<std::string_view, std::string_view>>& headers) {
    Request request;
    request.peer = "10.0.0.1";
    request.headers = headers;
    const auto refusal = read_forwarded(request, proxies);
    return {request.peer, request.secure, refusal.has_value()};
}

std::string peer(std::string_view forwarded) {
    const Read result = read({{"X-Forwarded-For", forwarded}});
    return result.refused ? "refused" : result.peer;
}

TEST(CallerAddressTest, IsTheLastAddressThatIsNoProxy) {
    EXPECT_EQ(peer("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(peer("198.51.100.9, 192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(peer("198.51.100.9, 192.0.2.1, 10.1.1.1,fd00::1"), "192.0.2.1");
    EXPECT_EQ(peer("nonsense, 192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(peer("10.9.9.9"), "10.9.9.9");
}

TEST(CallerAddressTest, SeveralFieldsAreOneList) {
    EXPECT_EQ(
        read({{"x-forwarded-for", "192.0.2.1"}, {"X-FORWARDED-FOR", "192.0.2.2, 10.0.0.9"}}).peer,
        "192.0.2.2");
}

TEST(CallerAddressTest, TakesTheFormsThatProxiesWrite) {
    EXPECT_EQ(peer("192.0.2.1:4711"), "192.0.2.1");
    EXPECT_EQ(peer("2001:db8::1"), "2001:db8::1");
    EXPECT_EQ(peer("[2001:db8::1]"), "2001:db8::1");
    EXPECT_EQ(peer("[2001:db8::1]:4711"), "2001:db8::1");
    EXPECT_EQ(peer("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(peer("::ffff:10.0.0.9"), "10.0.0.9");
}

TEST(CallerAddressTest, RefusesWhatIsNoAddressWhereItDecides) {
    for (const char* text : {"", "unknown", "192.0.2.1,", "192.0.2.1, ", "192.0.2", "192.0.2.1 x",
                             "1.2.3.4.5", "[::1", "[::1]x", "fe80::1%eth0", "localhost",
                             "nonsense, 10.0.0.9", "192.0.2.256", "0x7f.1"}) {
        EXPECT_EQ(peer(text), "refused") << text;
    }
    std::string many = "10.0.0.1";
    for (int i = 0; i < 40; ++i) {
        many += ", 10.0.0.1";
    }
    EXPECT_EQ(peer(many), "refused");
}

TEST(CallerAddressTest, WithoutTheHeaderTheProxyItselfAsks) {
    EXPECT_EQ(read({}).peer, "10.0.0.1");
    EXPECT_EQ(read({{"Forwarded", "for=192.0.2.1"}}).peer, "10.0.0.1");
}

TEST(CallerAddressTest, TheSchemeIsOneWord) {
    EXPECT_TRUE(read({{"X-Forwarded-Proto", "https"}}).secure);
    EXPECT_FALSE(read({{"X-Forwarded-Proto", "http"}}).secure);
    EXPECT_TRUE(read({{"X-Forwarded-Proto", "https,http"}}).refused);
    EXPECT_TRUE(read({{"X-Forwarded-Proto", ""}}).refused);
    EXPECT_TRUE(read({{"X-Forwarded-Proto", "https"}, {"x-forwarded-proto", "https"}}).refused);
}

TEST(CallerAddressTest, AnIPv6SubscriberIsOneCaller) {
    const auto key = [](const char* text) {
        return address_key(boost::asio::ip::make_address(text));
    };

    EXPECT_EQ(key("2001:db8:1:2::3"), key("2001:db8:1:2:ffff::4"));
    EXPECT_NE(key("2001:db8:1:2::3"), key("2001:db8:1:3::3"));
    EXPECT_EQ(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    EXPECT_NE(key("192.0.2.2"), key("192.0.2.1"));
}

}  // namespace
}  // namespace charter::http
