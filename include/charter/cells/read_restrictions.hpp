#pragma once

#include "charter/base/result.hpp"
#include "charter/cells/table_access.hpp"

#include <string>

namespace charter::cells {

/// Iceberg's `read-restrictions` of a loadTable answer: one row filter for all columns, and an
/// action per column, by field id.
struct ReadRestrictions {
    /// `{"required-row-filter": .., "required-column-projections": [..]}`; `{}`: no restriction.
    std::string json;
    /// False: fewer cells than permitted are shown, as more cannot be said in this form.
    bool exact = true;
};

/// What these can say of the access, never more: the permitted rows, and each column as it may be
/// seen on all of them, else hidden. When that leaves no column, the rows of those columns that
/// are most. A hidden column is replaced with null, and with the fixed value of its type
/// (mask-to-fixed-value) where it is not nullable, as null is not allowed there.
///
/// The filter means the same to readers with Iceberg's two-valued logic, whichever way they order
/// nulls, and to those with SQL's three-valued one: every test that an absent value could turn
/// around is joined by not-null.
///
/// Errors: unprocessable (a restricted column has no field_id, too long), internal (as
/// condition_sql).
/// Source: ReadRestrictions in the Iceberg REST catalog's OpenAPI document, as merged by
/// https://github.com/apache/iceberg/pull/13879 in 2026; predicates by field id as in appendix B of
/// https://iceberg.apache.org/expressions-spec/ (2026).
Result<ReadRestrictions> read_restrictions(const TableAccess& access);

}  // namespace charter::cells
