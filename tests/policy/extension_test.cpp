// decimal, ipaddr, datetime and duration: texts, methods, errors.

#include "support/policy_world.hpp"

namespace charter::testing {
namespace {

TEST(ExtensionTest, ReadsDecimals) {
    expect_all({{"decimal(\"1.0\")", "decimal(\"1.0000\")"},
                {"decimal(\"-0.0123\")", "decimal(\"-0.0123\")"},
                {"decimal(\"00.000\") == decimal(\"0.0\")", "true"},
                {"decimal(\"922337203685477.5807\")", "decimal(\"922337203685477.5807\")"},
                {"decimal(\"-922337203685477.5808\")", "decimal(\"-922337203685477.5808\")"},
                {"decimal(\"922337203685477.5808\")", "error: not a decimal"},
                {"decimal(\"1000000000000000.0\")", "error: not a decimal"},
                {"decimal(\"1234\")", "error: not a decimal"},
                {"decimal(\"1.\")", "error: not a decimal"},
                {"decimal(\".1\")", "error: not a decimal"},
                {"decimal(\"-.1\")", "error: not a decimal"},
                {"decimal(\"1.0.\")", "error: not a decimal"},
                {"decimal(\"+1.0\")", "error: not a decimal"},
                {"decimal(\"1.-1\")", "error: not a decimal"},
                {"decimal(\"0.12345\")", "error: not a decimal"},
                {"decimal()", "error: `decimal` takes 1 argument, found 0"},
                {"decimal(1)", "error: `decimal` expects string, found long"},
                {"decimal(\"1.0\", \"2.0\")", "error: takes 1 argument, found 2"}});
}

TEST(ExtensionTest, ComparesDecimalsByMethodsOnly) {
    expect_all({{"decimal(\"1.23\").lessThan(decimal(\"1.24\"))", "true"},
                {"decimal(\"1.23\").lessThanOrEqual(decimal(\"1.23\"))", "true"},
                {"decimal(\"-1.23\").greaterThan(decimal(\"-1.24\"))", "true"},
                {"decimal(\"1.0\").greaterThanOrEqual(decimal(\"1.0001\"))", "false"},
                {"decimal(\"1.0\") < decimal(\"2.0\")", "error: found decimal"},
                {"decimal(\"1.0\").lessThan(1)", "error: `lessThan` expects decimal, found long"}});
}

TEST(ExtensionTest, ReadsAddressesStrictly) {
    expect_all({{"ip(\"127.0.0.1\") == ip(\"127.0.0.1/32\")", "true"},
                {"ip(\"10.0.0.1/8\") == ip(\"10.0.0.0/8\")", "false"},
                {"ip(\"::1\") == ip(\"0:0::0:1/128\")", "true"},
                {"ip(\"1.2.3.4/24\")", "ip(\"1.2.3.4/24\")"},
                {"ip(\"::ffff:102:304\")", "ip(\"0:0:0:0:0:ffff:102:304\")"},
                {"ip(\"0.0.0.0/0\")", "ip(\"0.0.0.0/0\")"},
                {"ip(\"380.0.0.1\")", "error: not an IP address"},
                {"ip(\"1.2.3\")", "error: not an IP address"},
                {"ip(\"01.2.3.4\")", "error: not an IP address"},
                {"ip(\"1.2.3.4a\")", "error: not an IP address"},
                {"ip(\"1.2.3.1000\")", "error: not an IP address"},
                {"ip(\"1.2.3.:\")", "error: not an IP address"},
                {"ip(\"0000:0000:0000:0000:0000:0000:0000:0000:0000\")", "error: not an IP address"},
                {"ip(\"0000:0000:0000:0000:0000:0000:0000:0000/128/0000000\")", "error: not an IP address"},
                {"ip(\" 1.2.3.4\")", "error: not an IP address"},
                {"ip(\"1.2.3.4/33\")", "error: not an IP address"},
                {"ip(\"1.2.3.4/08\")", "error: not an IP address"},
                {"ip(\"1.2.3.4/\")", "error: not an IP address"},
                {"ip(\"1.2.3.4/8/24\")", "error: not an IP address"},
                {"ip(\"::/129\")", "error: not an IP address"},
                {"ip(\"::ffff:1.2.3.4\")", "error: not an IP address"},
                {"ip(\"fe80::1%eth0\")", "error: not an IP address"},
                {"ip(\"1::2::3\")", "error: not an IP address"},
                {"ip(\"\")", "error: not an IP address"},
                {"ip(\"1.2.3.4\\0\")", "error: not an IP address"}});
}

TEST(ExtensionTest, TestsAddresses) {
    expect_all({{"ip(\"127.0.0.1/24\").isIpv4()", "true"},
                {"ip(\"::1\").isIpv4()", "false"},
                {"ip(\"ffee::/64\").isIpv6()", "true"},
                {"ip(\"127.9.9.9\").isLoopback()", "true"},
                {"ip(\"127.0.0.0/7\").isLoopback()", "false"},
                {"ip(\"::1\").isLoopback()", "true"},
                {"ip(\"::1/64\").isLoopback()", "false"},
                {"ip(\"224.0.0.1\").isMulticast()", "true"},
                {"ip(\"224.0.0.0/3\").isMulticast()", "false"},
                {"ip(\"ff00::2\").isMulticast()", "true"},
                {"ip(\"ff00::/7\").isMulticast()", "false"},
                {"ip(\"fe00::2\").isMulticast()", "false"},
                {"ip(\"223.0.0.1\").isMulticast()", "false"},
                {"ip(\"::2\").isLoopback()", "false"},
                {"ip(\"10.1.2.3\").isInRange(ip(\"10.0.0.0/8\"))", "true"},
                {"ip(\"10.0.0.0/7\").isInRange(ip(\"10.0.0.0/8\"))", "false"},
                {"ip(\"192.168.0.75\").isInRange(ip(\"192.168.0.1/28\"))", "false"},
                {"ip(\"192.168.0.15\").isInRange(ip(\"192.168.0.1/28\"))", "true"},
                {"ip(\"1.2.3.4\").isInRange(ip(\"::/0\"))", "false"},
                {"ip(\"1.2.3.4\").isInRange(ip(\"9.9.9.9/0\"))", "true"},
                {"\"1.2.3.4\".isIpv4()", "error: `isIpv4` expects ipaddr, found string"}});
}

TEST(ExtensionTest, ReadsDatetimes) {
    expect_all(
        {{"datetime(\"2024-10-15\")", "datetime(\"2024-10-15T00:00:00.000Z\")"},
         {"datetime(\"2024-02-29T11:38:02Z\")", "datetime(\"2024-02-29T11:38:02.000Z\")"},
         {"datetime(\"2024-10-15T11:38:02.101+1134\")", "datetime(\"2024-10-15T00:04:02.101Z\")"},
         {"datetime(\"2024-10-15T11:38:02-1134\")", "datetime(\"2024-10-15T23:12:02.000Z\")"},
         {"datetime(\"0000-01-01\")", "datetime(\"0000-01-01T00:00:00.000Z\")"},
         {"datetime(\"9999-12-31T23:59:59.999-2359\")",
          "datetime(\"1970-01-01\").offset(duration(\"253402387139999ms\"))"},
         {"datetime(\"2023-02-29\")", "error: not a datetime"},
         {"datetime(\"\")", "error: not a datetime"},
         {"datetime(\"202\")", "error: not a datetime"},
         {"datetime(\"20240\")", "error: not a datetime"},
         {"datetime(\"2024-\")", "error: not a datetime"},
         {"datetime(\"2024-1\")", "error: not a datetime"},
         {"datetime(\"2024-1x-01\")", "error: not a datetime"},
         {"datetime(\"2024-10\")", "error: not a datetime"},
         {"datetime(\"2024-10x15\")", "error: not a datetime"},
         {"datetime(\"2024-10-\")", "error: not a datetime"},
         {"datetime(\"2024-10-1x\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T\")", "error: not a datetime"},
         {"datetime(\"2024-10-15Tx1:38:02Z\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:3x:02Z\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:60:02Z\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:0xZ\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02+1x00\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02+01x0\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02.1x1Z\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02ZZ\")", "error: not a datetime"},
         {"datetime(\"2024-13-01\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T24:00:00Z\")", "error: not a datetime"},
         {"datetime(\"2016-12-31T23:59:60Z\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38Z\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02.1Z\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02+2400\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02+0060\")", "error: not a datetime"},
         {"datetime(\"2024-10-15T11:38:02+01:00\")", "error: not a datetime"},
         {"datetime(\"2024-10-15Z\")", "error: not a datetime"},
         {"datetime(\"10000-01-01\")", "error: not a datetime"}});
}

TEST(ExtensionTest, ReadsDurations) {
    expect_all({{"duration(\"1d2h3m4s5ms\")", "duration(\"93784005ms\")"},
                {"duration(\"-1h\").toMinutes()", "-60"},
                {"duration(\"5ms\") == duration(\"0d5ms\")", "true"},
                {"duration(\"9223372036854775807ms\").toMilliseconds()", "9223372036854775807"},
                {"duration(\"-9223372036854775808ms\").toMilliseconds()", "-9223372036854775808"},
                {"duration(\"9223372036854775808ms\")", "error: not a duration"},
                {"duration(\"106751991168d\")", "error: not a duration"},
                {"duration(\"\")", "error: not a duration"},
                {"duration(\"-\")", "error: not a duration"},
                {"duration(\"1s9223372036854775807ms\")", "error: not a duration"},
                {"duration(\"1ms1\")", "error: not a duration"},
                {"duration(\"1h1d\")", "error: not a duration"},
                {"datetime(\"1970-01-01\").offset(duration(\"9223372036854775807ms\"))"
                 ".durationSince(datetime(\"1969-12-31\"))",
                 "error: overflow"},
                {"duration(\"1\")", "error: not a duration"},
                {"duration(\"h\")", "error: not a duration"},
                {"duration(\"1h1d\")", "error: not a duration"},
                {"duration(\"1h1h\")", "error: not a duration"},
                {"duration(\"1.5h\")", "error: not a duration"},
                {"duration(\"1h -2m\")", "error: not a duration"},
                {"duration(\"+1h\")", "error: not a duration"}});
}

TEST(ExtensionTest, CountsWithTime) {
    expect_all(
        {{"datetime(\"2024-01-01\").offset(duration(\"1d\")) == datetime(\"2024-01-02\")", "true"},
         {"datetime(\"2024-01-02\").durationSince(datetime(\"2024-01-01\")).toHours()", "24"},
         {"datetime(\"2024-01-02T03:04:05Z\").toDate()", "datetime(\"2024-01-02T00:00:00.000Z\")"},
         {"datetime(\"1969-12-31T23:00:00Z\").toDate()", "datetime(\"1969-12-31T00:00:00.000Z\")"},
         {"datetime(\"1969-12-31T23:00:00Z\").toTime().toHours()", "23"},
         {"datetime(\"1969-12-31\").toTime().toMilliseconds()", "0"},
         {"duration(\"-1ms\").toSeconds()", "0"},
         {"duration(\"49h\").toDays()", "2"},
         {"datetime(\"2024-01-01\") < datetime(\"2024-01-02\")", "true"},
         {"duration(\"1h\") >= duration(\"60m\")", "true"},
         {"duration(\"1h\") < 3", "error: expected duration, found long"},
         {"datetime(\"2024-01-01\") < duration(\"1h\")",
          "error: expected datetime, found duration"},
         {"datetime(\"2024-01-01\").offset(duration(\"9223372036854775807ms\"))",
          "error: overflow in `offset`"},
         {"datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\")).toDate()",
          "error: overflow in `toDate`"}});
}

}  // namespace
}  // namespace charter::testing
