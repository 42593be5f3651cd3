// Which addresses may be called, and how networks are written.
#include "charter/http/network.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace charter::http {

namespace {

bool may_call_text(const std::string& address, const std::vector<Network>& allowed = {}) {
    return may_call(boost::asio::ip::make_address(address), allowed);
}

Network network(const std::string& text) {
    const Result<Network> parsed = Network::parse(text);
    EXPECT_TRUE(parsed) << text;
    return *parsed;
}

}  // namespace

TEST(MayCall, PublicAddresses) {
    for (const char* address :
         {"1.1.1.1",           "8.8.8.8",         "9.255.255.255",   "11.0.0.0",
          "100.63.255.255",    "100.128.0.0",     "126.255.255.255", "128.0.0.0",
          "169.253.255.255",   "169.255.0.0",     "172.15.255.255",  "172.32.0.0",
          "192.0.1.0",         "192.167.255.255", "192.169.0.0",     "198.17.255.255",
          "198.20.0.0",        "223.255.255.255", "168.63.129.15",   "2606:4700::1111",
          "2a00:1450:4001::1", "2001:200::1",     "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8",
          "2002:808:808::1"}) {
        EXPECT_TRUE(may_call_text(address)) << address;
    }
}

TEST(MayCall, RefusesWhatIsNotPublic) {
    for (const char* address : {"0.0.0.0",
                                "0.1.2.3",
                                "10.0.0.1",
                                "10.255.255.255",
                                "100.64.0.1",
                                "100.100.100.200",
                                "100.127.255.255",
                                "127.0.0.1",
                                "127.255.255.255",
                                "168.63.129.16",
                                "169.254.169.254",
                                "169.254.0.0",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.0.0.192",
                                "192.0.2.1",
                                "192.88.99.1",
                                "192.168.0.1",
                                "198.18.0.1",
                                "198.19.255.255",
                                "198.51.100.1",
                                "203.0.113.1",
                                "224.0.0.1",
                                "239.255.255.255",
                                "240.0.0.1",
                                "255.255.255.255",
                                "::",
                                "::1",
                                "::10.0.0.1",
                                "::8.8.8.8",
                                "100::1",
                                "fc00::1",
                                "fd00:ec2::254",
                                "fdff::1",
                                "fe80::1",
                                "febf::1",
                                "fec0::1",
                                "ff02::1",
                                "2001::1",
                                "2001:2::1",
                                "2001:10::1",
                                "2001:20::1",
                                "2001:db8::1",
                                "3fff::1",
                                "4000::1",
                                "5f00::1"}) {
        EXPECT_FALSE(may_call_text(address)) << address;
    }
}

TEST(MayCall, RefusesPrivateAddressesWrittenInsideVersion6) {
    for (const char* address :
         {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0",
          "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254",
          "64:ff9b:1::8.8.8.8", "64:ff9b::1:8.8.8.8", "2002:7f00:1::1", "2002:a00:1::1",
          "2002:a9fe:a9fe::1", "2002:c0a8:1::"}) {
        EXPECT_FALSE(may_call_text(address)) << address;
    }
}

TEST(MayCall, AllowedNetworksAreCalledAndNoOthers) {
    const std::vector<Network> allowed = {network("10.1.0.0/16"), network("127.0.0.1"),
                                          network("fd00::/8")};

    EXPECT_TRUE(may_call_text("10.1.255.255", allowed));
    EXPECT_TRUE(may_call_text("::ffff:10.1.2.3", allowed));
    EXPECT_TRUE(may_call_text("127.0.0.1", allowed));
    EXPECT_TRUE(may_call_text("fd12::1", allowed));
    EXPECT_TRUE(may_call_text("1.1.1.1", allowed));
    EXPECT_FALSE(may_call_text("10.2.0.0", allowed));
    EXPECT_FALSE(may_call_text("127.0.0.2", allowed));
    EXPECT_FALSE(may_call_text("fc00::1", allowed));
    EXPECT_FALSE(may_call_text("::1", allowed));
    EXPECT_FALSE(may_call_text("64:ff9b::10.1.2.3", allowed));
}

TEST(MayCall, AllOfOneVersionIsNothingOfTheOther) {
    EXPECT_FALSE(may_call_text("10.0.0.1", {network("::/0")}));
    EXPECT_FALSE(may_call_text("::ffff:10.0.0.1", {network("::/0")}));
    EXPECT_TRUE(may_call_text("::1", {network("::/0")}));
    EXPECT_FALSE(may_call_text("::1", {network("0.0.0.0/0")}));
    EXPECT_TRUE(may_call_text("10.0.0.1", {network("0.0.0.0/0")}));
}

TEST(NetworkTest, IsWrittenAsItWasRead) {
    for (const char* text : {"10.0.0.0/8", "0.0.0.0/0", "192.0.2.1", "fd00::/8", "::1", "::/0",
                             "10.128.0.0/9", "2001:db8::/47"}) {
        EXPECT_EQ(network(text).text(), text);
    }
    EXPECT_EQ(network("10.0.0.1/32").text(), "10.0.0.1");
}

TEST(NetworkTest, RefusesWhatIsWrittenOtherwise) {
    for (const char* text : {"",
                             "/",
                             "10.0.0.0/",
                             "/8",
                             "10.0.0.0/33",
                             "::/129",
                             "10.0.0.0/-1",
                             "10.0.0.0/+8",
                             "10.0.0.0/08",
                             "10.0.0.0/8/8",
                             "10.0.0.0/8 ",
                             " 10.0.0.0/8",
                             "10.0.0.1/8",
                             "10.0.0.0/4294967304",
                             "10/8",
                             "010.0.0.0/8",
                             "fd00::1/8",
                             "::ffff:10.0.0.0/104",
                             "fe80::1%lo",
                             "[::1]",
                             "localhost",
                             "*"}) {
        EXPECT_FALSE(Network::parse(text)) << text;
    }
}

}  // namespace charter::http
