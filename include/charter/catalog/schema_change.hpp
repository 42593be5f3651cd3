#pragma once

#include "charter/base/result.hpp"
#include "charter/catalog/product_document.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// The version of a published product, "1.2.0": three numbers of at most nine
/// digits, no leading zeros, no pre-releases.
/// Source: Semantic Versioning 2.0.0, items 2 and 11.
struct Version {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::uint32_t patch = 0;

    /// Errors: invalid_request.
    static Result<Version> parse(std::string_view text);
    std::string text() const;

    friend auto operator<=>(const Version&, const Version&) = default;
};

enum class ChangeKind : std::uint8_t {
    port_added,
    port_removed,
    port_kind_changed,
    port_format_changed,
    port_location_changed,  // readers ask for the location each time: it breaks nothing
    port_made_opaque,
    port_opened,  // was opaque, has columns now
    column_added,
    column_removed,
    column_renamed,  // the same field_id under another name
    columns_reordered,
    column_field_id_changed,
    column_type_widened,
    column_type_changed,  // narrowed, or another type
    column_nullable_loosened,   // may be null now
    column_nullable_tightened,  // may not be null any more
};

/// "column_removed": the word of the API.
std::string_view change_kind_name(ChangeKind kind);

/// One difference between the ports of two revisions of a product.
struct SchemaChange {
    ChangeKind kind = ChangeKind::port_added;
    std::string port;
    std::string column;  // "" where the whole port changed; the old name where it was renamed
    std::string before;  // as text: "int", "false", "csv" …; "" where there was nothing
    std::string after;
    bool breaking = false;  // readers of `before` may fail on `after`

    /// One sentence for people: "column c_login of port files was removed".
    std::string text() const;
};

/// What changed for readers, ports in the order of `before`, then the new ones.
/// Columns are the same by name; those left over, by field_id (a rename). A
/// field_id that one side does not say is taken as unchanged.
std::vector<SchemaChange> compare_schemas(const ProductDocument& before,
                                          const ProductDocument& after);

/// True when one of them breaks readers: it needs a new major version.
bool has_breaking_change(const std::vector<SchemaChange>& changes);

}  // namespace charter
