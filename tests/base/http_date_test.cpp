// Dates of HTTP, in the three forms of RFC 9110 section 5.6.7.
#include "charter/base/http_date.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

constexpr UtcTime moment{std::chrono::seconds{784'111'777}};  // the example of the RFC

TEST(HttpDate, IsWrittenAsTheRfcPrefers) {
    EXPECT_EQ(format_http_date(moment + std::chrono::milliseconds(999)),
              "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(format_http_date(UtcTime{}), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(HttpDate, IsReadInAllThreeForms) {
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), moment);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), moment);
    EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), moment);
    EXPECT_EQ(parse_http_date("Wed, 16 Nov 1994 08:49:37 GMT"), moment + std::chrono::days(10));
    EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994"), moment + std::chrono::days(10));
    EXPECT_EQ(parse_http_date("Tuesday, 06-Nov-29 00:00:00 GMT"),
              parse_http_date("Tue, 06 Nov 2029 00:00:00 GMT"));
}

TEST(HttpDate, IsNothingElse) {
    for (const char* text :
         {"", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
          "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, -6 Nov 1994 08:49:37 GMT",
          "Sun, 00 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z", "784111777",
          "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 06 08:49:37 94"}) {
        EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace charter
