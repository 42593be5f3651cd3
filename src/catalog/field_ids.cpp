// Field ids of published columns: stable over revisions, never given twice.
#include "charter/base/limits.hpp"
#include "charter/catalog/product_document.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace charter {

namespace {

/// The id under `key`, or 0 when there is none.
std::int32_t id_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_integer() ? found->get<std::int32_t>() : 0;
}

const Json* port_named(const Json* product, const Json& name) {
    if (product == nullptr || !product->contains("ports")) {
        return nullptr;
    }
    for (const Json& port : product->at("ports")) {
        if (port.at("name") == name) {
            return &port;
        }
    }
    return nullptr;
}

bool has_columns(const Json& port) {
    const auto columns = port.find("columns");
    return columns != port.end() && columns->is_array() && !columns->empty();
}

void assign(Json& port, const Json* previous) {
    std::map<std::string, std::int32_t> before;
    std::int32_t highest = id_in(port, "last_field_id");
    if (previous != nullptr) {
        highest = std::max(highest, id_in(*previous, "last_field_id"));
        if (has_columns(*previous)) {
            for (const Json& column : previous->at("columns")) {
                const std::int32_t id = id_in(column, "field_id");
                before.emplace(column.at("name").get<std::string>(), id);
                highest = std::max(highest, id);
            }
        }
    }
    if (!has_columns(port)) {
        if (highest > 0) {
            port["last_field_id"] = highest;  // it may have columns again one day
        }
        return;
    }
    std::set<std::int32_t> taken;
    for (const Json& column : port.at("columns")) {
        if (const std::int32_t id = id_in(column, "field_id"); id != 0) {
            taken.insert(id);
            highest = std::max(highest, id);
        }
    }
    std::int32_t lowest_free = 1;
    for (Json& column : port.at("columns")) {
        if (id_in(column, "field_id") != 0) {
            continue;
        }
        const auto known = before.find(column.at("name").get<std::string>());
        if (known != before.end() && known->second != 0 && taken.insert(known->second).second) {
            column["field_id"] = known->second;
            continue;
        }
        if (highest < limits::field_id_max) {
            column["field_id"] = ++highest;
            continue;
        }
        // Somebody set the highest id there is. Any id not in use now is the best left.
        while (!taken.insert(lowest_free).second) {
            ++lowest_free;
        }
        column["field_id"] = lowest_free;
    }
    port["last_field_id"] = highest;
}

}  // namespace

Json with_field_ids(const Json& product, const Json* previous_version) {
    Json frozen = product;
    const auto ports = frozen.find("ports");
    if (ports == frozen.end() || !ports->is_array()) {
        return frozen;
    }
    for (Json& port : *ports) {
        assign(port, port_named(previous_version, port.at("name")));
    }
    return frozen;
}

}  // namespace charter
