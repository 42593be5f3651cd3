#pragma once

#include "cells/fit.hpp"

#include <string>

namespace charter::cells {

/// A condition as an Iceberg predicate, which may hold for fewer rows.
struct IcebergFilter {
    std::string json;
    bool exact = true;
};

/// Not sayable is `like` but for a prefix, and a comparison of decimals of different scales, which
/// Iceberg does not align. Such a test becomes what makes the whole narrower.
/// Errors: as fit, and unprocessable: a column has no field_id, too long.
Result<IcebergFilter> iceberg_filter(const policy::Predicate& predicate,
                                     const ColumnsByName& columns);

}  // namespace charter::cells
