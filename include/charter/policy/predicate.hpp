#pragma once

#include "charter/policy/value.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace charter::policy {

/// A condition on one row of a table: what partial evaluation leaves of a policy when everything
/// but the row is known. It speaks of the row's columns, literals and nothing else, so it cannot
/// err on any row and says the same in Cedar and in SQL.
///
/// It has two values: of a column that is absent (SQL's NULL) every test but `has` is false. A
/// policy that the strict validator accepts never tests an absent column, so nothing is changed
/// by that.
///
/// Immutable, contents shared, cheap to copy, thread-safe. What the factories make is simplified:
/// constants are folded, nested lists joined, repetitions left out, `p && !p` is false.
class Predicate {
public:
    enum class Form : std::uint8_t {
        constant,  // value()
        has,       // column(): the row has it
        holds,     // column(), which is Boolean: it is true
        compare,   // left(), comparison(), right()
        one_of,    // column(), values()
        like,      // column(), pieces()
        negation,  // parts(), one
        all_of,    // parts(), two or more
        any_of,    // parts(), two or more
    };
    enum class Comparison : std::uint8_t { equal, less, less_or_equal };
    struct Column {
        std::string name;
        ValueKind kind = ValueKind::string;

        friend auto operator<=>(const Column&, const Column&) = default;
    };
    /// A column, or a literal: Boolean, integer, string, decimal or datetime.
    using Operand = std::variant<Column, Value>;

    /// Never.
    Predicate() : Predicate(constant(false)) {}

    static Predicate constant(bool value);
    static Predicate has(std::string column);
    static Predicate holds(std::string column);
    /// Both sides are of one type: Booleans and strings are equal or not, the others are in order
    /// too.
    static Predicate compare(Operand left, Comparison comparison, Operand right);
    /// The column's value is one of these, which are of its type.
    static Predicate one_of(std::string column, std::vector<Value> values);
    /// The column, a string, is these pieces with anything between one and the next.
    static Predicate like(std::string column, std::vector<std::string> pieces);
    static Predicate negation(const Predicate& part);
    static Predicate all_of(std::vector<Predicate> parts);
    static Predicate any_of(std::vector<Predicate> parts);

    Form form() const noexcept;
    bool is_always() const noexcept;
    bool is_never() const noexcept;
    /// How many nodes its text has: over nodes_max it is too long to be used.
    static constexpr std::size_t nodes_max = 10'000;
    std::size_t size() const noexcept;

    const std::string& column() const;
    const Operand& left() const;
    const Operand& right() const;
    Comparison comparison() const;
    /// Sorted, each once.
    const std::vector<Value>& values() const;
    const std::vector<std::string>& pieces() const;
    const std::vector<Predicate>& parts() const;

    /// Every column that is named, sorted, each once.
    std::vector<std::string> columns() const;

    /// Whether it holds for this row, a record.
    bool holds_for(const Value& row) const;

    /// A Cedar expression: `context.row has c && context.row.c == "GERMANY"`.
    std::string to_cedar_text() const;

    /// Alike in every part; two that mean the same may differ.
    friend bool operator==(const Predicate& a, const Predicate& b) noexcept;
    friend std::strong_ordering operator<=>(const Predicate& a, const Predicate& b) noexcept;

private:
    struct Contents;
    explicit Predicate(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}
    static Predicate list(Form form, std::vector<Predicate> parts);

    std::shared_ptr<const Contents> contents_;
};

}  // namespace charter::policy
