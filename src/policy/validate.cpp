#include "charter/policy/validate.hpp"

#include "charter/base/limits.hpp"
#include "policy/expression_typer.hpp"
#include "policy/scope_check.hpp"

namespace charter::policy {
namespace {

/// Calls visit(environment, action) for what the schema admits, until it says false.
template <class Visit>
void for_each_environment(const Schema& schema, Visit visit) {
    for (const auto& [uid, action] : schema.actions()) {
        for (const std::string& principal : action.principals) {
            for (const std::string& resource : action.resources) {
                if (!visit(Environment{principal, uid, resource}, action)) {
                    return;
                }
            }
        }
    }
}

void validate_one(const Policy& policy, const SchemaView& schema, TypeTable& types, Budget& budget,
                  Validation& validation) {
    const PolicyContents& contents = policy.contents();
    FindingList errors;
    check_names(policy, schema, errors);
    check_application(Scope(policy), schema, errors);

    budget = Budget(limits::validation_steps_max);
    ExpressionShapes shapes(contents);
    std::map<std::pair<TypeId, Index>, std::string> suggestions;
    // A link is typed as its template: what is wrong in another link is wrong here too.
    const Scope scope(contents);
    bool admitted = false;
    bool possible = false;
    for_each_environment(schema.schema(), [&](const Environment& environment,
                                              const ActionInfo& action) {
        budget.spend(1 + contents.action.entities.size());
        if (scope_admits(scope, schema, environment)) {
            admitted = true;
            ExpressionTyper typer({schema, contents, types, shapes, errors, budget, suggestions},
                                  environment, action);
            possible = typer.type_conditions() != false || possible;
        }
        return !budget.used_up();
    });

    if (admitted) {
        check_action_list(contents, errors);
    }
    if (budget.used_up()) {
        errors.add(0, "takes more than " + std::to_string(limits::validation_steps_max) +
                          " steps to validate (validation_steps_max)");
    } else if (!possible) {
        FindingList warnings;
        warnings.add(0, "this policy never applies: its scope and conditions hold for no request");
        warnings.move_to(validation.warnings, policy);
    }
    errors.move_to(validation.errors, policy);
}

}  // namespace

Validation validate(std::span<const Policy> policies, const Schema& schema) {
    const SchemaView view(schema);
    Budget budget(limits::validation_steps_max);
    TypeTable types(budget);
    Validation validation;
    for (const Policy& policy : policies) {
        validate_one(policy, view, types, budget, validation);
    }
    return validation;
}

Validation validate(const Policy& policy, const Schema& schema) {
    return validate(std::span(&policy, 1), schema);
}

std::vector<Environment> environments(const Policy& policy, const Schema& schema) {
    const SchemaView view(schema);
    std::vector<Environment> admitted;
    for_each_environment(schema, [&](const Environment& environment, const ActionInfo&) {
        if (scope_admits(Scope(policy), view, environment)) {
            admitted.push_back(environment);
        }
        return true;
    });
    return admitted;
}

}  // namespace charter::policy
