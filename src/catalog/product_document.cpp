// The document of a product, with its ports and columns.
#include "charter/catalog/product_document.hpp"

#include "charter/base/limits.hpp"
#include "catalog/document_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace charter {

namespace {

constexpr auto required = DocumentReader::required;

constexpr std::array<std::string_view, 2> visibilities{"listed", "hidden"};

Result<std::string> parse_column_name(std::string_view text) {
    if (const Result<> checked = check_column_name(text); !checked) {
        return checked.error();
    }
    return std::string(text);
}

/// Only these two: a link is shown in a browser, which would run others.
Result<std::string> parse_link_url(std::string_view text) {
    const bool web = text.starts_with("https://") || text.starts_with("http://");
    const bool plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
    if (!web || !plain || text.size() > limits::url_bytes_max) {
        return Error(ErrorCode::invalid_request,
                     "a link is an http or https URL of at most " +
                         std::to_string(limits::url_bytes_max) + " characters of ASCII");
    }
    return std::string(text);
}

std::optional<std::int32_t> read_field_id(DocumentReader& reader, std::string_view key) {
    const std::optional<std::int64_t> id = reader.integer(key, 1, limits::field_id_max);
    return id ? std::optional(static_cast<std::int32_t>(*id)) : std::nullopt;
}

void read_column(DocumentReader& reader, ColumnDocument& column) {
    column.name = reader.parsed("name", &parse_column_name, required).value_or("");
    column.field_id = read_field_id(reader, "field_id");
    column.type = reader.parsed("type", &ColumnType::parse, required).value_or(ColumnType());
    column.type_text = column.type.text();
    column.nullable = reader.flag("nullable", true);
    column.description = reader.prose("description");
    column.tags = reader.tags("tags");
}

void read_columns(DocumentReader& reader, PortDocument& port) {
    std::map<std::string, std::string> names;  // by what they are without case
    std::set<std::int32_t> ids;
    reader.objects("columns", limits::columns_per_port_max, [&](DocumentReader& item) {
        ColumnDocument column;
        read_column(item, column);
        if (!column.name.empty()) {
            const auto [same, fresh] = names.emplace(fold_case(column.name), column.name);
            if (!fresh) {
                item.problem("name", same->second == column.name
                                         ? "another column has this name"
                                         : "differs from column \"" + same->second +
                                               "\" by case only");
            }
        }
        if (column.field_id && !ids.insert(*column.field_id).second) {
            item.problem("field_id", "another column has this field_id");
        }
        port.columns.push_back(std::move(column));
    });
}

void read_port(DocumentReader& reader, PortDocument& port) {
    port.name = reader.name("name", required).value_or("");
    port.kind = reader.name("kind").value_or("files");
    port.format = reader.name("format").value_or("");
    port.description = reader.prose("description");
    port.location = reader.parsed("location", &StorageUri::parse, required).value_or(StorageUri());
    port.opaque = reader.flag("opaque");
    port.tags = reader.tags("tags");
    port.last_field_id = read_field_id(reader, "last_field_id");
    read_columns(reader, port);
    const Json* columns = reader.field("columns");
    const bool has_columns = columns != nullptr && !(columns->is_array() && columns->empty());
    if (port.opaque && has_columns) {
        reader.problem("opaque", "a port with columns is not opaque");
    } else if (!port.opaque && !has_columns) {
        reader.problem("columns", "a port has columns, or says \"opaque\": true");
    }
}

void read_ports(DocumentReader& reader, ProductDocument& product) {
    std::set<std::string> names;
    reader.objects("ports", limits::ports_per_product_max, [&](DocumentReader& item) {
        PortDocument port;
        read_port(item, port);
        if (!port.name.empty() && !names.insert(port.name).second) {
            item.problem("name", "another port has this name");
        }
        for (const PortDocument& other : product.ports) {
            if (other.location.overlaps(port.location)) {
                item.problem("location", "overlaps the location of port \"" + other.name + "\"");
                break;
            }
        }
        product.ports.push_back(std::move(port));
    });
}

void read_product(DocumentReader& reader, ProductDocument& product) {
    product.title = reader.title("title", required);
    product.description = reader.prose("description");
    product.purpose = reader.prose("purpose");
    product.limitations = reader.prose("limitations");
    product.visibility = reader.choice("visibility", visibilities, "listed");
    product.tags = reader.tags("tags");
    reader.objects("links", limits::links_per_product_max, [&](DocumentReader& item) {
        LinkDocument link;
        link.title = item.title("title", required);
        link.url = item.parsed("url", &parse_link_url, required).value_or("");
        product.links.push_back(std::move(link));
    });
    reader.objects("slo", limits::objectives_per_product_max, [&](DocumentReader& item) {
        ObjectiveDocument objective;
        objective.name = item.title("name", required);
        objective.objective = item.title("objective", required);
        product.slo.push_back(std::move(objective));
    });
    read_ports(reader, product);
}

}  // namespace

const ColumnDocument* PortDocument::column(std::string_view column_name) const {
    const auto found = std::ranges::find(columns, column_name, &ColumnDocument::name);
    return found != columns.end() ? &*found : nullptr;
}

const PortDocument* ProductDocument::port(std::string_view port_name) const {
    const auto found = std::ranges::find(ports, port_name, &PortDocument::name);
    return found != ports.end() ? &*found : nullptr;
}

Result<ProductDocument> parse_product(const Json& document) {
    return read_document(document, &read_product);
}

}  // namespace charter
