// What may be seen of a table, as the API says it.
#include "api/cell_access_json.hpp"

#include "charter/cells/read_restrictions.hpp"
#include "charter/cells/sql.hpp"

namespace charter::api {

namespace {

Json text_or_null(const Result<std::string>& text) {
    return text ? Json(*text) : Json();
}

/// {"cedar": .., "sql": {"ansi": .., ..}}
Json show_rows(const policy::Predicate& rows, std::span<const cells::Column> columns) {
    Json sql = Json::object();
    for (const cells::Dialect dialect : cells::dialects) {
        sql[std::string(cells::dialect_name(dialect))] =
            text_or_null(cells::condition_sql(rows, columns, dialect));
    }
    return {{"cedar", rows.to_cedar_text()}, {"sql", std::move(sql)}};
}

Json show_column(const cells::TableAccess& table, const cells::ColumnAccess& column,
                 std::span<const cells::Column> columns) {
    const cells::Shown shown = table.shown(column);
    Json json{{"name", column.column.name}, {"show", cells::show_name(shown.how)}};
    if (shown.mask) {
        json["mask"] = cells::mask_name(*shown.mask);
    }
    if (shown.when) {
        json["when"] = show_rows(*shown.when, columns);
    }
    if (shown.otherwise_masked) {
        json["masked_when"] = show_rows(*shown.otherwise_masked, columns);
    }
    return json;
}

}  // namespace

Json show_access(const CellAccess& access, const PortEntry& port) {
    const cells::TableAccess& table = access.table;
    std::vector<cells::Column> columns;
    for (const cells::ColumnAccess& each : table.columns()) {
        columns.push_back(each.column);
    }
    Json json{{"restricted", true}, {"columns", Json::array()}, {"rows", Json()}};
    for (const cells::ColumnAccess& each : table.columns()) {
        json["columns"].push_back(show_column(table, each, columns));
    }
    if (!table.rows().is_always()) {
        json["rows"] = show_rows(table.rows(), columns);
    }
    const std::vector<std::string> relation{port.name};
    json["select"] = Json::object();
    for (const cells::Dialect dialect : cells::dialects) {
        json["select"][std::string(cells::dialect_name(dialect))] =
            text_or_null(cells::select_sql(table, relation, dialect));
    }
    json["read_restrictions"] = Json();
    if (const Result<cells::ReadRestrictions> said = cells::read_restrictions(table)) {
        json["read_restrictions"] = Json::parse(said->json);
        json["read_restrictions_exact"] = said->exact;
    }
    return json;
}

}  // namespace charter::api
