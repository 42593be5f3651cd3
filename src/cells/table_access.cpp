#include "charter/cells/table_access.hpp"

#include "cells/implies.hpp"

#include <algorithm>
#include <set>

namespace charter::cells {
namespace {

using policy::Predicate;
using policy::ValueKind;

Predicate any_of(const std::vector<ColumnAccess>& columns) {
    // Many columns share few conditions; a list would not find out of more than some dozens.
    std::set<Predicate> distinct;
    for (const ColumnAccess& column : columns) {
        distinct.insert(column.clear);
        distinct.insert(column.masked);
    }
    Predicate rows = Predicate::any_of({distinct.begin(), distinct.end()});
    return rows.size() <= Predicate::nodes_max ? rows : Predicate::constant(false);
}

}  // namespace

std::optional<ValueKind> row_kind(const ColumnType& type) {
    switch (type.kind) {
        case TypeKind::boolean:
            return ValueKind::boolean;
        case TypeKind::int32:
        case TypeKind::int64:
            return ValueKind::integer;
        case TypeKind::string:
            return ValueKind::string;
        case TypeKind::date:
            return ValueKind::datetime;
        case TypeKind::decimal:
            return type.precision <= 18 && type.scale <= 4 ? std::optional(ValueKind::decimal)
                                                           : std::nullopt;
        default:
            return std::nullopt;
    }
}

policy::RowType row_type(std::span<const Column> columns) {
    std::vector<policy::RowColumn> known;
    for (const Column& column : columns) {
        known.push_back({column.name, row_kind(column.type).value_or(ValueKind::record),
                         !column.nullable});
    }
    return policy::RowType(std::move(known));
}

std::string_view show_name(Shown::How how) {
    switch (how) {
        case Shown::How::clear:
            return "clear";
        case Shown::How::masked:
            return "masked";
        case Shown::How::hidden:
            break;
    }
    return "hidden";
}

TableAccess::TableAccess(std::vector<ColumnAccess> columns) : columns_(std::move(columns)) {
    for (ColumnAccess& each : columns_) {
        if (each.mask && !fits(*each.mask, each.column.type, each.column.nullable)) {
            each.mask.reset();
        }
        if (!each.mask || implies(each.masked, each.clear)) {
            each.masked = Predicate::constant(false);
        }
    }
    rows_ = any_of(columns_);
}

Shown TableAccess::shown(const ColumnAccess& column) const {
    Shown shown;
    // Without permitted rows all is hidden.
    if (rows_.is_never() || (column.clear.is_never() && column.masked.is_never())) {
        return shown;
    }
    const auto unless_all = [&](const Predicate& when) {
        return implies(rows_, when) ? std::nullopt : std::optional(when);
    };
    if (column.clear.is_never()) {
        shown.how = Shown::How::masked;
        shown.mask = column.mask;
        shown.when = unless_all(column.masked);
        return shown;
    }
    shown.how = Shown::How::clear;
    shown.when = unless_all(column.clear);
    if (shown.when && !column.masked.is_never()) {
        shown.mask = column.mask;
        shown.otherwise_masked = column.masked;
    }
    return shown;
}

}  // namespace charter::cells
