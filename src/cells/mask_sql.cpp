#include "cells/mask_sql.hpp"

#include <algorithm>

namespace charter::cells {
namespace {

struct FixedValue {
    Dialect dialect;
    TypeKind kind;
    std::string_view sql;
};

/// mask-to-fixed-value where dialects differ.
constexpr FixedValue fixed_values[] = {
    {Dialect::ansi, TypeKind::float32, "CAST(0 AS REAL)"},
    {Dialect::duckdb, TypeKind::float32, "CAST(0 AS REAL)"},
    {Dialect::spark, TypeKind::float32, "CAST(0 AS FLOAT)"},
    {Dialect::trino, TypeKind::float32, "CAST(0 AS REAL)"},
    {Dialect::ansi, TypeKind::float64, "CAST(0 AS DOUBLE PRECISION)"},
    {Dialect::duckdb, TypeKind::float64, "CAST(0 AS DOUBLE)"},
    {Dialect::spark, TypeKind::float64, "CAST(0 AS DOUBLE)"},
    {Dialect::trino, TypeKind::float64, "CAST(0 AS DOUBLE)"},
    {Dialect::ansi, TypeKind::time, "TIME '00:00:00'"},
    {Dialect::duckdb, TypeKind::time, "TIME '00:00:00'"},
    {Dialect::trino, TypeKind::time, "TIME '00:00:00'"},
    {Dialect::ansi, TypeKind::timestamp, "TIMESTAMP '1970-01-01 00:00:00'"},
    {Dialect::duckdb, TypeKind::timestamp, "TIMESTAMP '1970-01-01 00:00:00'"},
    {Dialect::trino, TypeKind::timestamp, "TIMESTAMP '1970-01-01 00:00:00'"},
    {Dialect::ansi, TypeKind::timestamptz, "TIMESTAMP '1970-01-01 00:00:00+00:00'"},
    {Dialect::duckdb, TypeKind::timestamptz, "TIMESTAMPTZ '1970-01-01 00:00:00+00'"},
    {Dialect::spark, TypeKind::timestamptz, "TIMESTAMP '1970-01-01 00:00:00Z'"},
    {Dialect::trino, TypeKind::timestamptz, "TIMESTAMP '1970-01-01 00:00:00 UTC'"},
    {Dialect::ansi, TypeKind::binary, "X''"},
    {Dialect::duckdb, TypeKind::binary, "CAST('' AS BLOB)"},
    {Dialect::spark, TypeKind::binary, "X''"},
    {Dialect::trino, TypeKind::binary, "X''"},
    {Dialect::duckdb, TypeKind::uuid, "CAST('00000000-0000-0000-0000-000000000000' AS UUID)"},
    {Dialect::spark, TypeKind::uuid, "'00000000-0000-0000-0000-000000000000'"},
    {Dialect::trino, TypeKind::uuid, "UUID '00000000-0000-0000-0000-000000000000'"},
};

/// Empty: it has none.
std::string fixed_value(const ColumnType& type, Dialect dialect) {
    switch (type.kind) {
        case TypeKind::boolean:
            return "FALSE";
        case TypeKind::int32:
        case TypeKind::int64:
            return "0";
        case TypeKind::string:
            return "'XXXXXXXX'";
        case TypeKind::date:
            return "DATE '1970-01-01'";
        case TypeKind::decimal:
            return "CAST(0 AS DECIMAL(" + std::to_string(type.precision) + ", " +
                   std::to_string(type.scale) + "))";
        default:
            break;
    }
    const auto* const found = std::ranges::find_if(fixed_values, [&](const FixedValue& value) {
        return value.dialect == dialect && value.kind == type.kind;
    });
    return found == std::end(fixed_values) ? std::string() : std::string(found->sql);
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

/// mask-alphanum of an expression: first all else to x, then digits to n.
std::string alphanum(std::string_view expression, Dialect dialect) {
    // DuckDB replaces the first match only, unless told.
    const std::string_view all = dialect == Dialect::duckdb ? ", 'g'" : "";
    return replaced(
        replaced("regexp_replace(regexp_replace({}, '[^0-9(),.@-]', 'x'ALL), '[0-9]', 'n'ALL)",
                 "ALL", all),
        "{}", expression);
}

std::string truncated(Mask mask, TypeKind kind, Dialect dialect) {
    const std::string_view unit = mask == Mask::truncate_to_year ? "year" : "month";
    if (dialect == Dialect::spark) {
        return replaced("trunc({}, 'UNIT')", "UNIT", unit);
    }
    std::string text = "date_trunc('UNIT', {})";
    if (kind == TypeKind::date) {
        text = "CAST(date_trunc('UNIT', {}) AS DATE)";
    } else if (kind == TypeKind::timestamptz) {
        // Trino's stays a timestamp with a zone, DuckDB's becomes one without.
        text = dialect == Dialect::trino
                   ? "date_trunc('UNIT', {} AT TIME ZONE 'UTC')"
                   : "date_trunc('UNIT', {} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'";
    }
    return replaced(text, "UNIT", unit);
}

std::string sha_256(TypeKind kind, Dialect dialect) {
    const bool is_string = kind == TypeKind::string;
    switch (dialect) {
        case Dialect::duckdb:
            return is_string ? "sha256({})" : "unhex(sha256({}))";
        case Dialect::spark:
            return is_string ? "sha2({}, 256)" : "unhex(sha2({}, 256))";
        case Dialect::trino:
            return is_string ? "lower(to_hex(sha256(to_utf8({}))))" : "sha256({})";
        case Dialect::ansi:
            break;
    }
    return {};
}

/// With {} for the column. Empty: it has none.
std::string form(Mask mask, const ColumnType& type, Dialect dialect) {
    if (mask == Mask::mask_to_fixed_value) {
        return fixed_value(type, dialect);
    }
    if (mask == Mask::replace_with_null) {
        return "NULL";
    }
    if (dialect == Dialect::ansi) {
        return {};
    }
    switch (mask) {
        case Mask::mask_alphanum:
            return alphanum("{}", dialect);
        case Mask::show_first_4:
            return "substr({}, 1, 4) || " + alphanum("substr({}, 5)", dialect);
        case Mask::show_last_4:
            return "CASE WHEN length({}) <= 4 THEN {} ELSE " +
                   alphanum("substr({}, 1, length({}) - 4)", dialect) +
                   " || substr({}, length({}) - 3) END";
        case Mask::truncate_to_year:
        case Mask::truncate_to_month:
            return dialect == Dialect::spark && type.kind != TypeKind::date
                       ? std::string()
                       : truncated(mask, type.kind, dialect);
        case Mask::sha_256_global:
            return type.kind == TypeKind::string || type.kind == TypeKind::binary
                       ? sha_256(type.kind, dialect)
                       : std::string();
        default:
            return {};
    }
}

}  // namespace

bool has_sql(Mask mask, const ColumnType& type, Dialect dialect) {
    return !form(mask, type, dialect).empty();
}

void write_mask(SqlWriter& sql, Mask mask, const Column& column) {
    const std::string text = form(mask, column.type, sql.dialect());
    std::size_t begin = 0;
    for (std::size_t at = text.find("{}"); at != std::string::npos; at = text.find("{}", begin)) {
        sql.raw(std::string_view(text).substr(begin, at - begin)).identifier(column.name);
        begin = at + 2;
    }
    sql.raw(std::string_view(text).substr(begin));
}

}  // namespace charter::cells
