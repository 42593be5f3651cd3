#include "charter/policy/policy_json.hpp"
#include "policy/expression_json_writer.hpp"

namespace charter::policy {
namespace {

void write_place(JsonWriter& json, const ScopeConstraint& constraint, std::string_view slot) {
    if (constraint.slot) {
        json.member("slot", slot);
    } else {
        json.key("entity");
        write_entity(json, constraint.entity);
    }
}

void write_constraint(JsonWriter& json, const ScopeConstraint& constraint, std::string_view slot) {
    json.begin_object();
    switch (constraint.form) {
        case ScopeConstraint::Form::any:
            json.member("op", "All");
            break;
        case ScopeConstraint::Form::equal:
        case ScopeConstraint::Form::in:
            json.member("op", constraint.form == ScopeConstraint::Form::in ? "in" : "==");
            write_place(json, constraint, slot);
            break;
        case ScopeConstraint::Form::is:
        case ScopeConstraint::Form::is_in:
            json.member("op", "is").member("entity_type", constraint.type);
            if (constraint.form == ScopeConstraint::Form::is_in) {
                json.key("in").begin_object();
                write_place(json, constraint, slot);
                json.end_object();
            }
            break;
    }
    json.end_object();
}

void write_constraint(JsonWriter& json, const ActionConstraint& constraint) {
    json.begin_object();
    if (constraint.form == ActionConstraint::Form::any) {
        json.member("op", "All");
    } else if (constraint.entities.size() == 1) {
        // The official tools write `in [A]` so too.
        json.member("op", constraint.form == ActionConstraint::Form::equal ? "==" : "in");
        json.key("entity");
        write_entity(json, constraint.entities.front());
    } else {
        json.member("op", "in").key("entities").begin_array();
        for (const EntityUid& entity : constraint.entities) {
            write_entity(json, entity);
        }
        json.end_array();
    }
    json.end_object();
}

void write_annotations(JsonWriter& json, const std::vector<Annotation>& annotations) {
    json.key("annotations").begin_object();
    for (const Annotation& annotation : annotations) {
        json.key(annotation.name);
        if (annotation.bare) {
            json.null();
        } else {
            json.string(annotation.value);
        }
    }
    json.end_object();
}

void write_policy(JsonWriter& json, const Policy& policy) {
    json.begin_object().member("effect", policy.effect() == Effect::permit ? "permit" : "forbid");
    json.key("principal");
    write_constraint(json, policy.principal(), "?principal");
    json.key("action");
    write_constraint(json, policy.action());
    json.key("resource");
    write_constraint(json, policy.resource(), "?resource");
    json.key("conditions").begin_array();
    for (const Condition& condition : policy.contents().conditions) {
        json.begin_object().member("kind", condition.unless ? "unless" : "when").key("body");
        write_expression(json, policy.contents(), condition.expression);
        json.end_object();
    }
    json.end_array();
    if (!policy.annotations().empty()) {
        write_annotations(json, policy.annotations());
    }
    json.end_object();
}

void write_policies(JsonWriter& json, const PolicySet::ById& policies) {
    json.begin_object();
    for (const auto& [id, policy] : policies) {
        json.key(id);
        write_policy(json, policy);
    }
    json.end_object();
}

void write_link(JsonWriter& json, const Policy& link) {
    json.begin_object().member("templateId", *link.template_id()).member("newId", link.id());
    json.key("values").begin_object();
    if (link.contents().principal.slot) {
        json.key("?principal");
        write_entity(json, link.principal().entity);
    }
    if (link.contents().resource.slot) {
        json.key("?resource");
        write_entity(json, link.resource().entity);
    }
    json.end_object().end_object();
}

}  // namespace

std::string policy_to_json(const Policy& policy) {
    std::string out;
    JsonWriter json(out);
    write_policy(json, policy);
    return out;
}

std::string policy_set_to_json(const PolicySet& policies) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("templates");
    write_policies(json, policies.templates());
    json.key("staticPolicies");
    write_policies(json, policies.policies());
    json.key("templateLinks").begin_array();
    for (const auto& [id, link] : policies.links()) {
        write_link(json, link);
    }
    json.end_array().end_object();
    return out;
}

}  // namespace charter::policy
