// Types as a schema declares them.

#include "charter/policy/schema.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

void append(std::string& out, const Type& type) {
    switch (type.kind) {
        case ValueKind::boolean:
            out += "Bool";
            return;
        case ValueKind::integer:
            out += "Long";
            return;
        case ValueKind::string:
            out += "String";
            return;
        case ValueKind::entity:
            out += type.entity_type;
            return;
        case ValueKind::set:
            out += "Set<";
            append(out, *type.element);
            out += '>';
            return;
        case ValueKind::record: {
            out += '{';
            std::string_view separator;
            for (const AttributeType& attribute : *type.attributes) {
                out.append(separator).append(quoted(attribute.name));
                out += attribute.required ? ": " : "?: ";
                append(out, attribute.type);
                separator = ", ";
            }
            out += '}';
            return;
        }
        case ValueKind::decimal:
            out += "decimal";
            return;
        case ValueKind::ip_address:
            out += "ipaddr";
            return;
        case ValueKind::datetime:
            out += "datetime";
            return;
        case ValueKind::duration:
            out += "duration";
            return;
    }
}

}  // namespace

const AttributeType* Type::find(std::string_view name) const {
    if (attributes == nullptr) {
        return nullptr;
    }
    const auto found = std::ranges::lower_bound(
        *attributes, name, std::ranges::less{},
        [](const AttributeType& attribute) -> std::string_view { return attribute.name; });
    return found != attributes->end() && found->name == name ? &*found : nullptr;
}

std::string Type::text() const {
    std::string out;
    append(out, *this);
    return out;
}

bool operator==(const Type& a, const Type& b) {
    if (a.kind != b.kind) {
        return false;
    }
    switch (a.kind) {
        case ValueKind::entity:
            return a.entity_type == b.entity_type;
        case ValueKind::set:
            return a.element == b.element || *a.element == *b.element;
        case ValueKind::record:
            return a.attributes == b.attributes || *a.attributes == *b.attributes;
        default:
            return true;
    }
}

}  // namespace charter::policy
