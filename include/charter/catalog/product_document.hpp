#pragma once

#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/catalog/column_type.hpp"
#include "charter/catalog/storage_uri.hpp"
#include "charter/catalog/tags.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

struct ColumnDocument {
    std::string name;
    std::optional<std::int32_t> field_id;  // always there in a published version
    ColumnType type;
    std::string type_text;  // type.text()
    bool nullable = true;
    std::string description;
    Tags tags;
};

/// One way to read a product. Either opaque or with at least one column.
struct PortDocument {
    std::string name;
    std::string kind = "files";  // by the name rule: "files", "table" …
    std::string format;          // by the name rule: "parquet" …; "" when not said
    std::string description;
    StorageUri location;
    bool opaque = false;
    Tags tags;
    std::vector<ColumnDocument> columns;
    /// The highest field_id this port ever gave: keeps the id of a removed column
    /// from being given again. Written into published versions.
    std::optional<std::int32_t> last_field_id;

    /// By exact name; null when there is none.
    const ColumnDocument* column(std::string_view column_name) const;
};

struct LinkDocument {
    std::string title;
    std::string url;  // http or https
};

struct ObjectiveDocument {
    std::string name;
    std::string objective;
};

/// A product, as its working copy or as a published version of it.
struct ProductDocument {
    std::string title;
    std::string description;
    std::string purpose;
    std::string limitations;
    std::string visibility = "listed";  // or "hidden"
    Tags tags;
    std::vector<LinkDocument> links;
    std::vector<ObjectiveDocument> slo;
    std::vector<PortDocument> ports;

    /// By name; null when there is none.
    const PortDocument* port(std::string_view port_name) const;
};

/// Errors: invalid_request, with every place that is wrong.
Result<ProductDocument> parse_product(const Json& document);

/// The product with a field_id for each column and a last_field_id for each port
/// with columns: what a publish freezes. The working copy itself stays as it was
/// put. An id that the product gives is kept; else a column has the id it had
/// under its name in `previous_version` (null: there is none); else the next one
/// that this port never gave. `product` must be valid (parse_product), and so
/// must `previous_version`.
Json with_field_ids(const Json& product, const Json* previous_version);

}  // namespace charter
