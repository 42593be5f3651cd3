#include "policy/policy_printer.hpp"

#include "policy/expression_printer.hpp"

namespace charter::policy {
namespace {

std::string constraint_text(std::string_view variable, const ScopeConstraint& constraint) {
    using enum ScopeConstraint::Form;
    std::string out(variable);
    if (constraint.form == is || constraint.form == is_in) {
        out += " is " + constraint.type;
    }
    if (constraint.form == any || constraint.form == is) {
        return out;
    }
    out += constraint.form == equal ? " == " : " in ";
    return out + (constraint.slot ? "?" + std::string(variable) : constraint.entity.text());
}

std::string constraint_text(const ActionConstraint& constraint) {
    using enum ActionConstraint::Form;
    std::string out = "action";
    if (constraint.form == any) {
        return out;
    }
    out += constraint.form == equal ? " == " : constraint.form == in ? " in " : " in [";
    std::string_view separator;
    for (const EntityUid& entity : constraint.entities) {
        out.append(separator).append(entity.text());
        separator = ", ";
    }
    return out + (constraint.form == in_set ? "]" : "");
}

}  // namespace

std::string print_principal(const Policy& policy) {
    return constraint_text("principal", policy.principal());
}

std::string print_action(const Policy& policy) {
    return constraint_text(policy.action());
}

std::string print_resource(const Policy& policy) {
    return constraint_text("resource", policy.resource());
}

std::string print_policy(const Policy& policy) {
    std::string out;
    for (const Annotation& annotation : policy.annotations()) {
        out += "@" + annotation.name;
        out += annotation.bare ? " " : "(" + policy::quoted(annotation.value) + ") ";
    }
    out += policy.effect() == Effect::permit ? "permit (" : "forbid (";
    out += print_principal(policy) + ", " + print_action(policy) + ", " + print_resource(policy) + ")";
    for (const Condition& condition : policy.contents().conditions) {
        out += condition.unless ? " unless { " : " when { ";
        print_expression(policy.contents(), condition.expression, out);
        out += " }";
    }
    return out + ";";
}

}  // namespace charter::policy
