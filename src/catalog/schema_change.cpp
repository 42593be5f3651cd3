#include "charter/catalog/schema_change.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace charter {

namespace {

struct ChangeFacts {
    std::string_view name;
    bool breaking;
    std::string_view sentence;  // after "port files" or "column c of port files"
};

/// In the order of ChangeKind.
constexpr std::array<ChangeFacts, 16> change_facts{{
    {"port_added", false, "was added"},
    {"port_removed", true, "was removed"},
    {"port_kind_changed", true, "is of another kind"},
    {"port_format_changed", true, "has another format"},
    {"port_location_changed", false, "has another location"},
    {"port_made_opaque", true, "tells its columns no more"},
    {"port_opened", false, "tells its columns now"},
    {"column_added", false, "was added"},
    {"column_removed", true, "was removed"},
    {"column_renamed", true, "was renamed"},
    {"columns_reordered", false, "has its columns in another order"},
    {"column_field_id_changed", true, "has another field_id"},
    {"column_type_widened", false, "has a wider type"},
    {"column_type_changed", true, "has a narrower or another type"},
    {"column_nullable_loosened", true, "may be null now"},
    {"column_nullable_tightened", false, "is never null now"},
}};

const ChangeFacts& facts(ChangeKind kind) {
    return change_facts[static_cast<std::size_t>(kind)];
}

std::string bool_text(bool value) {
    return value ? "true" : "false";
}

/// Compares one port with itself in the later revision.
class PortComparison {
public:
    PortComparison(const PortDocument& before, const PortDocument& after,
                   std::vector<SchemaChange>& changes)
        : before_(before), after_(after), changes_(changes) {}

    void run() {
        differ(ChangeKind::port_kind_changed, "", before_.kind, after_.kind);
        differ(ChangeKind::port_format_changed, "", before_.format, after_.format);
        differ(ChangeKind::port_location_changed, "", before_.location.text(),
               after_.location.text());
        if (before_.opaque != after_.opaque) {
            add(after_.opaque ? ChangeKind::port_made_opaque : ChangeKind::port_opened, "",
                bool_text(before_.opaque), bool_text(after_.opaque));
            return;  // one side has no columns to compare
        }
        compare_columns();
    }

private:
    void add(ChangeKind kind, const std::string& column, std::string before, std::string after) {
        changes_.push_back({kind, before_.name, column, std::move(before), std::move(after),
                            facts(kind).breaking});
    }

    void differ(ChangeKind kind, const std::string& column, const std::string& before,
                const std::string& after) {
        if (before != after) {
            add(kind, column, before, after);
        }
    }

    /// The same column later under another name: one that is new by name and has
    /// the same field_id.
    const ColumnDocument* renamed(const ColumnDocument& column) const {
        if (!column.field_id) {
            return nullptr;
        }
        for (const ColumnDocument& later : after_.columns) {
            if (later.field_id == column.field_id && before_.column(later.name) == nullptr) {
                return &later;
            }
        }
        return nullptr;
    }

    void compare_columns() {
        std::set<std::string> matched;
        std::vector<std::string> common;  // in the earlier order, by later names
        for (const ColumnDocument& column : before_.columns) {
            const ColumnDocument* later = after_.column(column.name);
            if (later == nullptr) {
                later = renamed(column);
                if (later == nullptr) {
                    add(ChangeKind::column_removed, column.name, column.type_text, "");
                    continue;
                }
                add(ChangeKind::column_renamed, column.name, column.name, later->name);
            }
            matched.insert(later->name);
            common.push_back(later->name);
            compare_column(column, *later);
        }
        std::vector<std::string> later_order;
        for (const ColumnDocument& column : after_.columns) {
            if (matched.contains(column.name)) {
                later_order.push_back(column.name);
            } else {
                add(ChangeKind::column_added, column.name, "", column.type_text);
            }
        }
        if (common != later_order) {
            add(ChangeKind::columns_reordered, "", "", "");
        }
    }

    void compare_column(const ColumnDocument& before, const ColumnDocument& after) {
        if (before.field_id && after.field_id) {
            differ(ChangeKind::column_field_id_changed, before.name,
                   std::to_string(*before.field_id), std::to_string(*after.field_id));
        }
        differ(widens(before.type, after.type) ? ChangeKind::column_type_widened
                                               : ChangeKind::column_type_changed,
               before.name, before.type_text, after.type_text);
        differ(after.nullable ? ChangeKind::column_nullable_loosened
                              : ChangeKind::column_nullable_tightened,
               before.name, bool_text(before.nullable), bool_text(after.nullable));
    }

    const PortDocument& before_;
    const PortDocument& after_;
    std::vector<SchemaChange>& changes_;
};

std::optional<std::uint32_t> version_number(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool leading_zero = text.size() > 1 && text.front() == '0';
    if (failed != std::errc() || end != text.data() + text.size() || text.size() > 9 ||
        leading_zero) {
        return std::nullopt;
    }
    return number;
}

}  // namespace

Result<Version> Version::parse(std::string_view text) {
    const std::size_t first = text.find('.');
    const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
    if (second != std::string_view::npos) {
        const auto major = version_number(text.substr(0, first));
        const auto minor = version_number(text.substr(first + 1, second - first - 1));
        const auto patch = version_number(text.substr(second + 1));
        if (major && minor && patch) {
            return Version{*major, *minor, *patch};
        }
    }
    return Error(ErrorCode::invalid_request,
                 "a version is three numbers without leading zeros, such as 1.2.0");
}

std::string Version::text() const {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::string_view change_kind_name(ChangeKind kind) {
    return facts(kind).name;
}

std::string SchemaChange::text() const {
    std::string text = column.empty() ? "port " + port : "column " + column + " of port " + port;
    text += " ";
    text += facts(kind).sentence;
    const bool shows_both = !before.empty() && !after.empty() && before != "true" &&
                            before != "false";
    if (shows_both) {
        text += ": " + before + " became " + after;
    }
    return text;
}

std::vector<SchemaChange> compare_schemas(const ProductDocument& before,
                                          const ProductDocument& after) {
    std::vector<SchemaChange> changes;
    const auto add = [&](ChangeKind kind, const PortDocument& port) {
        changes.push_back({kind, port.name, "", "", "", facts(kind).breaking});
    };
    for (const PortDocument& port : before.ports) {
        if (const PortDocument* later = after.port(port.name)) {
            PortComparison(port, *later, changes).run();
        } else {
            add(ChangeKind::port_removed, port);
        }
    }
    for (const PortDocument& port : after.ports) {
        if (before.port(port.name) == nullptr) {
            add(ChangeKind::port_added, port);
        }
    }
    return changes;
}

bool has_breaking_change(const std::vector<SchemaChange>& changes) {
    return std::ranges::any_of(changes, &SchemaChange::breaking);
}

}  // namespace charter
