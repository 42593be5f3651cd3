#pragma once

#include "charter/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

enum class TypeKind : std::uint8_t {
    boolean,
    int32,        // "int"
    int64,        // "long"
    float32,      // "float"
    float64,      // "double"
    decimal,      // "decimal(p,s)"
    string,
    date,
    time,
    timestamp,    // without a zone
    timestamptz,  // in UTC
    binary,
    uuid,
    list,
    map,
    structure,    // "struct<name: type, ..>"
};

/// The type of a column.
struct ColumnType {
    TypeKind kind = TypeKind::string;
    int precision = 0;                     // of a decimal: 1 to 38
    int scale = 0;                         // of a decimal: 0 to precision
    std::vector<ColumnType> parts;         // list: element; map: key, value; structure: its fields
    std::vector<std::string> field_names;  // of a structure, beside parts

    /// Reads "decimal(7,2)", "list<int>", "struct<a: int, b: map<string, date>>".
    /// Spaces between words are free. At most limits::column_type_depth_max deep
    /// and limits::column_type_bytes_max long. Errors: invalid_request.
    static Result<ColumnType> parse(std::string_view text);

    /// The one canonical form: "struct<a: int, b: map<string, date>>".
    std::string text() const;

    friend bool operator==(const ColumnType&, const ColumnType&) = default;
};

/// True when every value of `from` is a value of `to`, so that readers of `from`
/// go on reading: equal, int to long, float to double, decimal with more digits
/// and the same scale, and the same inside lists, values of maps and fields of
/// structures (which may also gain fields). Keys of maps must stay.
bool widens(const ColumnType& from, const ColumnType& to);

}  // namespace charter
