#pragma once

#include "charter/base/result.hpp"
#include "charter/catalog/column_type.hpp"
#include "charter/cells/sql.hpp"
#include "charter/policy/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace charter::cells {

/// A decimal in ten-thousandths with that many digits after the point: "-12.30".
std::string decimal_text(std::int64_t ten_thousandths, int scale);
/// The day of a midnight in UTC, of the years 1 to 9999: "2026-01-31".
std::string date_text(std::int64_t milliseconds);

/// Writes SQL of one dialect. The first error is kept and what follows it left out.
class SqlWriter {
public:
    explicit SqlWriter(Dialect dialect) : dialect_(dialect) {}

    Dialect dialect() const noexcept { return dialect_; }
    /// Errors: see condition_sql.
    Result<std::string> finish() &&;

    /// Words and signs, never what somebody else chose.
    SqlWriter& raw(std::string_view text);
    SqlWriter& identifier(std::string_view name);
    SqlWriter& string(std::string_view text);
    /// A value that a column of the type can hold (fit.hpp).
    SqlWriter& literal(const policy::Value& value, const ColumnType& type);
    /// A value of this type: "1.50", "2026-01-31".
    SqlWriter& cast(std::string_view text, std::string_view type);

    void fail(Error error);

private:
    SqlWriter& append(std::string_view text);
    void spark_string(std::string_view text);

    Dialect dialect_;
    std::string text_;
    std::optional<Error> error_;
};

}  // namespace charter::cells
