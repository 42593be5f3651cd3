#include "charter/governance/cell_access.hpp"

#include <algorithm>

namespace charter {

namespace {

cells::Column column_of(const ColumnEntry& column) {
    // What cannot be read as a type is nothing that a mask fits or a condition looks at.
    const Result<ColumnType> type = ColumnType::parse(column.type);
    ColumnType none;
    none.kind = TypeKind::structure;
    return {column.name, column.field_id, type ? *type : none, column.nullable};
}

std::vector<std::string> masks_of(const ColumnEntry& column) {
    std::vector<std::string> names;
    if (const policy::Value* tag = column.node->entity.tags.find("mask")) {
        for (const policy::Value& name : tag->as_set()) {
            names.push_back(name.as_string());
        }
    }
    return names;
}

/// An answer has an end. Of what is too long to be said nothing is permitted.
void close_what_is_too_long(std::vector<cells::ColumnAccess>& columns) {
    std::size_t size = 0;
    for (const cells::ColumnAccess& each : columns) {
        size += each.clear.size() + each.masked.size();
    }
    if (size <= CellAccess::nodes_max) {
        return;
    }
    for (cells::ColumnAccess& each : columns) {
        for (policy::Predicate* rows : {&each.clear, &each.masked}) {
            *rows = policy::Predicate::constant(rows->is_always());
        }
    }
}

}  // namespace

CellAccess cell_access(const World& world, const Caller& caller, const PortEntry& port,
                       std::optional<std::string_view> purpose, const ColumnsVerdict& read) {
    ColumnsVerdict masked =
        Decider(world, caller, Action::read_masked, purpose).decide_columns(port);
    const ColumnsVerdict known = Decider(world, caller, Action::discover).decide_columns(port);
    std::vector<cells::ColumnAccess> columns;
    bool unnamed = false;
    for (std::size_t i = 0; i < port.columns.size(); ++i) {
        cells::ColumnAccess access;
        access.column = column_of(port.columns[i]);
        access.clear = read.columns.empty() ? policy::Predicate() : read.rows_of(i);
        access.mask = cells::choose_mask(masks_of(port.columns[i]), access.column.type,
                                         access.column.nullable);
        if (access.mask && !masked.columns.empty()) {
            access.masked = masked.rows_of(i);
        }
        const bool closed = access.clear.is_never() && access.masked.is_never();
        if (closed && (known.columns.empty() || known.columns[i] == 0)) {
            unnamed = true;
            continue;
        }
        columns.push_back(std::move(access));
    }
    close_what_is_too_long(columns);
    return {cells::TableAccess(std::move(columns)), unnamed, read.withdrawn != port.withdrawn.size(),
            std::move(masked.verdict)};
}

bool can_enforce(const PrincipalEntry& engine, const CellAccess& access) {
    const auto enforces = [&](std::string_view what) {
        return std::ranges::find(engine.enforces, what) != engine.enforces.end();
    };
    bool columns = access.withdrawn || access.unnamed;
    bool masks = false;
    bool rows = !access.table.rows().is_always();
    for (const cells::ColumnAccess& each : access.table.columns()) {
        const cells::Shown shown = access.table.shown(each);
        const bool in_part = shown.when.has_value();
        columns |= in_part || shown.how == cells::Shown::How::hidden;
        rows |= in_part;
        masks |= shown.how == cells::Shown::How::masked || shown.otherwise_masked.has_value();
    }
    return (!columns || enforces("columns")) && (!masks || enforces("masks")) &&
           (!rows || enforces("rows"));
}

bool operator==(const CellAccess& a, const CellAccess& b) {
    return a.withdrawn == b.withdrawn && a.unnamed == b.unnamed && a.table.rows() == b.table.rows() &&
           std::ranges::equal(a.table.columns(), b.table.columns(),
                              [](const cells::ColumnAccess& x, const cells::ColumnAccess& y) {
                                  return x.column.name == y.column.name &&
                                         x.column.type == y.column.type && x.clear == y.clear &&
                                         x.masked == y.masked && x.mask == y.mask;
                              });
}

}  // namespace charter
