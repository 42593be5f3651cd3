#pragma once

#include "charter/base/result.hpp"
#include "charter/catalog/resource.hpp"

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// A name has 1 to 63 of a-z 0-9 -, begins with a letter and does not end in
/// '-'. Errors: invalid_request.
Result<> check_name(std::string_view text);

/// A column keeps the name it has in the data: 1 to 255 bytes of UTF-8 without
/// control characters. Errors: invalid_request.
Result<> check_column_name(std::string_view text);

/// A tag's value: 1 to 128 bytes of UTF-8 without control characters and without
/// space at either end. Errors: invalid_request.
Result<> check_tag_value(std::string_view text);

/// True when `text` has a control character of Unicode (C0, DEL, C1). `text` must
/// be valid UTF-8.
bool has_control_character(std::string_view text);

/// The name without its case, to find names that differ by case only. Simple
/// folding of Latin, Greek, Cyrillic, Armenian and full-width letters; other
/// scripts with case are rare in column names and compare as they are.
/// Source: Unicode CaseFolding.txt, status C and S.
std::string fold_case(std::string_view text);

/// A principal as the API writes it. `domain:marketing` is the team of a domain:
/// its members.
struct PrincipalName {
    Kind kind = Kind::user;  // user, group, service, engine or domain
    std::string name;

    /// Reads "user:ana". Errors: invalid_request.
    static Result<PrincipalName> parse(std::string_view text);
    std::string text() const;

    friend bool operator==(const PrincipalName&, const PrincipalName&) = default;
    friend auto operator<=>(const PrincipalName&, const PrincipalName&) = default;
};

/// Where a resource is in the mesh: "customer", "customer/customers",
/// "customer/customers/files", "customer/customers/files/c_col". A column's name
/// may itself hold a '/': the fourth part is the whole rest.
struct ResourcePath {
    std::vector<std::string> segments;  // 1 to 4: domain, product, port, column

    /// Errors: invalid_request.
    static Result<ResourcePath> parse(std::string_view text);
    std::string text() const;

    std::size_t depth() const noexcept { return segments.size(); }
    /// The first `count` parts, or all: prefix(2) of a port is its product.
    ResourcePath prefix(std::size_t count) const;

    /// A part that is not there is "".
    std::string_view domain() const { return part(0); }
    std::string_view product() const { return part(1); }
    std::string_view port() const { return part(2); }
    std::string_view column() const { return part(3); }

    friend bool operator==(const ResourcePath&, const ResourcePath&) = default;
    friend auto operator<=>(const ResourcePath&, const ResourcePath&) = default;

private:
    std::string_view part(std::size_t i) const {
        return i < segments.size() ? std::string_view(segments[i]) : std::string_view();
    }
};

}  // namespace charter
