#include "cells/fit.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace charter::cells {
namespace {

using policy::Predicate;
using policy::Value;
using policy::ValueKind;
using Form = Predicate::Form;
using Comparison = Predicate::Comparison;

const Error mismatch{ErrorCode::internal, "the condition is not about rows of this table"};

/// The values of an ordered type: the multiples of `unit` from `least` to `greatest`, in what
/// Cedar counts in: ones, milliseconds, ten-thousandths.
struct Steps {
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::int64_t greatest = std::numeric_limits<std::int64_t>::max();
    std::int64_t unit = 1;
};

constexpr std::int64_t power_of_ten(int exponent) {
    std::int64_t power = 1;
    for (int i = 0; i < exponent; ++i) {
        power *= 10;
    }
    return power;
}

Steps steps_of_decimal(const ColumnType& type) {
    Steps steps;
    steps.unit = power_of_ten(4 - type.scale);
    // Some hold more than Cedar's decimal, which then is the bound.
    const std::int64_t digits = std::min(power_of_ten(type.precision) - 1,
                                         std::numeric_limits<std::int64_t>::max() / steps.unit);
    steps.greatest = digits * steps.unit;
    steps.least = -steps.greatest;
    return steps;
}

Steps steps_of(const ColumnType& type) {
    using namespace std::chrono;
    const auto midnight = [](year_month_day day) {
        return duration_cast<milliseconds>(sys_days(day).time_since_epoch()).count();
    };
    switch (type.kind) {
        case TypeKind::int32:
            return {std::numeric_limits<std::int32_t>::min(),
                    std::numeric_limits<std::int32_t>::max(), 1};
        case TypeKind::date:
            return {midnight(year(1) / 1 / 1), midnight(year(9999) / 12 / 31), 86'400'000};
        case TypeKind::decimal:
            return steps_of_decimal(type);
        default:
            return {};
    }
}

std::int64_t number_of(const Value& value) {
    switch (value.kind()) {
        case ValueKind::integer:
            return value.as_integer();
        case ValueKind::decimal:
            return value.as_decimal();
        default:
            return value.as_datetime();
    }
}

Value value_of(ValueKind kind, std::int64_t number) {
    switch (kind) {
        case ValueKind::integer:
            return Value::integer(number);
        case ValueKind::decimal:
            return Value::decimal(number);
        default:
            return Value::datetime(number);
    }
}

bool is_ordered(ValueKind kind) {
    return kind == ValueKind::integer || kind == ValueKind::decimal || kind == ValueKind::datetime;
}

/// The greatest multiple of `unit` that is not above; false: there is none in 64 bits.
bool round_down(std::int64_t& number, std::int64_t unit) {
    const std::int64_t rest = number % unit;
    const std::int64_t above = rest < 0 ? rest + unit : rest;
    if (number < std::numeric_limits<std::int64_t>::min() + above) {
        return false;
    }
    number -= above;
    return true;
}

/// Comparisons of one column with literals.
class FittedColumn {
public:
    FittedColumn(const Column& column, ValueKind kind)
        : column_{column.name, kind}, steps_(steps_of(column.type)) {}

    bool holds(const Value& value) const {
        const std::int64_t number = number_of(value);
        return number >= steps_.least && number <= steps_.greatest && number % steps_.unit == 0;
    }

    Predicate equal(const Value& value) const {
        return holds(value) ? Predicate::compare(column_, Comparison::equal, value)
                            : Predicate::constant(false);
    }

    /// The column is below the value, or equal to it where `or_equal`.
    Predicate below(const Value& value, bool or_equal) const {
        std::int64_t number = number_of(value);
        if (!round_down(number, steps_.unit)) {
            return Predicate::constant(false);
        }
        or_equal = or_equal || number != number_of(value);
        if (or_equal ? number < steps_.least : number <= steps_.least) {
            return Predicate::constant(false);
        }
        if (or_equal ? number >= steps_.greatest : number > steps_.greatest) {
            return Predicate::has(column_.name);
        }
        return Predicate::compare(column_, or_equal ? Comparison::less_or_equal : Comparison::less,
                                  value_of(column_.kind, number));
    }

    Predicate above(const Value& value, bool or_equal) const {
        std::int64_t number = number_of(value);
        if (!round_down(number, steps_.unit)) {
            return Predicate::has(column_.name);
        }
        or_equal = or_equal && number == number_of(value);
        if (or_equal ? number > steps_.greatest : number >= steps_.greatest) {
            return Predicate::constant(false);
        }
        if (or_equal ? number <= steps_.least : number < steps_.least) {
            return Predicate::has(column_.name);
        }
        return Predicate::compare(value_of(column_.kind, number),
                                  or_equal ? Comparison::less_or_equal : Comparison::less, column_);
    }

private:
    Predicate::Column column_;
    Steps steps_;
};

class Fitter {
public:
    explicit Fitter(const ColumnsByName& columns) : columns_(columns) {}

    Result<Predicate> fitted(const Predicate& predicate) const {
        switch (predicate.form()) {
            case Form::constant:
                return predicate;
            case Form::has:
                return known(predicate.column()) ? Result(predicate) : mismatch;
            case Form::holds:
                return expect(predicate, ValueKind::boolean);
            case Form::like:
                return expect(predicate, ValueKind::string);
            case Form::compare:
                return comparison(predicate);
            case Form::one_of:
                return one_of(predicate);
            case Form::negation:
            case Form::all_of:
            case Form::any_of:
                break;
        }
        return list(predicate);
    }

private:
    std::optional<ValueKind> kind_of(const std::string& name) const {
        const Column* column = columns_.find(name);
        return column == nullptr ? std::nullopt : row_kind(column->type);
    }

    bool known(const std::string& name) const { return columns_.find(name) != nullptr; }

    Result<Predicate> expect(const Predicate& predicate, ValueKind kind) const {
        return kind_of(predicate.column()) == kind ? Result(predicate) : mismatch;
    }

    Result<Predicate> list(const Predicate& predicate) const {
        std::vector<Predicate> parts;
        for (const Predicate& part : predicate.parts()) {
            Result<Predicate> each = fitted(part);
            if (!each) {
                return each;
            }
            parts.push_back(std::move(each).value());
        }
        return predicate.form() == Form::negation ? Predicate::negation(parts.front())
               : predicate.form() == Form::all_of ? Predicate::all_of(std::move(parts))
                                                  : Predicate::any_of(std::move(parts));
    }

    Result<Predicate> one_of(const Predicate& predicate) const {
        const std::optional<ValueKind> kind = kind_of(predicate.column());
        const auto of_kind = [&](const Value& value) { return value.kind() == kind; };
        if (!std::ranges::all_of(predicate.values(), of_kind)) {
            return mismatch;
        }
        if (!is_ordered(*kind)) {
            return predicate;
        }
        const FittedColumn column(*columns_.find(predicate.column()), *kind);
        std::vector<Value> held;
        std::ranges::copy_if(predicate.values(), std::back_inserter(held),
                             [&](const Value& value) { return column.holds(value); });
        return Predicate::one_of(predicate.column(), std::move(held));
    }

    Result<Predicate> comparison(const Predicate& predicate) const {
        const auto* left = std::get_if<Predicate::Column>(&predicate.left());
        const auto* right = std::get_if<Predicate::Column>(&predicate.right());
        for (const Predicate::Column* column : {left, right}) {
            if (column != nullptr && kind_of(column->name) != column->kind) {
                return mismatch;
            }
        }
        const ValueKind kind =
            left != nullptr ? left->kind : std::get<Value>(predicate.left()).kind();
        const ValueKind other =
            right != nullptr ? right->kind : std::get<Value>(predicate.right()).kind();
        const bool is_equality = predicate.comparison() == Comparison::equal;
        if (kind != other || (!is_equality && !is_ordered(kind))) {
            return mismatch;
        }
        if (!is_ordered(kind) || (left != nullptr && right != nullptr)) {
            return predicate;
        }
        const FittedColumn column(*columns_.find((left != nullptr ? left : right)->name), kind);
        const Value& value =
            std::get<Value>(left != nullptr ? predicate.right() : predicate.left());
        const bool or_equal = predicate.comparison() == Comparison::less_or_equal;
        return is_equality       ? column.equal(value)
               : left != nullptr ? column.below(value, or_equal)
                                 : column.above(value, or_equal);
    }

    const ColumnsByName& columns_;
};

}  // namespace

ColumnsByName::ColumnsByName(std::span<const Column> columns) {
    for (const Column& column : columns) {
        columns_.emplace(column.name, &column);
    }
}

const Column* ColumnsByName::find(std::string_view name) const {
    const auto found = columns_.find(name);
    return found == columns_.end() ? nullptr : found->second;
}

Result<Predicate> fit(const Predicate& predicate, const ColumnsByName& columns) {
    return Fitter(columns).fitted(predicate);
}

}  // namespace charter::cells
