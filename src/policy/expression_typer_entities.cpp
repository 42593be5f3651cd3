// What reads entities: attributes, tags, `is`, `in`.

#include "policy/expression_conjunction.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

std::string shown_name(const std::string& name) {
    return "`" + name + "`";
}

}  // namespace

ExpressionTyper::Typed ExpressionTyper::type_is(const Node& node, const Typed& object) const {
    if (!object.type) {
        return boolean({}, true);
    }
    return boolean(entry_of(*object.type).entity_type == name_at(node.b), object.failed);
}

/// `x is T in y` is `x is T && x in y`.
ExpressionTyper::Typed ExpressionTyper::type_is_in(const Node& node) {
    const Typed object = expect(node.a, {ValueKind::entity});
    const Typed is = type_is(node, object);
    if (is_known(is, false)) {
        return is;
    }
    Typed in = type_in(object, node.a, node.c);
    in.failed = in.failed || is.failed;
    return in;
}

ExpressionTyper::Typed ExpressionTyper::type_in(const Typed& below, Index below_node,
                                                Index above_node) {
    const Typed above = expect(above_node, {ValueKind::entity, ValueKind::set});
    if (above.type && entry_of(*above.type).kind == ValueKind::set &&
        !is_entity(entry_of(*above.type).element)) {
        error(node_at(above_node), "expected an entity or a set of entities, found " +
                                       input_.types.text(*above.type) +
                                       "; whether a set has an element is asked with `contains`");
        return boolean({}, true);
    }
    if (below.failed || above.failed || !below.type || !above.type) {
        return boolean({}, true);
    }
    if (const auto known = known_action_in(below_node, above_node)) {
        return boolean(known, false);
    }
    const TypeTable::Entry& outer = entry_of(*above.type);
    const TypeTable::Entry& ancestor =
        outer.kind == ValueKind::set ? entry_of(outer.element) : outer;
    const bool possible =
        input_.schema.may_be_in(entry_of(*below.type).entity_type, ancestor.entity_type);
    return boolean(possible ? std::nullopt : std::optional(false), false);
}

/// The schema has all actions, so where both sides are literals it decides.
std::optional<bool> ExpressionTyper::known_action_in(Index below, Index above) const {
    const auto action = entity_literal_of(below);
    if (!action || !SchemaView::is_action_type(action->type())) {
        return std::nullopt;
    }
    const auto ancestors = entity_literals_of(above);
    if (!ancestors) {
        return std::nullopt;
    }
    input_.budget.spend(ancestors->size());
    return std::ranges::any_of(*ancestors, [&](const EntityUid& ancestor) {
        return input_.schema.action_is_in(*action, ancestor);
    });
}

std::optional<ExpressionTyper::Attribute> ExpressionTyper::find_attribute(
    TypeId object, std::string_view name) const {
    const TypeTable::Entry& entry = entry_of(object);
    if (entry.kind == ValueKind::record) {
        const TypeTable::Field* field = input_.types.find(object, name);
        return field ? std::optional(Attribute{field->type, field->required}) : std::nullopt;
    }
    const EntityTypeInfo* type = input_.schema.schema().entity_type(entry.entity_type);
    const AttributeType* declared = type ? type->attributes.find(name) : nullptr;
    return declared
               ? std::optional(Attribute{input_.types.declared(declared->type), declared->required})
               : std::nullopt;
}

ExpressionTyper::Typed ExpressionTyper::type_attribute(const Node& node) {
    const Typed object = expect(node.a, {ValueKind::entity, ValueKind::record});
    if (!object.type) {
        return hidden();
    }
    const std::string& name = name_at(node.b);
    const auto attribute = find_attribute(*object.type, name);
    if (!attribute) {
        tell_unknown_attribute(node, *object.type);
        return hidden();
    }
    const Capability needed{Capability::Kind::attribute, input_.shapes.of(node.a), node.b};
    if (!attribute->required && !known_.contains(needed)) {
        error(node, "attribute " + shown_name(name) + " of " + owner(node.a, *object.type) +
                        " is optional; test it with `has` before");
        return {attribute->type, true, {}};
    }
    return {attribute->type, object.failed, {}};
}

void ExpressionTyper::tell_unknown_attribute(const Node& node, TypeId object) {
    const std::string& name = name_at(node.b);
    const auto [suggestion, is_new] = input_.suggestions.try_emplace({object, node.b});
    if (is_new && !input_.errors.full()) {
        const std::vector<std::string> known = attribute_names(object);
        input_.budget.spend(known.size() * 20);  // about as long as that many nodes
        suggestion->second = did_you_mean(nearest_of(name, known));
    }
    error(node, "attribute " + shown_name(name) + " is not declared for " + owner(node.a, object) +
                    suggestion->second);
}

std::vector<std::string> ExpressionTyper::attribute_names(TypeId object) const {
    std::vector<std::string> names;
    const TypeTable::Entry& entry = entry_of(object);
    if (entry.kind == ValueKind::record) {
        for (const TypeTable::Field& field : entry.fields) {
            names.push_back(field.name);
        }
    } else if (const auto* type = input_.schema.schema().entity_type(entry.entity_type)) {
        for (const AttributeType& attribute : *type->attributes.attributes) {
            names.push_back(attribute.name);
        }
    }
    return names;
}

std::string ExpressionTyper::owner(Index object, TypeId type) const {
    if (is_entity(type)) {
        return "`" + entry_of(type).entity_type + "`";
    }
    return node_at(object).op == Op::context ? "the context of `" + environment_.action.text() + "`"
                                             : "this record";
}

/// `x has a.b` is `x has a && x.a has b`.
ExpressionTyper::Typed ExpressionTyper::type_has(const Node& node) {
    const Index object_node = entry(node, 0);
    Typed object = expect(object_node, {ValueKind::entity, ValueKind::record});
    Shape shape = input_.shapes.of(object_node);
    Conjunction all(*this);
    for (Index i = 1; i < node.b && all.open(); ++i) {
        input_.budget.spend();
        if (!object.type) {
            all.add(boolean({}, true));
            break;
        }
        if (entry_of(*object.type).kind != ValueKind::record && !is_entity(*object.type)) {
            error(node, "expected an entity or a record before " +
                            shown_name(name_at(entry(node, i))) + ", found " +
                            input_.types.text(*object.type));
            all.add(boolean({}, true));
            break;
        }
        const Index name = entry(node, i);
        const auto attribute = find_attribute(*object.type, name_at(name));
        if (!attribute) {
            all.add(boolean(false, object.failed));
            break;
        }
        const Capability shown{Capability::Kind::attribute, shape, name};
        // An entity may be absent, and then it has not even what is required.
        const bool certain =
            known_.contains(shown) || (attribute->required && !is_entity(*object.type));
        all.add(boolean(certain ? std::optional(true) : std::nullopt, object.failed, {shown}));
        object.type = attribute->type;
        shape = input_.shapes.attribute(shape, name);
    }
    return all.take();
}

const Type* ExpressionTyper::tag_type(TypeId entity) const {
    const EntityTypeInfo* type = input_.schema.schema().entity_type(entry_of(entity).entity_type);
    return type != nullptr && type->tags ? &*type->tags : nullptr;
}

ExpressionTyper::Typed ExpressionTyper::type_has_tag(const Node& node) {
    const Typed object = expect(node.a, {ValueKind::entity});
    const Typed key = expect(node.b, {ValueKind::string});
    const bool failed = object.failed || key.failed;
    if (!object.type) {
        return boolean({}, true);
    }
    const Capability shown{Capability::Kind::tag, input_.shapes.of(node.a),
                           input_.shapes.of(node.b)};
    if (tag_type(*object.type) == nullptr) {
        return boolean(false, failed);
    }
    return boolean(known_.contains(shown) ? std::optional(true) : std::nullopt, failed, {shown});
}

ExpressionTyper::Typed ExpressionTyper::type_get_tag(const Node& node) {
    const Typed object = expect(node.a, {ValueKind::entity});
    const Typed key = expect(node.b, {ValueKind::string});
    if (!object.type) {
        return hidden();
    }
    const Type* tags = tag_type(*object.type);
    if (tags == nullptr) {
        error(node, "`" + entry_of(*object.type).entity_type + "` has no tags");
        return hidden();
    }
    const Capability needed{Capability::Kind::tag, input_.shapes.of(node.a),
                            input_.shapes.of(node.b)};
    const TypeId type = input_.types.declared(*tags);
    if (!known_.contains(needed)) {
        error(node, "the tag may be absent; test it with `hasTag` before");
        return {type, true, {}};
    }
    return {type, object.failed || key.failed, {}};
}

}  // namespace charter::policy
