#pragma once

// Random tables: columns, rows, and policies whose conditions look at them, all of them strictly
// valid. The same seed gives the same.

#include "charter/policy/entities.hpp"
#include "charter/policy/partial.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace charter::testing {

class RowGenerator {
public:
    /// Without decimals and datetimes where `plain`.
    explicit RowGenerator(std::uint64_t seed, bool plain = false);

    const policy::RowType& type() const { return type_; }
    /// The schema in which the conditions are valid: action `read` of User on Column.
    std::string schema() const;
    const policy::Entities& entities() const { return entities_; }
    /// The context is without a row.
    policy::Request request();
    /// A row of the type.
    policy::Value row();
    /// `permit (…) when {…} unless {…};` or forbid.
    std::string policy();
    /// An expression that is valid as a condition.
    std::string condition() { return condition(3, std::vector<bool>(type_.columns().size())); }

private:
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
    bool chance(std::size_t of) { return below(of) == 0; }
    /// A value that columns and literals of a kind share.
    policy::Value value(policy::ValueKind kind);
    std::string literal(policy::ValueKind kind) { return value(kind).to_cedar_text(); }
    /// `present`: the columns that are known to be there.
    std::string condition(int depth, std::vector<bool> present);
    std::string test(std::size_t column, const std::vector<bool>& present);
    std::string known();
    std::string ordered(std::size_t column, const std::string& other);
    std::string member(std::size_t column) const;
    std::string has(std::size_t column) const;

    std::mt19937_64 random_;
    policy::RowType type_;
    policy::EntityMap entities_;
};

}  // namespace charter::testing
