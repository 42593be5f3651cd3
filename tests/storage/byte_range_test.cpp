// Range and the conditions, case by case after RFC 9110 sections 13 and 14.
#include "charter/storage/byte_range.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace charter {
namespace {

constexpr std::string_view etag = "\"e\"";
constexpr std::uint64_t size = 100;
constexpr ReadPlan whole{ReadStatus::whole, 0, size};
constexpr ReadPlan unsatisfiable{ReadStatus::unsatisfiable, 0, 0};
constexpr ReadPlan not_modified{ReadStatus::not_modified, 0, 0};
constexpr ReadPlan failed{ReadStatus::precondition_failed, 0, 0};

ReadPlan part(std::uint64_t offset, std::uint64_t length) {
    return {ReadStatus::part, offset, length};
}

ReadPlan plan_range(std::string_view range, std::uint64_t of_size = size) {
    ReadConditions conditions;
    conditions.range = range;
    return plan_read(ReadMethod::get, conditions, of_size, etag);
}

TEST(PlanRead, SendsAllWithoutConditions) {
    EXPECT_EQ(plan_read(ReadMethod::get, {}, size, etag), whole);
    EXPECT_EQ(plan_read(ReadMethod::head, {}, size, etag), whole);
}

TEST(PlanRead, ServesOneRange) {
    const std::vector<std::pair<std::string_view, ReadPlan>> cases = {
        {"bytes=0-0", part(0, 1)},
        {"bytes=0-99", part(0, 100)},
        {"bytes=0-100", part(0, 100)},
        {"bytes=0-", part(0, 100)},
        {"bytes=99-", part(99, 1)},
        {"bytes=10-19", part(10, 10)},
        {"bytes=10-99999999999999999999999999", part(10, 90)},
        {"bytes=-1", part(99, 1)},
        {"bytes=-100", part(0, 100)},
        {"bytes=-101", part(0, 100)},
        {"bytes=-99999999999999999999999999", part(0, 100)},
        {"BYTES=1-2", part(1, 2)},
        {" bytes = 1-2 ", part(1, 2)},
        {"bytes=007-010", part(7, 4)},
    };
    for (const auto& [range, plan] : cases) {
        EXPECT_EQ(plan_range(range), plan) << range;
    }
}

TEST(PlanRead, RefusesRangesBehindTheEnd) {
    for (const std::string_view range :
         {"bytes=100-", "bytes=100-200", "bytes=18446744073709551615-", "bytes=-0",
          "bytes=99999999999999999999999-",
          "bytes=99999999999999999999998-99999999999999999999999"}) {
        EXPECT_EQ(plan_range(range), unsatisfiable) << range;
    }
}

TEST(PlanRead, IgnoresWhatIsNotOneByteRange) {
    for (const std::string_view range : {"",
                                         "bytes",
                                         "bytes=",
                                         "bytes=-",
                                         "bytes=a-b",
                                         "bytes=1",
                                         "bytes=2-1",
                                         "bytes=1-2-3",
                                         "bytes=--1",
                                         "bytes=+1-2",
                                         "bytes=1 - 2",
                                         "bytes=0x1-2",
                                         "bytes=0-1,5-6",
                                         "bytes=0-1,",
                                         "bytes=,0-1",
                                         "bytes 0-1",
                                         "items=0-1",
                                         "bytesx=0-1",
                                         "=0-1",
                                         "bytes==0-1",
                                         "bytes=1-\t2x",
                                         "bytes=99999999999999999999-1"}) {
        EXPECT_EQ(plan_range(range), whole) << range;
    }
}

TEST(PlanRead, KnowsTheEmptyObject) {
    constexpr ReadPlan empty{ReadStatus::whole, 0, 0};
    EXPECT_EQ(plan_range("bytes=0-", 0), unsatisfiable);
    EXPECT_EQ(plan_range("bytes=0-0", 0), unsatisfiable);
    EXPECT_EQ(plan_range("bytes=-1", 0), empty);
    EXPECT_EQ(plan_range("bytes=-0", 0), unsatisfiable);
}

TEST(PlanRead, StaysInsideTheLargestObject) {
    constexpr std::uint64_t largest = UINT64_MAX;
    EXPECT_EQ(plan_range("bytes=0-", largest), part(0, largest));
    EXPECT_EQ(plan_range("bytes=18446744073709551614-", largest), part(largest - 1, 1));
    EXPECT_EQ(plan_range("bytes=-18446744073709551615", largest), part(0, largest));
}

TEST(PlanRead, IgnoresARangeOnHead) {
    ReadConditions conditions;
    conditions.range = "bytes=0-1";

    EXPECT_EQ(plan_read(ReadMethod::head, conditions, size, etag), whole);
}

TEST(PlanRead, ServesARangeOnlyIfTheObjectIsStillTheSame) {
    const std::vector<std::pair<std::string_view, ReadPlan>> cases = {
        {"\"e\"", part(0, 2)},
        {" \"e\" ", part(0, 2)},
        {"\"other\"", whole},
        {"W/\"e\"", whole},
        {"*", whole},
        {"", whole},
        {"\"e\", \"f\"", whole},
        {"Sat, 21 Nov 2026 09:30:00 GMT", whole},
    };
    for (const auto& [if_range, plan] : cases) {
        ReadConditions conditions;
        conditions.range = "bytes=0-1";
        conditions.if_range = if_range;
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, etag), plan) << if_range;
    }
}

TEST(PlanRead, IgnoresIfRangeWithoutRange) {
    ReadConditions conditions;
    conditions.if_range = "\"other\"";

    EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, etag), whole);
}

TEST(PlanRead, AnswersNotModified) {
    for (const std::string_view field :
         {"\"e\"", "W/\"e\"", "*", "\"a\", \"e\"", "\"a\",,W/\"e\"", " , \"e\" ,"}) {
        ReadConditions conditions;
        conditions.if_none_match = field;
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, etag), not_modified) << field;
        EXPECT_EQ(plan_read(ReadMethod::head, conditions, size, etag), not_modified) << field;
        conditions.range = "bytes=500-";
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, etag), not_modified) << field;
    }
    for (const std::string_view field : {"", "\"f\"", "e", "\"E\"", "\"e", "w/\"e\"", "\"e\" \"f\"",
                                         "\"a\" x, \"e\"", "*, \"e\"", "\"a,\"e\""}) {
        ReadConditions conditions;
        conditions.if_none_match = field;
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, etag), whole) << field;
    }
}

TEST(PlanRead, ChecksIfMatchFirstAndStrongly) {
    for (const std::string_view field : {"\"e\"", "*", "\"a\", \"e\"", "W/\"e\", \"e\""}) {
        ReadConditions conditions;
        conditions.if_match = field;
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, etag), whole) << field;
    }
    for (const std::string_view field : {"", "\"f\"", "W/\"e\"", "e", "\"e", "\"e\"x", "**"}) {
        ReadConditions conditions;
        conditions.if_match = field;
        conditions.if_none_match = "\"e\"";
        conditions.range = "bytes=0-1";
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, etag), failed) << field;
    }
}

}  // namespace
}  // namespace charter
