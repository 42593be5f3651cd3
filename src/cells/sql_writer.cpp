// What each dialect makes of names and literals:
// - all but Spark: SQL's own quoting, a quote inside doubled, nothing else special
//   (Trino's language reference; DuckDB's documentation on literals and identifiers)
// - Spark: names in backticks; a string literal with a backslash depends on
//   spark.sql.parser.escapedStringLiterals, two that touch are joined only by some versions, and
//   "${..}" anywhere in the text is replaced (spark.sql.variable.substitute). Pieces without any
//   of these, and char(n), mean the same under all settings.
#include "cells/sql_writer.hpp"

#include "charter/base/limits.hpp"

#include <chrono>
#include <cstdio>
#include <limits>

namespace charter::cells {
namespace {

using policy::Value;
using policy::ValueKind;

std::string doubled(std::string_view text, char quote) {
    std::string quoted(1, quote);
    for (const char c : text) {
        quoted.append(c == quote ? 2 : 1, c);
    }
    return quoted + quote;
}

bool is_plain_in_spark(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7F && c != '\'' && c != '\\' && c != '$';
}

bool has_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

}  // namespace

std::string decimal_text(std::int64_t ten_thousandths, int scale) {
    const bool negative = ten_thousandths < 0;
    // As unsigned: the least has no positive.
    const auto number = static_cast<std::uint64_t>(ten_thousandths);
    const std::uint64_t magnitude = negative ? 0 - number : number;
    std::string fraction = std::to_string(magnitude % 10'000);
    fraction.insert(0, 4 - fraction.size(), '0');
    std::string text = (negative ? "-" : "") + std::to_string(magnitude / 10'000);
    return scale == 0 ? text : text + "." + fraction.substr(0, static_cast<std::size_t>(scale));
}

std::string date_text(std::int64_t milliseconds) {
    using namespace std::chrono;
    const year_month_day day{
        floor<days>(sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(milliseconds)))};
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    return text.data();
}

Result<std::string> SqlWriter::finish() && {
    if (error_) {
        return *std::move(error_);
    }
    return std::move(text_);
}

void SqlWriter::fail(Error error) {
    if (!error_) {
        error_ = std::move(error);
    }
}

SqlWriter& SqlWriter::append(std::string_view text) {
    if (text_.size() + text.size() > limits::cells_sql_bytes_max) {
        fail(Error(ErrorCode::unprocessable,
                   "the conditions are too long for SQL (cells_sql_bytes_max)"));
    }
    if (!error_) {
        text_ += text;
    }
    return *this;
}

SqlWriter& SqlWriter::raw(std::string_view text) {
    return append(text);
}

SqlWriter& SqlWriter::identifier(std::string_view name) {
    const bool in_spark = dialect_ == Dialect::spark;
    if (name.empty() || has_nul(name) || (in_spark && name.find("${") != std::string_view::npos)) {
        fail(Error(ErrorCode::unprocessable, "SQL has no way to write a name"));
    }
    return append(doubled(name, in_spark ? '`' : '"'));
}

SqlWriter& SqlWriter::string(std::string_view text) {
    if (has_nul(text)) {
        fail(Error(ErrorCode::unprocessable, "SQL has no way to write a NUL in a string"));
    } else if (dialect_ == Dialect::spark) {
        spark_string(text);
        return *this;
    }
    return append(doubled(text, '\''));
}

void SqlWriter::spark_string(std::string_view text) {
    std::string pieces;
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size() || count == 0; ++count) {
        std::size_t end = at;
        while (end < text.size() && is_plain_in_spark(text[end])) {
            ++end;
        }
        pieces += count == 0 ? "" : ", ";
        if (end > at || text.empty()) {
            pieces.append("'").append(text.substr(at, end - at)).append("'");
            at = text.empty() ? 1 : end;
        } else {
            pieces += "char(" + std::to_string(static_cast<unsigned char>(text[at])) + ")";
            ++at;
        }
    }
    append(count == 1 ? pieces : "concat(" + pieces + ")");
}

SqlWriter& SqlWriter::cast(std::string_view text, std::string_view type) {
    return raw("CAST(").string(text).raw(" AS ").raw(type).raw(")");
}

SqlWriter& SqlWriter::literal(const Value& value, const ColumnType& type) {
    switch (value.kind()) {
        case ValueKind::boolean:
            return raw(value.as_boolean() ? "TRUE" : "FALSE");
        case ValueKind::string:
            return string(value.as_string());
        case ValueKind::integer:
            // Without its sign the least one is too large for 64 bits.
            return value.as_integer() == std::numeric_limits<std::int64_t>::min()
                       ? raw("(-9223372036854775807 - 1)")
                       : raw(std::to_string(value.as_integer()));
        case ValueKind::datetime:
            return raw("DATE ").string(date_text(value.as_datetime()));
        case ValueKind::decimal:
            return cast(decimal_text(value.as_decimal(), type.scale),
                        "DECIMAL(" + std::to_string(type.precision) + ", " +
                            std::to_string(type.scale) + ")");
        default:
            fail(Error(ErrorCode::internal, "a literal that no column has"));
            return *this;
    }
}

}  // namespace charter::cells
