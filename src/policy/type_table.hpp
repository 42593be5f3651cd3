#pragma once

#include "charter/policy/schema.hpp"
#include "policy/budget.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace charter::policy {

/// A type in a TypeTable.
using TypeId = std::uint32_t;

/// The types that expressions have. Beyond those of a schema there are True and
/// False, of expressions whose value is known. Each type is kept once: two types
/// are equal when their ids are, so that types made to explode cost nothing.
class TypeTable {
public:
    struct Field {
        std::string name;
        TypeId type = 0;
        bool required = true;

        friend auto operator<=>(const Field&, const Field&) = default;
    };
    struct Entry {
        ValueKind kind = ValueKind::boolean;
        std::optional<bool> known = {};  // boolean: True or False
        std::string entity_type = {};    // entity
        TypeId element = 0;              // set
        std::vector<Field> fields = {};  // record: sorted by name

        friend auto operator<=>(const Entry&, const Entry&) = default;
    };

    /// Steps are counted on `budget`, which must outlive this.
    explicit TypeTable(Budget& budget) : budget_(budget) {}

    /// Boolean, numbers and the like: everything that has no parts.
    TypeId plain(ValueKind kind) { return intern(Entry{.kind = kind}); }
    TypeId boolean(std::optional<bool> known = std::nullopt) {
        return intern(Entry{.kind = ValueKind::boolean, .known = known});
    }
    TypeId entity(std::string_view type) {
        return intern(Entry{.kind = ValueKind::entity, .entity_type = std::string(type)});
    }
    TypeId set(TypeId element) { return intern(Entry{.kind = ValueKind::set, .element = element}); }
    /// `fields` in any order, each name once.
    TypeId record(std::vector<Field> fields);
    /// The same as a schema declares it; the schema must outlive this table.
    TypeId declared(const Type& type);

    const Entry& operator[](TypeId type) const { return *entries_[type]; }
    const Field* find(TypeId record, std::string_view name) const;

    /// The one type that holds the values of both, as strict validation has it: the
    /// same type but for True and False, which give Bool. Nothing when there is none.
    std::optional<TypeId> join(TypeId a, TypeId b);

    /// For messages: `Set<String>`, `User`, cut when very long.
    std::string text(TypeId type) const;

private:
    TypeId intern(Entry entry);
    std::optional<TypeId> join_records(const Entry& a, const Entry& b);
    void write(std::string& out, TypeId type) const;

    Budget& budget_;
    std::map<Entry, TypeId> known_;
    std::vector<const Entry*> entries_;
    std::unordered_map<const void*, TypeId> declared_;  // by the contents of a schema's type
    std::map<std::pair<TypeId, TypeId>, std::optional<TypeId>> joined_;
};

}  // namespace charter::policy
