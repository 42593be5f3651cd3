// RFC 3339 in UTC, to the millisecond.
#include "charter/base/clock.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

TEST(FormatTime, LeavesOutMillisecondsThatAreZero) {
    EXPECT_EQ(format_time(UtcTime{}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(format_time(UtcTime{std::chrono::milliseconds{1'795'253'400'250}}),
              "2026-11-21T09:30:00.250Z");
    EXPECT_EQ(format_time(UtcTime{std::chrono::milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(FormatTime, StaysWellFormedOutsideTheYearsItKnows) {
    EXPECT_EQ(format_time(UtcTime::min()), "0000-01-01T00:00:00Z");
    EXPECT_EQ(format_time(UtcTime::max()), "9999-12-31T23:59:59.999Z");
}

TEST(ParseTime, ReadsBackWhatFormatWrites) {
    for (const std::int64_t ms :
         {0LL, 1LL, -1LL, 951'782'400'000LL, 1'795'253'400'250LL, 253'402'300'799'999LL}) {
        const UtcTime time{std::chrono::milliseconds{ms}};

        const Result<UtcTime> read = parse_time(format_time(time));

        ASSERT_TRUE(read) << ms;
        EXPECT_EQ(*read, time);
    }
}

TEST(ParseTime, ReadsOneToThreeFractionalDigits) {
    EXPECT_EQ(format_time(*parse_time("2024-02-29T23:59:59.5Z")), "2024-02-29T23:59:59.500Z");
    EXPECT_EQ(format_time(*parse_time("2024-02-29T23:59:59.05Z")), "2024-02-29T23:59:59.050Z");
    EXPECT_EQ(format_time(*parse_time("2024-02-29T23:59:59.000Z")), "2024-02-29T23:59:59Z");
}

TEST(ParseTime, RefusesEverythingElse) {
    for (const std::string_view text : {"",
                                        "Z",
                                        "now",
                                        "2026-11-21",
                                        "2026-11-21T09:30:00",
                                        "2026-11-21T09:30Z",
                                        "2026-11-21 09:30:00Z",
                                        "2026-11-21t09:30:00z",
                                        "2026-11-21T09:30:00+00:00",
                                        "2026-11-21T09:30:00.Z",
                                        "2026-11-21T09:30:00.1234Z",
                                        "2026-11-21T09:30:00,1Z",
                                        "2026-11-21T09:30:00ZZ",
                                        "2026-13-01T00:00:00Z",
                                        "2026-00-01T00:00:00Z",
                                        "2026-02-29T00:00:00Z",
                                        "2026-04-31T00:00:00Z",
                                        "2026-11-21T24:00:00Z",
                                        "2026-11-21T23:60:00Z",
                                        "2016-12-31T23:59:60Z",
                                        "-026-11-21T09:30:00Z",
                                        "+2026-11-21T09:30:00Z",
                                        "2026-11-21T09:30:0 Z",
                                        "20261121T093000Z"}) {
        const Result<UtcTime> read = parse_time(text);

        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code(), ErrorCode::invalid_request);
    }
}

}  // namespace
}  // namespace charter
