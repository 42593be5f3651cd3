#pragma once

#include "charter/policy/entities.hpp"
#include "charter/policy/policy.hpp"
#include "charter/policy/predicate.hpp"
#include "charter/policy/validate.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace charter::policy {

/// A column of a table as policies know it: an attribute of `context.row`.
struct RowColumn {
    std::string name;
    /// Boolean, integer, string, decimal or datetime; record: of a type that no condition tests, but
    /// for `has`.
    ValueKind kind = ValueKind::string;
    bool required = false;               // each row has it

    friend bool operator==(const RowColumn&, const RowColumn&) = default;
};

/// The rows of a table. A column that is not here may be in the table, but in no condition.
class RowType {
public:
    RowType() = default;
    /// Each name once.
    explicit RowType(std::vector<RowColumn> columns);

    /// Null: there is none of that name.
    const RowColumn* find(std::string_view name) const;
    /// Sorted by name.
    const std::vector<RowColumn>& columns() const noexcept { return columns_; }

    friend bool operator==(const RowType&, const RowType&) = default;

private:
    std::vector<RowColumn> columns_;
};

/// True when a condition reads `context.row` or `context` as a whole.
bool reads_row(const Policy& policy);

/// True when the policy has one condition, a `when`.
bool is_one_condition(const Policy& policy);

/// The columns that the conditions name, sorted, each once.
std::vector<std::string> row_columns(const Policy& policy);

/// What a policy says of rows that is more than a Predicate can say: arithmetic, entities, sets
/// or records of the row, the row as a whole. Empty: effect_on_rows() keeps all of it. Types are
/// the validator's to check.
std::vector<Finding> check_row_conditions(const Policy& policy);

/// The rows for which a policy whose scope fits takes effect; the request's context has no `row`.
/// Of a row that errs a permit says nothing, and a forbid forbids it. What is wrong or too much in
/// the conditions (see check_row_conditions, limits::policy_steps_max, Predicate::nodes_max) errs
/// on every row. Adds to `steps` what it took.
///
/// For every row that is of `type`: Authorizer, asked with that row in the context, counts the
/// policy exactly when the predicate holds for it.
Predicate effect_on_rows(const Policy& policy, const RequestView& request, const Entities& entities,
                         const RowType& type, std::size_t& steps);

/// What these leave: any permit and no forbid. A row that lacks a required column which the
/// answer depends on is not of `type`, and never permitted; nor is any when the predicate would
/// be longer than Predicate::nodes_max.
Predicate permitted_rows(std::vector<Predicate> permits, std::vector<Predicate> forbids,
                         const RowType& type);

}  // namespace charter::policy
