#include "charter/cells/sql.hpp"

#include "cells/fit.hpp"
#include "cells/implies.hpp"
#include "cells/mask_sql.hpp"
#include "cells/sql_writer.hpp"

#include <algorithm>

namespace charter::cells {
namespace {

using policy::Predicate;
using policy::Value;
using Form = Predicate::Form;
using Comparison = Predicate::Comparison;

/// LIKE's own escape: not a backslash, which Spark reads in a literal and, unasked, in a pattern.
constexpr char escape = '!';

/// True when it is never NULL.
bool is_two_valued(const Predicate& predicate) {
    switch (predicate.form()) {
        case Form::constant:
        case Form::has:
        case Form::negation:
            return true;
        case Form::all_of:
        case Form::any_of:
            return std::ranges::all_of(predicate.parts(), is_two_valued);
        default:
            return false;
    }
}

/// Writes predicates that were fitted to the columns. An absent value gives NULL, which WHERE and
/// CASE WHEN take for false; AND and OR of such say the same with NULL as with FALSE. Only NOT
/// would turn it around, so what stands under NOT is made two-valued.
class ConditionWriter {
public:
    ConditionWriter(SqlWriter& sql, const ColumnsByName& columns) : sql_(sql), columns_(columns) {}

    void write(const Predicate& predicate) {
        switch (predicate.form()) {
            case Form::constant:
                sql_.raw(predicate.is_always() ? "TRUE" : "FALSE");
                break;
            case Form::has:
                sql_.identifier(predicate.column()).raw(" IS NOT NULL");
                break;
            case Form::holds:
                sql_.identifier(predicate.column());
                break;
            case Form::compare:
                comparison(predicate);
                break;
            case Form::one_of:
                one_of(predicate);
                break;
            case Form::like:
                like(predicate);
                break;
            case Form::negation:
                negation(predicate.parts().front());
                break;
            case Form::all_of:
                list(predicate, " AND ");
                break;
            case Form::any_of:
                list(predicate, " OR ");
                break;
        }
    }

private:
    void comparison(const Predicate& predicate) {
        // The column first: `"key" > 3` for 3 < context.row.key.
        const bool turned = std::holds_alternative<Value>(predicate.left());
        const Predicate::Operand& first = turned ? predicate.right() : predicate.left();
        const Predicate::Operand& second = turned ? predicate.left() : predicate.right();
        const std::string& name = std::get<Predicate::Column>(first).name;
        sql_.identifier(name);
        switch (predicate.comparison()) {
            case Comparison::equal:
                sql_.raw(" = ");
                break;
            case Comparison::less:
                sql_.raw(turned ? " > " : " < ");
                break;
            case Comparison::less_or_equal:
                sql_.raw(turned ? " >= " : " <= ");
                break;
        }
        if (const auto* column = std::get_if<Predicate::Column>(&second)) {
            sql_.identifier(column->name);
        } else {
            sql_.literal(std::get<Value>(second), columns_.find(name)->type);
        }
    }

    void one_of(const Predicate& predicate) {
        const ColumnType& type = columns_.find(predicate.column())->type;
        sql_.identifier(predicate.column()).raw(" IN (");
        bool first = true;
        for (const Value& value : predicate.values()) {
            sql_.raw(first ? "" : ", ").literal(value, type);
            first = false;
        }
        sql_.raw(")");
    }

    void like(const Predicate& predicate) {
        std::string pattern;
        bool escaped = false;
        for (const std::string& piece : predicate.pieces()) {
            pattern += &piece == &predicate.pieces().front() ? "" : "%";
            for (const char c : piece) {
                const bool special = c == '%' || c == '_' || c == escape;
                escaped = escaped || special || c == '\\';
                pattern.append(special ? 1 : 0, escape).append(1, c);
            }
        }
        sql_.identifier(predicate.column()).raw(" LIKE ").string(pattern);
        if (escaped) {
            sql_.raw(" ESCAPE '").raw(std::string(1, escape)).raw("'");
        }
    }

    void negation(const Predicate& part) {
        const bool two_valued = is_two_valued(part);
        sql_.raw(two_valued ? "NOT (" : "NOT COALESCE(");
        write(part);
        sql_.raw(two_valued ? ")" : ", FALSE)");
    }

    void list(const Predicate& predicate, std::string_view between) {
        bool first = true;
        for (const Predicate& part : predicate.parts()) {
            const bool wrapped = predicate.form() == Form::all_of && part.form() == Form::any_of;
            sql_.raw(first ? "" : between).raw(wrapped ? "(" : "");
            write(part);
            sql_.raw(wrapped ? ")" : "");
            first = false;
        }
    }

    SqlWriter& sql_;
    const ColumnsByName& columns_;
};

class SelectWriter {
public:
    SelectWriter(const TableAccess& access, std::span<const Column> columns, Dialect dialect)
        : access_(access), columns_(columns), sql_(dialect) {}

    Result<std::string> select(std::span<const std::string> relation) && {
        sql_.raw("SELECT ");
        for (const ColumnAccess& column : access_.columns()) {
            sql_.raw(&column == &access_.columns().front() ? "" : ",\n       ");
            cell(column);
        }
        sql_.raw("\nFROM ");
        for (const std::string& part : relation) {
            sql_.raw(&part == relation.data() ? "" : ".").identifier(part);
        }
        if (!access_.rows().is_always()) {
            sql_.raw("\nWHERE ");
            condition(access_.rows());
        }
        return std::move(sql_).finish();
    }

private:
    void condition(const Predicate& predicate) {
        const Result<Predicate> fitted = fit(predicate, columns_);
        if (!fitted) {
            sql_.fail(fitted.error());
            return;
        }
        ConditionWriter(sql_, columns_).write(*fitted);
    }

    void cell(const ColumnAccess& access) {
        const std::string& name = access.column.name;
        const Shown shown = access_.shown(access);
        if (shown.how == Shown::How::clear && !shown.when) {
            sql_.identifier(name);
            return;
        }
        // One that is hidden keeps its type this way, which a bare NULL has not.
        sql_.raw("CASE WHEN ");
        condition(shown.how == Shown::How::clear ? *shown.when : Predicate::constant(false));
        sql_.raw(" THEN ").identifier(name);
        if (shown.mask && has_sql(*shown.mask, access.column.type, sql_.dialect())) {
            sql_.raw(" WHEN ");
            condition(shown.otherwise_masked ? *shown.otherwise_masked
                                             : shown.when.value_or(Predicate::constant(true)));
            sql_.raw(" THEN ");
            write_mask(sql_, *shown.mask, access.column);
        }
        sql_.raw(" ELSE NULL END AS ").identifier(name);
    }

    const TableAccess& access_;
    ColumnsByName columns_;
    SqlWriter sql_;
};

}  // namespace

std::string_view dialect_name(Dialect dialect) {
    switch (dialect) {
        case Dialect::ansi:
            return "ansi";
        case Dialect::duckdb:
            return "duckdb";
        case Dialect::spark:
            return "spark";
        case Dialect::trino:
            break;
    }
    return "trino";
}

Result<std::string> condition_sql(const Predicate& predicate, std::span<const Column> columns,
                                  Dialect dialect) {
    const ColumnsByName by_name(columns);
    const Result<Predicate> fitted = fit(predicate, by_name);
    if (!fitted) {
        return fitted.error();
    }
    SqlWriter sql(dialect);
    ConditionWriter(sql, by_name).write(*fitted);
    return std::move(sql).finish();
}

Result<std::string> select_sql(const TableAccess& access, std::span<const std::string> relation,
                               Dialect dialect) {
    if (access.columns().empty() || relation.empty()) {
        return Error(ErrorCode::invalid_request, "a SELECT needs a column and a relation");
    }
    std::vector<Column> columns;
    for (const ColumnAccess& each : access.columns()) {
        columns.push_back(each.column);
    }
    return SelectWriter(access, columns, dialect).select(relation);
}

}  // namespace charter::cells
