#include "policy/type_table.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

constexpr std::size_t text_bytes_max = 120;

std::string_view plain_name(ValueKind kind) {
    switch (kind) {
        case ValueKind::boolean:
            return "Bool";
        case ValueKind::integer:
            return "Long";
        case ValueKind::string:
            return "String";
        case ValueKind::decimal:
            return "decimal";
        case ValueKind::ip_address:
            return "ipaddr";
        case ValueKind::datetime:
            return "datetime";
        case ValueKind::duration:
            return "duration";
        case ValueKind::entity:
        case ValueKind::set:
        case ValueKind::record:
            break;
    }
    return {};
}

/// Appends whole words only, so that no character is cut.
void append(std::string& out, std::string_view piece) {
    if (out.ends_with("…")) {
        return;
    }
    out += out.size() + piece.size() > text_bytes_max ? "…" : piece;
}

}  // namespace

TypeId TypeTable::intern(Entry entry) {
    budget_.spend(1 + entry.fields.size());
    const auto [known, added] =
        known_.emplace(std::move(entry), static_cast<TypeId>(entries_.size()));
    if (added) {
        entries_.push_back(&known->first);
    }
    return known->second;
}

TypeId TypeTable::record(std::vector<Field> fields) {
    std::ranges::sort(fields, {}, &Field::name);
    return intern(Entry{.kind = ValueKind::record, .fields = std::move(fields)});
}

TypeId TypeTable::declared(const Type& type) {
    if (type.kind == ValueKind::entity) {
        return entity(type.entity_type);
    }
    if (type.kind != ValueKind::set && type.kind != ValueKind::record) {
        return plain(type.kind);
    }
    const bool is_set = type.kind == ValueKind::set;
    const void* contents = is_set ? static_cast<const void*>(type.element.get())
                                  : static_cast<const void*>(type.attributes.get());
    if (const auto known = declared_.find(contents); known != declared_.end()) {
        return known->second;
    }
    TypeId made = 0;
    if (is_set) {
        made = set(declared(*type.element));
    } else {
        std::vector<Field> fields;
        for (const AttributeType& attribute : *type.attributes) {
            fields.push_back({attribute.name, declared(attribute.type), attribute.required});
        }
        made = record(std::move(fields));
    }
    declared_.emplace(contents, made);
    return made;
}

const TypeTable::Field* TypeTable::find(TypeId record, std::string_view name) const {
    const std::vector<Field>& fields = entries_[record]->fields;
    const auto found = std::ranges::lower_bound(
        fields, name, {}, [](const Field& field) { return std::string_view(field.name); });
    return found != fields.end() && found->name == name ? &*found : nullptr;
}

std::optional<TypeId> TypeTable::join(TypeId a, TypeId b) {
    if (a == b) {
        return a;
    }
    const Entry& first = *entries_[a];
    const Entry& second = *entries_[b];
    if (first.kind != second.kind) {
        return std::nullopt;
    }
    if (first.kind == ValueKind::boolean) {
        return boolean();
    }
    if (first.kind != ValueKind::set && first.kind != ValueKind::record) {
        return std::nullopt;
    }
    const auto pair = std::minmax(a, b);
    if (const auto known = joined_.find(pair); known != joined_.end()) {
        return known->second;
    }
    std::optional<TypeId> result;
    if (first.kind == ValueKind::record) {
        result = join_records(first, second);
    } else if (const auto element = join(first.element, second.element)) {
        result = set(*element);
    }
    joined_.emplace(pair, result);
    return result;
}

std::optional<TypeId> TypeTable::join_records(const Entry& a, const Entry& b) {
    if (a.fields.size() != b.fields.size()) {
        return std::nullopt;
    }
    budget_.spend(a.fields.size());
    std::vector<Field> fields;
    for (std::size_t i = 0; i < a.fields.size(); ++i) {
        const Field& first = a.fields[i];
        const Field& second = b.fields[i];
        if (first.name != second.name || first.required != second.required) {
            return std::nullopt;
        }
        const auto type = join(first.type, second.type);
        if (!type) {
            return std::nullopt;
        }
        fields.push_back({first.name, *type, first.required});
    }
    return record(std::move(fields));
}

std::string TypeTable::text(TypeId type) const {
    std::string out;
    write(out, type);
    return out;
}

void TypeTable::write(std::string& out, TypeId type) const {
    const Entry& entry = *entries_[type];
    if (entry.kind == ValueKind::entity) {
        append(out, entry.entity_type);
    } else if (entry.kind == ValueKind::set) {
        append(out, "Set<");
        write(out, entry.element);
        append(out, ">");
    } else if (entry.kind == ValueKind::record) {
        append(out, "{");
        for (std::size_t i = 0; i < entry.fields.size() && !out.ends_with("…"); ++i) {
            append(out, i == 0 ? "" : ", ");
            append(out, quoted(entry.fields[i].name));
            append(out, entry.fields[i].required ? ": " : "?: ");
            write(out, entry.fields[i].type);
        }
        append(out, "}");
    } else {
        append(out, plain_name(entry.kind));
    }
}

}  // namespace charter::policy
