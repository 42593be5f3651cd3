#include "catalog/grant_cells.hpp"

#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>

namespace charter {

std::optional<GrantColumns> read_columns(DocumentReader& reader) {
    const Json* columns = reader.field("columns");
    if (columns == nullptr) {
        return std::nullopt;
    }
    const bool excludes = columns->is_object() && columns->contains("exclude");
    if (!columns->is_object() || excludes == columns->contains("include")) {
        reader.problem("columns", "an object with either `include` or `exclude` is expected");
        return std::nullopt;
    }
    DocumentReader fields(*columns, reader.pointer_to("columns"), reader.problems());
    GrantColumns chosen;
    chosen.exclude = excludes;
    const char* const field = chosen.exclude ? "exclude" : "include";
    chosen.names = fields.strings(field, limits::columns_per_port_max, &check_column_name);
    if (chosen.names.empty()) {
        fields.problem(field, "names no column");
    }
    fields.finish();
    return chosen;
}

std::string read_rows(DocumentReader& reader) {
    const std::string rows =
        reader.prose("rows", DocumentReader::optional, limits::grant_rows_bytes_max);
    if (const Json* given = reader.field("rows"); given != nullptr && given->is_string() && rows.empty()) {
        reader.problem("rows", "is empty: leave it out for all rows");
    }
    return rows;
}

}  // namespace charter
