// Predicates as Cedar text.
#include "charter/policy/predicate.hpp"
#include "policy/pattern.hpp"
#include "policy/schema_names.hpp"

namespace charter::policy {
namespace {

using Form = Predicate::Form;

std::string member(const std::string& column) {
    return is_identifier(column) ? "context.row." + column
                                 : "context.row[" + policy::quoted(column) + "]";
}

std::string text_of(const Predicate::Operand& operand) {
    const auto* column = std::get_if<Predicate::Column>(&operand);
    return column != nullptr ? member(column->name) : std::get<Value>(operand).to_cedar_text();
}

bool is_decimal(const Predicate::Operand& operand) {
    const auto* column = std::get_if<Predicate::Column>(&operand);
    return (column != nullptr ? column->kind : std::get<Value>(operand).kind()) ==
           ValueKind::decimal;
}

std::string comparison_text(const Predicate& predicate) {
    // The column first, as people write it.
    const bool turned = std::holds_alternative<Value>(predicate.left());
    const std::string first = text_of(turned ? predicate.right() : predicate.left());
    const std::string second = text_of(turned ? predicate.left() : predicate.right());
    const bool or_equal = predicate.comparison() == Predicate::Comparison::less_or_equal;
    if (predicate.comparison() == Predicate::Comparison::equal) {
        return first + " == " + second;
    }
    if (is_decimal(predicate.left())) {
        return first + (turned ? ".greaterThan" : ".lessThan") + (or_equal ? "OrEqual(" : "(") +
               second + ")";
    }
    return first + (turned ? " >" : " <") + (or_equal ? "= " : " ") + second;
}

std::string list_text(const Predicate& predicate) {
    const bool all = predicate.form() == Form::all_of;
    std::string text;
    for (const Predicate& part : predicate.parts()) {
        const bool wrapped = all && part.form() == Form::any_of;
        text += text.empty() ? "" : all ? " && " : " || ";
        text += wrapped ? "(" + part.to_cedar_text() + ")" : part.to_cedar_text();
    }
    return text;
}

}  // namespace

std::string Predicate::to_cedar_text() const {
    switch (form()) {
        case Form::constant: return is_always() ? "true" : "false";
        case Form::has:
            return "context.row has " +
                   (is_identifier(column()) ? column() : policy::quoted(column()));
        case Form::holds: return member(column());
        case Form::compare: return comparison_text(*this);
        case Form::one_of: return Value::set(values()).to_cedar_text() + ".contains(" + member(column()) + ")";
        case Form::like: return member(column()) + " like " + Pattern(pieces()).to_cedar_text();
        case Form::negation: return "!(" + parts().front().to_cedar_text() + ")";
        case Form::all_of:
        case Form::any_of: break;
    }
    return list_text(*this);
}

}  // namespace charter::policy
