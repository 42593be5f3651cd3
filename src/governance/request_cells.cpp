// Columns and rows of what a request is granted: less than was asked for, and never more than what
// is renewed or was approved first.
#include "governance/request_cells.hpp"

#include "governance/access_page.hpp"
#include "governance/access_standing.hpp"
#include "governance/kind_rules.hpp"
#include "governance/row_rules.hpp"

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

Result<Json> cells_renewed(const Draft& draft, const Json& request_state) {
    const auto id = ResourceId::parse(request_state.value("renews", ""));
    if (!id) {
        return Json::object();
    }
    const Result<Resource> grant = draft.stored(*id);
    return grant ? Result<Json>(cells_in(Json::parse(grant->document)))
                 : Result<Json>(grant.error());
}

Result<GivenCells> join_cells(const World& world, const Caller& caller, ResourceId resource,
                              const Json& grant, const std::vector<Json>& layers) {
    GivenCells given;
    const EntryPtr entry = find_resource(world, resource);
    const std::vector<PortPtr> ports = entry ? ports_in(world, *entry) : std::vector<PortPtr>{};
    std::string rows;
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
            given.document["columns"] = layer["columns"];
        }
        if (!document->rows.empty()) {
            rows = rows.empty() ? document->rows : "(" + rows + "\n) && (" + document->rows + "\n)";
        }
    }
    if (!rows.empty()) {
        given.document["rows"] = rows;
    }
    return given;
}

}  // namespace charter
