#include "charter/cells/read_restrictions.hpp"

#include "cells/iceberg_filter.hpp"
#include "cells/implies.hpp"
#include "charter/base/json_writer.hpp"

#include <algorithm>
#include <set>

namespace charter::cells {
namespace {

using policy::Predicate;

enum class Show { clear, masked, hidden };

/// How a column may be shown when the rows of `filter` are.
Show show_within(const Predicate& filter, const ColumnAccess& column) {
    if (implies(filter, column.clear)) {
        return Show::clear;
    }
    return column.mask && implies(filter, Predicate::any_of({column.clear, column.masked}))
               ? Show::masked
               : Show::hidden;
}

std::size_t columns_shown(const Predicate& filter, const TableAccess& access) {
    return static_cast<std::size_t>(std::ranges::count_if(
        access.columns(),
        [&](const ColumnAccess& column) { return show_within(filter, column) != Show::hidden; }));
}

/// More conditions than these are not tried.
constexpr std::size_t filters_max = 64;

/// The permitted rows; when no column can be shown on all of them, those of most columns.
Predicate choose_filter(const TableAccess& access) {
    Predicate best = access.rows();
    std::size_t shown = columns_shown(best, access);
    if (shown > 0 || best.is_never()) {
        return best;
    }
    std::set<Predicate> tried{best};
    for (const ColumnAccess& column : access.columns()) {
        for (const Predicate& filter :
             {Predicate::any_of({column.clear, column.masked}), column.clear}) {
            if (filter.is_never() || tried.size() > filters_max || !tried.insert(filter).second) {
                continue;
            }
            const std::size_t more = columns_shown(filter, access);
            if (more > shown) {
                best = filter;
                shown = more;
            }
        }
    }
    return best;
}

/// True when the cells of a column that are shown so are all that are permitted.
bool is_exact(Show show, const ColumnAccess& column) {
    return show == Show::clear ||
           (column.clear.is_never() && (show == Show::masked || column.masked.is_never()));
}

}  // namespace

Result<ReadRestrictions> read_restrictions(const TableAccess& access) {
    std::vector<Column> columns;
    for (const ColumnAccess& each : access.columns()) {
        columns.push_back(each.column);
    }
    const Predicate rows = choose_filter(access);
    const Result<IcebergFilter> filter = iceberg_filter(rows, ColumnsByName(columns));
    if (!filter) {
        return filter.error();
    }
    ReadRestrictions restrictions;
    restrictions.exact = filter->exact && rows == access.rows();
    JsonWriter json(restrictions.json);
    json.begin_object();
    if (filter->json != "true") {
        json.key("required-row-filter").raw(filter->json);
    }
    bool first = true;
    for (const ColumnAccess& each : access.columns()) {
        const Show show = show_within(rows, each);
        restrictions.exact = restrictions.exact && (rows.is_never() || is_exact(show, each));
        if (show == Show::clear && !rows.is_never()) {
            continue;
        }
        if (!each.column.field_id) {
            return Error(ErrorCode::unprocessable, "a restricted column has no field_id");
        }
        if (first) {
            json.key("required-column-projections").begin_array();
            first = false;
        }
        const Mask hidden =
            each.column.nullable ? Mask::replace_with_null : Mask::mask_to_fixed_value;
        json.begin_object().key("field-id").number(*each.column.field_id);
        json.member("action",
                    mask_name(show == Show::masked && !rows.is_never() ? *each.mask : hidden));
        json.end_object();
    }
    if (!first) {
        json.end_array();
    }
    json.end_object();
    return restrictions;
}

}  // namespace charter::cells
