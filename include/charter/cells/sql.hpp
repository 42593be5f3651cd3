#pragma once

#include "charter/base/result.hpp"
#include "charter/cells/table_access.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace charter::cells {

/// ansi is SQL:2016 without optional features where that is possible.
enum class Dialect : std::uint8_t { ansi, duckdb, spark, trino };
inline constexpr std::array dialects{Dialect::ansi, Dialect::duckdb, Dialect::spark,
                                     Dialect::trino};

/// "ansi".
std::string_view dialect_name(Dialect dialect);

/// A condition for WHERE or CASE WHEN. NULL counts as false there, and so it does in the
/// condition: it holds exactly for the rows that the predicate holds for, NULL being an absent
/// attribute. It is not to be put under NOT. Strings are compared byte by byte (the default
/// collation of the three engines); a date column holds dates of 0001-01-01 to 9999-12-31.
///
/// Names and literals are quoted so that they mean the same whatever the engine's settings are;
/// in Spark a literal with quotes, backslashes, dollars or control characters becomes a concat()
/// of pieces.
///
/// Errors: unprocessable (a NUL in a name or literal; in Spark "${" in a name, which it would
/// replace; longer than limits::cells_sql_bytes_max), internal (the predicate is not about these
/// columns). Thread-safe, as all here.
Result<std::string> condition_sql(const policy::Predicate& predicate,
                                  std::span<const Column> columns, Dialect dialect);

/// One SELECT of every column, under its name and in order, that yields the permitted rows and of
/// these the permitted cells; all other cells are NULL. `relation` is the name of the table, part
/// by part: {"catalog", "schema", "table"}.
///
/// A mask that has no plain form in a dialect yields NULL:
/// - ansi knows mask-to-fixed-value and replace-with-null
/// - sha-256-query-local has none (its salt is the engine's), nor has sha-256-global of int, long
/// - Spark truncates dates only; mask-to-fixed-value of list, map, struct (in ansi also uuid, in
///   Spark also time and timestamp) has none
///
/// Errors: as condition_sql; invalid_request (no column, no relation).
Result<std::string> select_sql(const TableAccess& access, std::span<const std::string> relation,
                               Dialect dialect);

}  // namespace charter::cells
