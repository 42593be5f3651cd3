// Literals made to fit a column say the same of each value that the column can hold.
#include "cells/fit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

namespace charter::cells {
namespace {

using namespace charter::policy;
using Comparison = Predicate::Comparison;
constexpr std::int64_t day = 86'400'000;

Column column(const std::string& name, const std::string& type) {
    return {name, 1, ColumnType::parse(type).value(), true};
}

const std::vector<Column> table{column("i", "int"),           column("l", "long"),
                                column("d", "date"),          column("m", "decimal(4,2)"),
                                column("n", "decimal(18,0)"), column("s", "string"),
                                column("b", "boolean"),       column("f", "double")};

Predicate fitted(const Predicate& predicate) {
    const Result<Predicate> result = fit(predicate, ColumnsByName(table));
    EXPECT_TRUE(result);
    return result ? *result : Predicate();
}

std::string below(const std::string& name, const Value& value, bool or_equal = false) {
    return fitted(Predicate::compare(Predicate::Column{name, value.kind()},
                                     or_equal ? Comparison::less_or_equal : Comparison::less,
                                     value))
        .to_cedar_text();
}

Value datetime(const std::string& text) {
    return Value::parse_datetime(text).value();
}

TEST(FitTest, ADateIsComparedWithMidnights) {
    EXPECT_EQ(below("d", datetime("2026-01-02T00:00:00Z")),
              "context.row.d < datetime(\"2026-01-02T00:00:00.000Z\")");
    EXPECT_EQ(below("d", datetime("2026-01-02T00:00:00.001Z")),
              "context.row.d <= datetime(\"2026-01-02T00:00:00.000Z\")");
    EXPECT_EQ(below("d", Value::datetime(-1)),
              "context.row.d <= datetime(\"1969-12-31T00:00:00.000Z\")");
    EXPECT_EQ(below("d", Value::datetime(std::numeric_limits<std::int64_t>::min())), "false");
    EXPECT_EQ(below("d", Value::datetime(std::numeric_limits<std::int64_t>::max())),
              "context.row has d");
    EXPECT_EQ(below("d", datetime("9999-12-31T00:00:00Z"), true), "context.row has d");
    EXPECT_EQ(below("d", datetime("9999-12-31T00:00:00Z")),
              "context.row.d < datetime(\"9999-12-31T00:00:00.000Z\")");
    EXPECT_EQ(below("d", datetime("0001-01-01T00:00:00Z")), "false");
}

TEST(FitTest, LiteralsBeyondTheColumnFold) {
    EXPECT_EQ(below("i", Value::integer(1LL << 31U)), "context.row has i");
    EXPECT_EQ(below("i", Value::integer((1LL << 31U) - 1)), "context.row.i < 2147483647");
    EXPECT_EQ(below("i", Value::integer(-(1LL << 31U))), "false");
    EXPECT_EQ(below("m", Value::decimal(1'000'000)), "context.row has m");
    EXPECT_EQ(below("m", Value::decimal(12'345)),
              "context.row.m.lessThanOrEqual(decimal(\"1.2300\"))");
    EXPECT_EQ(below("m", Value::decimal(-12'345)),
              "context.row.m.lessThanOrEqual(decimal(\"-1.2400\"))");
    EXPECT_EQ(fitted(Predicate::one_of("m", {Value::decimal(12'345), Value::decimal(12'300),
                                             Value::decimal(99'999'900)})),
              Predicate::compare(Predicate::Column{"m", ValueKind::decimal}, Comparison::equal,
                                 Value::decimal(12'300)));
    EXPECT_TRUE(
        fitted(Predicate::one_of("d", {Value::datetime(1), Value::datetime(2)})).is_never());
}

/// Values that the column can hold, with those at its ends.
std::vector<Value> values_of(const std::string& name, std::mt19937_64& random) {
    std::vector<Value> values;
    const auto some = [&](std::int64_t most) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(2 * most + 1)) -
               most;
    };
    for (int i = 0; i < 6; ++i) {
        switch (name.front()) {
            case 'i':
                values.push_back(Value::integer(some(3)));
                break;
            case 'l':
                values.push_back(Value::integer(some(3)));
                break;
            case 'd':
                values.push_back(Value::datetime(some(2) * day));
                break;
            case 'm':
                values.push_back(Value::decimal(some(300) * 100));
                break;
            default:
                values.push_back(Value::decimal(some(3) * 10'000));
        }
    }
    switch (name.front()) {
        case 'i':
            values.push_back(Value::integer(std::numeric_limits<std::int32_t>::max()));
            values.push_back(Value::integer(std::numeric_limits<std::int32_t>::min()));
            break;
        case 'l':
            values.push_back(Value::integer(std::numeric_limits<std::int64_t>::max()));
            values.push_back(Value::integer(std::numeric_limits<std::int64_t>::min()));
            break;
        case 'd':
            values.push_back(datetime("0001-01-01T00:00:00Z"));
            values.push_back(datetime("9999-12-31T00:00:00Z"));
            break;
        case 'm':
            values.push_back(Value::decimal(999'900));
            values.push_back(Value::decimal(-999'900));
            break;
        default:
            values.push_back(Value::decimal(9'223'372'036'854'770'000));
            values.push_back(Value::decimal(-9'223'372'036'854'770'000));
    }
    return values;
}

Value near(const Value& value, std::mt19937_64& random) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const std::array<std::int64_t, 9> steps{0, 1, -1, 99, -101, 5'000, -5'000, day, -day};
    const std::int64_t step =
        random() % 20 == 0 ? (random() % 2 == 0 ? most : -most) : steps[random() % steps.size()];
    const auto moved = [&](std::int64_t number) {
        std::int64_t sum = 0;
        return __builtin_add_overflow(number, step, &sum) ? number : sum;
    };
    switch (value.kind()) {
        case ValueKind::integer:
            return Value::integer(moved(value.as_integer()));
        case ValueKind::decimal:
            return Value::decimal(moved(value.as_decimal()));
        default:
            return Value::datetime(moved(value.as_datetime()));
    }
}

TEST(FitTest, SaysTheSameOfEachValueTheColumnCanHold) {
    std::mt19937_64 random(7);
    std::size_t constants = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::string name(1, "ildmn"[round % 5]);
        const std::vector<Value> values = values_of(name, random);
        const Value literal = near(values[random() % values.size()], random);
        const Predicate::Column operand{name, literal.kind()};
        const auto comparison = static_cast<Comparison>(random() % 3);
        const Predicate asked =
            random() % 4 == 0   ? Predicate::one_of(name, {literal, near(literal, random)})
            : random() % 2 == 0 ? Predicate::compare(operand, comparison, literal)
                                : Predicate::compare(literal, comparison, operand);
        const Predicate told = fitted(asked);
        constants += told.form() != asked.form() ? 1 : 0;
        for (const Value& value : values) {
            const Value row = Value::record({{name, value}});
            ASSERT_EQ(told.holds_for(row), asked.holds_for(row)) << asked.to_cedar_text() << "\n"
                                                                 << told.to_cedar_text() << "\n"
                                                                 << row.to_cedar_text();
        }
        ASSERT_FALSE(told.holds_for(Value::record({}))) << told.to_cedar_text();
    }
    EXPECT_GT(constants, 1'000U);
}

TEST(FitTest, WhatIsNotAboutTheTableIsADefect) {
    const Predicate::Column text{"s", ValueKind::string};
    for (const Predicate& predicate :
         {Predicate::has("x"), Predicate::holds("f"), Predicate::holds("s"),
          Predicate::like("i", {"a", ""}),
          Predicate::one_of("s", {Value::integer(1), Value::integer(2)}),
          Predicate::compare(Predicate::Column{"i", ValueKind::string}, Comparison::equal,
                             Value::string("")),
          Predicate::compare(text, Comparison::less, Value::string("")),
          Predicate::compare(text, Comparison::equal, Value::integer(1)),
          Predicate::compare(text, Comparison::equal, Predicate::Column{"i", ValueKind::integer}),
          Predicate::negation(Predicate::all_of({Predicate::has("i"), Predicate::has("x")}))}) {
        const Result<Predicate> result = fit(predicate, ColumnsByName(table));
        ASSERT_FALSE(result) << predicate.to_cedar_text();
        EXPECT_EQ(result.error().code(), ErrorCode::internal);
    }
}

}  // namespace
}  // namespace charter::cells
