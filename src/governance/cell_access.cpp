#include "charter/governance/cell_access.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>
#include <set>

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

/// An answer has an end. What is said of each column is what differs from the permitted rows; where
/// that is too long, all that depends on the row is closed.
void close_what_is_too_long(std::vector<cells::ColumnAccess>& columns) {
    const policy::Predicate rows = cells::TableAccess(columns).rows();
    std::size_t size = rows.size();
    for (const cells::ColumnAccess& each : columns) {
        size += each.clear == rows ? 1 : each.clear.size();
        size += each.masked == rows ? 1 : each.masked.size();
    }
    if (size <= CellAccess::nodes_max) {
        return;
    }
    for (cells::ColumnAccess& each : columns) {
        for (policy::Predicate* part : {&each.clear, &each.masked}) {
            *part = policy::Predicate::constant(part->is_always());
        }
    }
}

/// Takes out the columns that are closed and not for the caller to know; one that a condition looks at
/// is known by that.
void leave_out_unnamed(std::vector<cells::ColumnAccess>& columns, const ColumnsVerdict& known) {
    if (known.allowed == columns.size()) {
        return;
    }
    std::set<std::string> looked_at;
    for (const cells::ColumnAccess& each : columns) {
        for (const policy::Predicate* rows : {&each.clear, &each.masked}) {
            const std::vector<std::string> names = rows->columns();
            looked_at.insert(names.begin(), names.end());
        }
    }
    std::vector<cells::ColumnAccess> kept;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const bool closed = columns[i].clear.is_never() && columns[i].masked.is_never();
        const bool is_known = !known.columns.empty() && known.columns[i] != 0;
        if (!closed || is_known || looked_at.contains(columns[i].column.name)) {
            kept.push_back(std::move(columns[i]));
        }
    }
    columns = std::move(kept);
}

}  // namespace

CellAccess cell_access(const World& world, const Caller& caller, const PortEntry& port,
                       std::optional<std::string_view> purpose, const ColumnsVerdict& read) {
    ColumnsVerdict masked =
        Decider(world, caller, Action::read_masked, purpose).decide_columns(port);
    const bool withdrawn = read.withdrawn != port.withdrawn.size();
    if (!read.some() && !masked.some()) {
        return {cells::TableAccess({}), false, withdrawn, std::move(masked.verdict)};
    }
    std::vector<cells::ColumnAccess> columns;
    for (std::size_t i = 0; i < port.columns.size(); ++i) {
        cells::ColumnAccess access;
        access.column = column_of(port.columns[i]);
        access.clear = read.columns.empty() ? policy::Predicate() : read.rows_of(i);
        access.mask = cells::choose_mask(masks_of(port.columns[i]), access.column.type,
                                         access.column.nullable);
        if (access.mask && !masked.columns.empty()) {
            access.masked = masked.rows_of(i);
        }
        columns.push_back(std::move(access));
    }
    close_what_is_too_long(columns);
    const ColumnsVerdict known = Decider(world, caller, Action::discover).decide_columns(port);
    const std::size_t all = columns.size();
    leave_out_unnamed(columns, known);
    const bool unnamed = columns.size() != all;
    return {cells::TableAccess(std::move(columns)), unnamed, withdrawn, std::move(masked.verdict)};
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

Digest digest(const CellAccess& access) {
    std::string text = access.withdrawn ? "withdrawn\n" : "";
    text += access.unnamed ? "unnamed\n" : "";
    const auto add = [&](std::string_view part) {
        text += std::to_string(part.size()) + ":" + std::string(part);
    };
    for (const cells::ColumnAccess& each : access.table.columns()) {
        add(each.column.name);
        add(each.column.type.text());
        add(each.clear.to_cedar_text());
        add(each.masked.to_cedar_text());
        add(each.mask ? cells::mask_name(*each.mask) : "");
    }
    return sha256(text);
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
