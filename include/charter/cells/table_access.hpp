#pragma once

#include "charter/catalog/column_type.hpp"
#include "charter/cells/mask.hpp"
#include "charter/policy/partial.hpp"
#include "charter/policy/predicate.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace charter::cells {

/// A column of a port.
struct Column {
    std::string name;
    std::optional<std::int32_t> field_id;
    ColumnType type;
    bool nullable = true;
};

/// What the values of a column are as an attribute of `context.row`: boolean; int and long are
/// Long; string; a date is the datetime of its midnight in UTC; a decimal with at most 18 digits,
/// at most 4 of them after the point. Nothing: the column is no attribute of the row.
std::optional<policy::ValueKind> row_kind(const ColumnType& type);

/// `context.row` for these columns; those that are nullable may be absent. One that is no attribute
/// is there all the same, as a record, so that `has` says the truth and any other test errs.
policy::RowType row_type(std::span<const Column> columns);

/// What may be seen of one column. Where both hold, clear wins.
struct ColumnAccess {
    Column column;
    policy::Predicate clear;   // for these rows as it is
    policy::Predicate masked;  // for these rows through the mask
    std::optional<Mask> mask;  // must fit the column; without one `masked` says nothing
};

/// In a word, for people; api.md calls it `show`.
struct Shown {
    enum class How : std::uint8_t { clear, masked, hidden };
    How how = How::hidden;
    /// The rows for which it is so; empty: all permitted rows. On other rows it is hidden,
    /// or what `otherwise_masked` says.
    std::optional<policy::Predicate> when;
    std::optional<Mask> mask;  // of `masked`, and of `otherwise_masked`
    /// Where `how` is clear: the rows for which it is masked instead.
    std::optional<policy::Predicate> otherwise_masked;
};

/// "clear", "masked", "hidden".
std::string_view show_name(Shown::How how);

/// What may be seen of a table. Immutable, thread-safe, cheap to copy as its predicates are.
class TableAccess {
public:
    /// Column names differ. A row that no column is clear or masked for is not permitted; when the
    /// condition on rows would be longer than Predicate::nodes_max, none is.
    explicit TableAccess(std::vector<ColumnAccess> columns);

    /// In the order they came in.
    const std::vector<ColumnAccess>& columns() const noexcept { return columns_; }
    /// The permitted rows: those for which at least one column is clear or masked.
    const policy::Predicate& rows() const noexcept { return rows_; }
    Shown shown(const ColumnAccess& column) const;

private:
    std::vector<ColumnAccess> columns_;
    policy::Predicate rows_;
};

}  // namespace charter::cells
