#include "policy/scope_check.hpp"

#include "policy/scope_places.hpp"

#include <algorithm>
#include <span>

namespace charter::policy {
namespace {

using Form = ScopeConstraint::Form;

bool names_entity(const ScopeConstraint& constraint) {
    return constraint.form != Form::any && constraint.form != Form::is && !constraint.slot;
}

bool names_type(const ScopeConstraint& constraint) {
    return constraint.form == Form::is || constraint.form == Form::is_in;
}

void skip_names(const ScopeConstraint& constraint, ScopePlaces& places) {
    if (names_type(constraint)) {
        places.next();
    }
    if (names_entity(constraint) || constraint.slot) {
        places.next();
    }
}

class NameCheck {
public:
    NameCheck(const SchemaView& schema, FindingList& errors) : schema_(schema), errors_(errors) {}

    void type(const std::string& name, std::size_t offset) {
        if (!schema_.knows_type(name) && !errors_.full()) {
            errors_.add(offset, "the schema has no entity type `" + name + "`" +
                                    did_you_mean(schema_.nearest_type(name)));
        }
    }

    void entity(const EntityUid& uid, std::size_t offset) {
        type(uid.type(), offset);
        if (SchemaView::is_action_type(uid.type())) {
            if (schema_.schema().action(uid) == nullptr && !errors_.full()) {
                errors_.add(offset, "the schema has no action `" + uid.text() + "`" +
                                        did_you_mean(schema_.nearest_action(uid)));
            }
            return;
        }
        const EntityTypeInfo* info = schema_.schema().entity_type(uid.type());
        if (info != nullptr && !info->ids.empty() && !errors_.full() &&
            std::ranges::find(info->ids, uid.id()) == info->ids.end()) {
            errors_.add(offset, "`" + uid.text() +
                                    "` is not one of the entities of the enumerated "
                                    "type `" +
                                    uid.type() + "`" +
                                    did_you_mean(nearest_of(uid.id(), info->ids)));
        }
    }

    /// `filled` is the same with its slot filled, if it has one.
    void constraint(const ScopeConstraint& written, const ScopeConstraint& filled,
                    ScopePlaces& places) {
        if (names_type(written)) {
            type(written.type, places.next());
        }
        if (names_entity(written)) {
            entity(written.entity, places.next());
        } else if (written.slot) {
            const std::size_t place = places.next();
            if (!filled.slot) {
                type(filled.entity.type(), place);  // as official, not whether it exists
            }
        }
    }

private:
    const SchemaView& schema_;
    FindingList& errors_;
};

/// True when an entity of this type can satisfy the constraint.
bool admits(const ScopeConstraint& constraint, const SchemaView& schema, const std::string& type) {
    if (names_type(constraint) && constraint.type != type) {
        return false;
    }
    // What the schema does not know is told elsewhere; here it hides nothing.
    if (!names_entity(constraint) || !schema.types_literal(constraint.entity)) {
        return true;
    }
    return constraint.form == Form::equal ? constraint.entity.type() == type
                                          : schema.may_be_in(type, constraint.entity.type());
}

bool admits(const ActionConstraint& constraint, const SchemaView& schema, const EntityUid& action) {
    if (constraint.form == ActionConstraint::Form::any) {
        return true;
    }
    if (constraint.form == ActionConstraint::Form::equal) {
        return constraint.entities.front() == action;
    }
    const bool flawed = constraint.entities.empty() ||
                        std::ranges::any_of(constraint.entities, [&](const EntityUid& listed) {
                            return !schema.types_literal(listed) ||
                                   listed.type() != constraint.entities.front().type();
                        });
    return flawed || std::ranges::any_of(constraint.entities, [&](const EntityUid& listed) {
               return schema.action_is_in(action, listed);
           });
}

/// As `admits`, but an unknown entity in the scope stands for its type.
bool applies(const ScopeConstraint& constraint, const SchemaView& schema,
             const std::vector<std::string>& types) {
    return std::ranges::any_of(types, [&](const std::string& type) {
        if (names_type(constraint) && constraint.type != type) {
            return false;
        }
        if (!names_entity(constraint)) {
            return true;
        }
        return constraint.form == Form::equal ? constraint.entity.type() == type
                                              : schema.may_be_in(type, constraint.entity.type());
    });
}

/// "; `in` instead of `==` would match the principal": the entity is of a type that
/// contains the right ones.
std::string in_instead(const ScopeConstraint& constraint, std::string_view variable,
                       const SchemaView& schema, const std::vector<std::string>& types) {
    ScopeConstraint in = constraint;
    in.form = Form::in;
    const bool fixes = constraint.form == Form::equal && !constraint.slot &&
                       !applies(constraint, schema, types) && applies(in, schema, types);
    return fixes ? "; `in` instead of `==` would match the " + std::string(variable)
                 : std::string();
}

}  // namespace

void check_names(const Policy& policy, const SchemaView& schema, FindingList& errors) {
    const PolicyContents& contents = policy.contents();
    NameCheck check(schema, errors);
    ScopePlaces places(contents.source);
    check.constraint(contents.principal, policy.principal(), places);
    for (const EntityUid& action : contents.action.entities) {
        check.entity(action, places.next());
    }
    check.constraint(contents.resource, policy.resource(), places);
    for (const Node& node : contents.nodes) {
        if (node.op == Op::is || node.op == Op::is_in) {
            check.type(contents.constants[node.b].as_string(), node.offset);
        } else if (node.op == Op::literal) {
            const Value& value = contents.constants[node.constant];
            if (value.is(ValueKind::entity)) {
                check.entity(value.as_entity(), node.offset);
            }
        }
    }
}

void check_application(const Scope& scope, const SchemaView& schema, FindingList& errors) {
    // An unknown action makes the whole list unusable.
    const bool unknown = std::ranges::any_of(scope.action.entities, [&](const EntityUid& uid) {
        return schema.schema().action(uid) == nullptr;
    });
    std::vector<std::string> principals;
    std::vector<std::string> resources;
    for (const auto& [uid, action] : schema.schema().actions()) {
        const bool meant =
            !unknown && (scope.action.form == ActionConstraint::Form::any ||
                         std::ranges::any_of(scope.action.entities, [&](const EntityUid& named) {
                             return scope.action.form == ActionConstraint::Form::equal
                                        ? named == uid
                                        : schema.action_is_in(uid, named);
                         }));
        if (!meant) {
            continue;
        }
        if (applies(scope.principal, schema, action.principals) &&
            applies(scope.resource, schema, action.resources)) {
            return;
        }
        principals.insert(principals.end(), action.principals.begin(), action.principals.end());
        resources.insert(resources.end(), action.resources.begin(), action.resources.end());
    }
    errors.add(0, "no action of the scope applies to its principal and its resource" +
                      in_instead(scope.principal, "principal", schema, principals) +
                      in_instead(scope.resource, "resource", schema, resources));
}

bool scope_admits(const Scope& scope, const SchemaView& schema, const Environment& environment) {
    return admits(scope.principal, schema, environment.principal_type) &&
           admits(scope.action, schema, environment.action) &&
           admits(scope.resource, schema, environment.resource_type);
}

void check_action_list(const PolicyContents& contents, FindingList& errors) {
    const std::vector<EntityUid>& actions = contents.action.entities;
    if (contents.action.form == ActionConstraint::Form::in_set && actions.empty()) {
        errors.add(0, "the list of actions is empty");
    }
    ScopePlaces places(contents.source);
    skip_names(contents.principal, places);
    for (const EntityUid& action : actions) {
        const std::size_t place = places.next();
        if (action.type() != actions.front().type()) {
            errors.add(place, "the actions of a list must have the same type, found `" +
                                  actions.front().type() + "` and `" + action.type() + "`");
            return;
        }
    }
}

}  // namespace charter::policy
