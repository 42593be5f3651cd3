#pragma once

#include "cells/sql_writer.hpp"
#include "charter/cells/sql.hpp"

namespace charter::cells {

/// True when the dialect has a plain form of a mask for columns of the type.
bool has_sql(Mask mask, const ColumnType& type, Dialect dialect);

/// The column through the mask, which has a form. NULL stays NULL, but for a fixed value.
void write_mask(SqlWriter& sql, Mask mask, const Column& column);

}  // namespace charter::cells
