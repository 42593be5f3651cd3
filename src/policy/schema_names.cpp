#include "policy/schema_names.hpp"

#include "policy/expression_parser.hpp"

#include <algorithm>
#include <array>

namespace charter::policy {
namespace {

constexpr std::string_view cedar_namespace = "__cedar";

constexpr std::array<std::string_view, 8> reserved_common_types{
    "Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String"};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Calls `check` with every part of a name until one is refused.
template <class Check>
bool every_part(std::string_view name, Check check) {
    while (true) {
        const std::size_t end = name.find("::");
        if (!check(name.substr(0, end))) {
            return false;
        }
        if (end == std::string_view::npos) {
            return true;
        }
        name.remove_prefix(end + 2);
    }
}

}  // namespace

bool is_declarable(std::string_view name) {
    return every_part(name, [](std::string_view part) { return part != cedar_namespace; });
}

bool is_reserved_common_type(std::string_view name) {
    return std::ranges::find(reserved_common_types, name) != reserved_common_types.end();
}

bool is_word(std::string_view text) {
    return !text.empty() && is_letter(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

bool is_identifier(std::string_view text) {
    return is_word(text) && !is_reserved(text);
}

bool is_path(std::string_view text) {
    return every_part(text, is_identifier);
}

std::string qualified(std::string_view space, std::string_view name) {
    std::string full(space);
    if (!full.empty()) {
        full += "::";
    }
    return full += name;
}

std::string_view base_name(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace charter::policy
