#pragma once

#include "charter/catalog/column_type.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace charter::cells {

/// What is shown in place of a value. The list is closed.
/// Source: the actions of `read-restrictions` in the Iceberg REST catalog's OpenAPI document,
/// https://github.com/apache/iceberg/pull/13879 (merged 2026).
enum class Mask : std::uint8_t {
    mask_alphanum,        // string: digits to n; ( ) , . - @ stay; all else to x
    mask_to_fixed_value,  // any: one value of the type, also where there was none
    replace_with_null,    // any that is nullable
    show_first_4,         // string: 4 code points clear, mask-alphanum for the rest
    show_last_4,          // the same from the end
    truncate_to_year,     // date, timestamp, timestamptz (in UTC): the first moment of its year
    truncate_to_month,    // the same of its month
    sha_256_global,       // string, int, long, binary: the same for the same value everywhere
    sha_256_query_local,  // the same types: with a salt that the reader makes for each query
};

/// "mask-alphanum".
std::string_view mask_name(Mask mask);
std::optional<Mask> mask_of(std::string_view name);

/// True when values of the column can be masked so.
bool fits(Mask mask, const ColumnType& type, bool nullable);

/// The mask that a column's tag `mask` names. None, several, an unknown one and one that does not
/// fit are no mask: the column is hidden where it is not clear.
std::optional<Mask> choose_mask(std::span<const std::string> names, const ColumnType& type,
                                bool nullable);

}  // namespace charter::cells
