#pragma once

#include "charter/base/result.hpp"
#include "charter/cells/table_access.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace charter::cells {

/// The columns of a table by name; must outlive it.
class ColumnsByName {
public:
    explicit ColumnsByName(std::span<const Column> columns);

    /// Null: there is none of that name.
    const Column* find(std::string_view name) const;

private:
    std::map<std::string_view, const Column*> columns_;
};

/// The same condition with literals that the columns' types can hold: a date column is compared
/// with midnights, a decimal one with decimals of its digits, an int with 32 bits. What no value
/// of the type can meet becomes false, what each meets becomes `has`. A comparison with a literal
/// has the column on one side and is between operands of one kind.
/// Errors: internal: the predicate is not about rows of these columns.
Result<policy::Predicate> fit(const policy::Predicate& predicate, const ColumnsByName& columns);

}  // namespace charter::cells
