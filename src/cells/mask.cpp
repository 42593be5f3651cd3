#include "charter/cells/mask.hpp"

#include <algorithm>
#include <array>

namespace charter::cells {
namespace {

// In the order of Mask.
constexpr std::array<std::string_view, 9> names{
    "mask-alphanum",     "mask-to-fixed-value", "replace-with-null",
    "show-first-4",      "show-last-4",         "truncate-to-year",
    "truncate-to-month", "sha-256-global",      "sha-256-query-local"};

}  // namespace

std::string_view mask_name(Mask mask) {
    return names[static_cast<std::size_t>(mask)];
}

std::optional<Mask> mask_of(std::string_view name) {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt
                                : std::optional(static_cast<Mask>(found - names.begin()));
}

bool fits(Mask mask, const ColumnType& type, bool nullable) {
    const auto is_one_of = [&](auto... kinds) { return ((type.kind == kinds) || ...); };
    switch (mask) {
        case Mask::mask_alphanum:
        case Mask::show_first_4:
        case Mask::show_last_4:
            return is_one_of(TypeKind::string);
        case Mask::mask_to_fixed_value:
            return true;
        case Mask::replace_with_null:
            return nullable;
        case Mask::truncate_to_year:
        case Mask::truncate_to_month:
            return is_one_of(TypeKind::date, TypeKind::timestamp, TypeKind::timestamptz);
        case Mask::sha_256_global:
        case Mask::sha_256_query_local:
            return is_one_of(TypeKind::string, TypeKind::int32, TypeKind::int64, TypeKind::binary);
    }
    return false;
}

std::optional<Mask> choose_mask(std::span<const std::string> named, const ColumnType& type,
                                bool nullable) {
    const std::optional<Mask> mask = named.size() == 1 ? mask_of(named.front()) : std::nullopt;
    return mask && fits(*mask, type, nullable) ? mask : std::nullopt;
}

}  // namespace charter::cells
