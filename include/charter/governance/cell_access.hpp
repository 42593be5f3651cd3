#pragma once

#include "charter/cells/table_access.hpp"
#include "charter/governance/decide.hpp"

#include <optional>
#include <string_view>

namespace charter {

/// What somebody may see of a port: in clear by `read`, through the mask of the column's tag
/// `mask` by `read_masked`.
struct CellAccess {
    /// What the conditions of all columns have together; where it is more, they permit nothing.
    static constexpr std::size_t nodes_max = 20'000;

    /// Without the columns of which the caller sees nothing, their names included.
    cells::TableAccess table;
    bool unnamed = false;  // there are such
    /// The location still holds columns that are not shown any more, and not all of them may be
    /// read.
    bool withdrawn = false;
    Verdict masked;  // what `read_masked` was settled by

    bool some() const { return !table.rows().is_never(); }
};

/// `read`: what decide_columns said of the port for this caller, purpose and action read.
CellAccess cell_access(const World& world, const Caller& caller, const PortEntry& port,
                       std::optional<std::string_view> purpose, const ColumnsVerdict& read);

/// Whether an engine is registered as enforcing what this takes: `columns` where some are hidden,
/// `masks` where some are masked, `rows` where something depends on the row.
bool can_enforce(const PrincipalEntry& engine, const CellAccess& access);

/// Over all that is said of it.
Digest digest(const CellAccess& access);
/// Alike in all that is said of them.
bool operator==(const CellAccess& a, const CellAccess& b);

}  // namespace charter
