// What may be seen of a table, as the API says it.
#include "api/cell_access_json.hpp"

#include "charter/cells/read_restrictions.hpp"
#include "charter/cells/sql.hpp"

#include <map>

namespace charter::api {

namespace {

Json text_or_null(const Result<std::string>& text) {
    return text ? Json(*text) : Json();
}

/// Says conditions, each once, with the columns that it looks at.
class Conditions {
public:
    explicit Conditions(const cells::TableAccess& table) {
        for (const cells::ColumnAccess& each : table.columns()) {
            columns_.emplace(each.column.name, &each.column);
        }
    }

    /// {"cedar": .., "sql": {"ansi": .., ..}}
    const Json& show(const policy::Predicate& rows) {
        const auto [known, is_new] = shown_.try_emplace(rows);
        if (!is_new) {
            return known->second;
        }
        std::vector<cells::Column> looked_at;
        for (const std::string& name : rows.columns()) {
            if (const auto column = columns_.find(name); column != columns_.end()) {
                looked_at.push_back(*column->second);
            }
        }
        Json sql = Json::object();
        for (const cells::Dialect dialect : cells::dialects) {
            sql[std::string(cells::dialect_name(dialect))] =
                text_or_null(cells::condition_sql(rows, looked_at, dialect));
        }
        known->second = {{"cedar", rows.to_cedar_text()}, {"sql", std::move(sql)}};
        return known->second;
    }

private:
    std::map<std::string, const cells::Column*, std::less<>> columns_;
    std::map<policy::Predicate, Json> shown_;
};

Json show_column(const cells::TableAccess& table, const cells::ColumnAccess& column,
                 Conditions& conditions) {
    const cells::Shown shown = table.shown(column);
    Json json{{"name", column.column.name}, {"show", cells::show_name(shown.how)}};
    if (shown.mask) {
        json["mask"] = cells::mask_name(*shown.mask);
    }
    if (shown.when) {
        json["when"] = conditions.show(*shown.when);
    }
    if (shown.otherwise_masked) {
        json["masked_when"] = conditions.show(*shown.otherwise_masked);
    }
    return json;
}

}  // namespace

Json show_access(const CellAccess& access, const PortEntry& port) {
    const cells::TableAccess& table = access.table;
    Conditions conditions(table);
    Json json{{"restricted", true}, {"columns", Json::array()}, {"rows", Json()}};
    for (const cells::ColumnAccess& each : table.columns()) {
        json["columns"].push_back(show_column(table, each, conditions));
    }
    if (!table.rows().is_always()) {
        json["rows"] = conditions.show(table.rows());
    }
    const std::vector<std::string> relation{port.name};
    json["select"] = Json::object();
    for (const cells::Dialect dialect : cells::dialects) {
        json["select"][std::string(cells::dialect_name(dialect))] =
            text_or_null(cells::select_sql(table, relation, dialect));
    }
    // To a reader a column that is not listed there is clear: what cannot be listed closes all.
    const Result<cells::ReadRestrictions> said = cells::read_restrictions(table);
    const bool whole = said && !access.unnamed && !access.withdrawn;
    json["read_restrictions"] =
        whole ? Json::parse(said->json) : Json{{"required-row-filter", false}};
    json["read_restrictions_exact"] = whole && said->exact;
    return json;
}

}  // namespace charter::api
