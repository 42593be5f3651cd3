// Columns and rows of what a request is granted: less than was asked for, and never more than what
// is renewed or was approved first.
#include "governance/request_cells.hpp"

#include "charter/base/limits.hpp"
#include "governance/access_page.hpp"
#include "governance/access_standing.hpp"
#include "governance/kind_rules.hpp"
#include "governance/row_rules.hpp"

#include <set>

namespace charter {

Json cells_in(const Json& document) {
    Json cells = Json::object();
    for (const char* field : {"columns", "rows"}) {
        if (document.is_object() && document.contains(field)) {
            cells[field] = document[field];
        }
    }
    return cells;
}

Result<GivenCells> cells_renewed(const Draft& draft, const Json& request_state) {
    GivenCells given;
    const auto id = ResourceId::parse(request_state.value("renews", ""));
    if (!id) {
        return given;
    }
    const Result<Resource> grant = draft.stored(*id);
    if (!grant) {
        return grant.error();
    }
    given.document = cells_in(Json::parse(grant->document));
    given.conditions = Json::parse(grant->state).value("cells", std::vector<std::string>{});
    return given;
}

namespace {

/// The names of the columns that a condition lists; nothing where it is one on rows.
std::optional<std::set<std::string>> listed_columns(const std::string& condition) {
    const Result<policy::Policy> parsed = policy::parse_policy(
        "columns", "permit (principal, action, resource) when {\n" + condition + "\n};");
    if (!parsed || policy::reads_row(*parsed)) {
        return std::nullopt;
    }
    std::set<std::string> names;
    for (const policy::EntityUid& uid : parsed->mentioned_entities()) {
        names.insert(uid.id().substr(uid.id().rfind('/') + 1));
    }
    return names;
}

/// What all these conditions leave, as `columns` of a document.
Json columns_left(const std::vector<std::string>& conditions) {
    std::optional<std::set<std::string>> left;
    for (const std::string& condition : conditions) {
        const std::optional<std::set<std::string>> names = listed_columns(condition);
        if (names && left) {
            std::erase_if(*left, [&](const std::string& name) { return !names->contains(name); });
        } else if (names) {
            left = names;
        }
    }
    return {{"include", *left}};
}

}  // namespace

Result<GivenCells> join_cells(const World& world, const Caller& caller, ResourceId resource,
                              const Json& grant, GivenCells given,
                              const std::vector<Json>& layers) {
    const EntryPtr entry = find_resource(world, resource);
    const std::vector<PortPtr> ports = entry ? ports_in(world, *entry) : std::vector<PortPtr>{};
    const auto refuse = [](const char* pointer, const char* detail) {
        return invalid_document({{pointer, detail}});
    };
    for (const Json& layer : layers) {
        if (layer.empty()) {
            continue;
        }
        Json body = grant;
        body.update(layer);
        const Result<GrantDocument> document = parse_grant(body);
        if (!document) {
            return document.error();
        }
        GrantCells cells = grant_cells(world, caller, *document, ports);
        if (!cells.violations.empty()) {
            return invalid_document(std::move(cells.violations));
        }
        given.conditions.insert(given.conditions.end(), cells.conditions.begin(),
                                cells.conditions.end());
        if (document->columns) {
            given.document["columns"] = given.document.contains("columns")
                                            ? columns_left(given.conditions)
                                            : layer["columns"];
            if (given.document["columns"].value("include", Json{""}).empty()) {
                return refuse("/columns", "leave none of those that were given before");
            }
        }
        if (!document->rows.empty()) {
            const std::string before = given.document.value("rows", "");
            const std::string rows = before.empty() ? document->rows
                                                    : "(" + before + "\n) && (" + document->rows + "\n)";
            if (rows.size() > limits::grant_rows_bytes_max) {
                return refuse("/rows", "are too long together with those that were given before");
            }
            given.document["rows"] = rows;
        }
    }
    return given;
}

}  // namespace charter
