// Range and the conditions, case by case after RFC 9110 sections 13 and 14.
#include "charter/storage/byte_range.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace charter {
namespace {

constexpr std::string_view etag = "\"e\"";
constexpr std::uint64_t size = 100;
// 2026-11-21T09:30:00.250Z
constexpr UtcTime modified_at{std::chrono::milliseconds{1'795'253'400'250}};
constexpr Validators object{etag, modified_at};
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
    return plan_read(ReadMethod::get, conditions, of_size, object);
}

TEST(PlanRead, SendsAllWithoutConditions) {
    EXPECT_EQ(plan_read(ReadMethod::get, {}, size, object), whole);
    EXPECT_EQ(plan_read(ReadMethod::head, {}, size, object), whole);
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

    EXPECT_EQ(plan_read(ReadMethod::head, conditions, size, object), whole);
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
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, object), plan) << if_range;
    }
}

TEST(PlanRead, IgnoresIfRangeWithoutRange) {
    ReadConditions conditions;
    conditions.if_range = "\"other\"";

    EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, object), whole);
}

TEST(PlanRead, AnswersNotModified) {
    for (const std::string_view field :
         {"\"e\"", "W/\"e\"", "*", "\"a\", \"e\"", "\"a\",,W/\"e\"", " , \"e\" ,"}) {
        ReadConditions conditions;
        conditions.if_none_match = field;
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, object), not_modified) << field;
        EXPECT_EQ(plan_read(ReadMethod::head, conditions, size, object), not_modified) << field;
        conditions.range = "bytes=500-";
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, object), not_modified) << field;
    }
    for (const std::string_view field : {"", "\"f\"", "e", "\"E\"", "\"e", "w/\"e\"", "\"e\" \"f\"",
                                         "\"a\" x, \"e\"", "*, \"e\"", "\"a,\"e\""}) {
        ReadConditions conditions;
        conditions.if_none_match = field;
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, object), whole) << field;
    }
}

TEST(PlanRead, ChecksIfMatchFirstAndStrongly) {
    for (const std::string_view field : {"\"e\"", "*", "\"a\", \"e\"", "W/\"e\", \"e\""}) {
        ReadConditions conditions;
        conditions.if_match = field;
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, object), whole) << field;
    }
    for (const std::string_view field : {"", "\"f\"", "W/\"e\"", "e", "\"e", "\"e\"x", "**"}) {
        ReadConditions conditions;
        conditions.if_match = field;
        conditions.if_none_match = "\"e\"";
        conditions.range = "bytes=0-1";
        EXPECT_EQ(plan_read(ReadMethod::get, conditions, size, object), failed) << field;
    }
}

// The object is of 09:30:00.250; dates have whole seconds.
constexpr std::string_view before = "Sat, 21 Nov 2026 09:29:59 GMT";
constexpr std::string_view same_second = "Sat, 21 Nov 2026 09:30:00 GMT";

ReadStatus status_of(const ReadConditions& conditions) {
    return plan_read(ReadMethod::get, conditions, size, object).status;
}

TEST(PlanRead, KnowsWhatChangedSinceADate) {
    ReadConditions modified;
    ReadConditions unmodified;
    modified.if_modified_since = unmodified.if_unmodified_since = before;
    EXPECT_EQ(status_of(modified), ReadStatus::whole);
    EXPECT_EQ(status_of(unmodified), ReadStatus::precondition_failed);

    modified.if_modified_since = unmodified.if_unmodified_since = same_second;
    EXPECT_EQ(status_of(modified), ReadStatus::not_modified);
    EXPECT_EQ(status_of(unmodified), ReadStatus::whole);

    modified.if_modified_since = unmodified.if_unmodified_since = "yesterday";
    EXPECT_EQ(status_of(modified), ReadStatus::whole);
    EXPECT_EQ(status_of(unmodified), ReadStatus::whole);
}

TEST(PlanRead, AsksForDatesOnlyWithoutEntityTags) {
    ReadConditions conditions;
    conditions.if_none_match = "\"other\"";
    conditions.if_modified_since = same_second;
    EXPECT_EQ(status_of(conditions), ReadStatus::whole);

    conditions = {};
    conditions.if_match = etag;
    conditions.if_unmodified_since = before;
    EXPECT_EQ(status_of(conditions), ReadStatus::whole);
}

TEST(PlanRead, TakesNoDateForIfRange) {
    ReadConditions conditions;
    conditions.range = "bytes=0-0";
    conditions.if_range = same_second;
    EXPECT_EQ(status_of(conditions), ReadStatus::whole);
}

bool may_write_if(std::optional<std::string_view> if_match,
                  std::optional<std::string_view> if_none_match,
                  std::optional<std::string_view> if_unmodified_since,
                  const std::optional<Validators>& current) {
    return may_write(WriteConditions{if_match, if_none_match, if_unmodified_since}, current);
}

TEST(MayWrite, AsksWhetherTheObjectIsThere) {
    EXPECT_TRUE(may_write({}, {}));
    EXPECT_TRUE(may_write({}, object));
    EXPECT_TRUE(may_write_if({}, "*", {}, {}));
    EXPECT_FALSE(may_write_if({}, "*", {}, object));
    EXPECT_FALSE(may_write_if("*", {}, {}, {}));
    EXPECT_TRUE(may_write_if("*", {}, {}, object));
}

TEST(MayWrite, AsksWhichObjectIsThere) {
    EXPECT_TRUE(may_write_if(etag, {}, {}, object));
    EXPECT_FALSE(may_write_if("\"other\"", {}, {}, object));
    EXPECT_FALSE(may_write_if("W/\"e\"", {}, {}, object));
    EXPECT_FALSE(may_write_if(etag, {}, {}, {}));
    EXPECT_FALSE(may_write_if({}, etag, {}, object));
    EXPECT_TRUE(may_write_if({}, "\"other\"", {}, object));
    EXPECT_FALSE(may_write_if({}, {}, before, object));
    EXPECT_TRUE(may_write_if({}, {}, same_second, object));
    EXPECT_TRUE(may_write_if({}, {}, before, {}));
}

}  // namespace
}  // namespace charter
