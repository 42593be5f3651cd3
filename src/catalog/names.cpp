#include "charter/catalog/names.hpp"

#include "catalog/utf8.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <algorithm>

namespace charter {

namespace {

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_name_character(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

Error invalid(std::string message) {
    return Error(ErrorCode::invalid_request, std::move(message));
}

}  // namespace

bool has_control_character(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const char32_t point = next_code_point(text, at);
        if (point < 0x20 || (point >= 0x7F && point <= 0x9F)) {
            return true;
        }
    }
    return false;
}

Result<> check_name(std::string_view text) {
    if (text.empty() || text.size() > limits::name_length_max || !is_letter(text.front()) ||
        text.back() == '-' || !std::ranges::all_of(text, is_name_character)) {
        return invalid("a name has 1 to " + std::to_string(limits::name_length_max) +
                       " of a-z 0-9 -, begins with a letter and does not end in -");
    }
    return {};
}

Result<> check_column_name(std::string_view text) {
    if (text.empty() || text.size() > limits::column_name_bytes_max) {
        return invalid("a column's name has 1 to " +
                       std::to_string(limits::column_name_bytes_max) + " bytes");
    }
    if (!is_utf8(text) || has_control_character(text)) {
        return invalid("a column's name is UTF-8 without control characters");
    }
    return {};
}

Result<> check_tag_value(std::string_view text) {
    if (text.empty() || text.size() > limits::tag_value_bytes_max) {
        return invalid("a tag's value has 1 to " + std::to_string(limits::tag_value_bytes_max) +
                       " bytes");
    }
    if (!is_utf8(text) || has_control_character(text)) {
        return invalid("a tag's value is UTF-8 without control characters");
    }
    if (text.front() == ' ' || text.back() == ' ') {
        return invalid("a tag's value does not begin or end with a space");
    }
    return {};
}

Result<PrincipalName> PrincipalName::parse(std::string_view text) {
    const std::size_t colon = text.find(':');
    const std::optional<Kind> kind = parse_kind(text.substr(0, colon));
    const bool is_principal =
        kind && (*kind == Kind::user || *kind == Kind::group || *kind == Kind::service ||
                 *kind == Kind::engine || *kind == Kind::domain);
    if (colon == std::string_view::npos || !is_principal) {
        return invalid(
            "a principal is written user:NAME, group:NAME, service:NAME, engine:NAME or "
            "domain:NAME");
    }
    const std::string_view name = text.substr(colon + 1);
    if (const Result<> checked = check_name(name); !checked) {
        return checked.error();
    }
    return PrincipalName{*kind, std::string(name)};
}

std::string PrincipalName::text() const {
    std::string text(kind_name(kind));
    text += ':';
    text += name;
    return text;
}

Result<ResourcePath> ResourcePath::parse(std::string_view text) {
    ResourcePath path;
    std::string_view rest = text;
    while (path.segments.size() < 3) {
        const std::size_t slash = rest.find('/');
        const std::string_view name = rest.substr(0, slash);
        if (const Result<> checked = check_name(name); !checked) {
            return invalid("a path is domain, domain/product, domain/product/port or "
                           "domain/product/port/column: " +
                           checked.error().message());
        }
        path.segments.emplace_back(name);
        if (slash == std::string_view::npos) {
            return path;
        }
        rest = rest.substr(slash + 1);
    }
    if (const Result<> checked = check_column_name(rest); !checked) {
        return checked.error();
    }
    path.segments.emplace_back(rest);
    return path;
}

std::string ResourcePath::text() const {
    std::string text;
    for (const std::string& segment : segments) {
        text += text.empty() ? "" : "/";
        text += segment;
    }
    return text;
}

ResourcePath ResourcePath::prefix(std::size_t count) const {
    ResourcePath path;
    for (std::size_t i = 0; i < std::min(count, segments.size()); ++i) {
        path.segments.push_back(segments[i]);
    }
    return path;
}

}  // namespace charter
