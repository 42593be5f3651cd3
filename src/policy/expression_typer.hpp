#pragma once

#include "policy/ast.hpp"
#include "policy/budget.hpp"
#include "policy/capabilities.hpp"
#include "policy/expression_shapes.hpp"
#include "policy/finding_list.hpp"
#include "policy/schema_view.hpp"
#include "policy/type_table.hpp"

#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace charter::policy {

/// What a policy is typed with that is the same in every environment.
struct TypingInput {
    const SchemaView& schema;
    const PolicyContents& contents;
    TypeTable& types;
    ExpressionShapes& shapes;
    FindingList& errors;
    Budget& budget;
    // What was probably meant by an attribute that a type does not have. The same
    // mistake is met in many environments, and the search is long.
    std::map<std::pair<TypeId, Index>, std::string>& suggestions;
};

/// Gives types to the conditions of one policy in one environment and tells what
/// is wrong with them. Parts that can never be reached are not looked at.
class ExpressionTyper {
public:
    ExpressionTyper(const TypingInput& input, const Environment& environment,
                    const ActionInfo& action);

    /// What the conditions together are known to give, if it is known.
    std::optional<bool> type_conditions();

private:
    /// What is known of an expression after it has been looked at.
    struct Typed {
        std::optional<TypeId> type;  // nothing: an error hides it
        bool failed = false;         // an error in it or below
        Capabilities shown;          // what holds where it is true
    };
    struct Attribute {
        TypeId type = 0;
        bool required = true;
    };
    /// Terms that hold together, each typed with what those before it show.
    class Conjunction;

    Typed type(Index node);
    Typed type_literal(const Node& node);

    // Booleans.
    Typed type_all(const Node& node);
    Typed type_any(const Node& node);
    Typed type_if(const Node& node);
    Typed type_not(const Typed& operand) const;
    /// What holds where it is not known which of the two is true.
    Capabilities shown_by_both(Typed& a, Typed& b);

    // Operators on plain values, sets, records.
    Typed type_equal(const Node& node);
    Typed type_order(const Node& node);
    Typed type_arithmetic(const Node& node);
    Typed type_contains(const Node& node);
    Typed type_contains_many(const Node& node);
    Typed type_set(const Node& node);
    Typed type_record(const Node& node);

    // Extension functions.
    Typed type_call(const Node& node);
    /// False, and told, when a constructor is not given a text that it can read.
    bool is_readable(const Node& node);

    // Entities and attributes.
    Typed type_is(const Node& node, const Typed& object) const;
    Typed type_is_in(const Node& node);
    Typed type_in(const Typed& below, Index below_node, Index above_node);
    std::optional<bool> known_action_in(Index below, Index above) const;
    Typed type_attribute(const Node& node);
    Typed type_has(const Node& node);
    Typed type_has_tag(const Node& node);
    Typed type_get_tag(const Node& node);
    std::optional<Attribute> find_attribute(TypeId object, std::string_view name) const;
    void tell_unknown_attribute(const Node& node, TypeId object);
    std::vector<std::string> attribute_names(TypeId object) const;
    /// Whose attributes these are, for messages.
    std::string owner(Index object, TypeId type) const;
    /// Null when entities of the type have no tags.
    const Type* tag_type(TypeId entity) const;

    /// Types and checks the kind. Another kind is told, and hides the type.
    Typed expect(Index node, std::initializer_list<ValueKind> kinds, std::string_view hint = {});
    Typed expect_boolean(Index node) { return expect(node, {ValueKind::boolean}); }
    /// False, and told, when both types are known and have nothing in common.
    bool require_join(const Node& node, const Typed& a, const Typed& b, std::string_view what);

    const Node& node_at(Index node) const { return input_.contents.nodes[node]; }
    Index entry(const Node& list, Index position) const {
        return input_.contents.lists[list.a + position];
    }
    const std::string& name_at(Index constant) const {
        return input_.contents.constants[constant].as_string();
    }
    const TypeTable::Entry& entry_of(TypeId type) const { return input_.types[type]; }
    bool is_entity(TypeId type) const { return entry_of(type).kind == ValueKind::entity; }
    bool is_known(const Typed& typed, bool value) const;
    /// The literal that a node is; `action` is the one of the environment.
    std::optional<Value> literal_of(Index node) const;
    std::optional<EntityUid> entity_literal_of(Index node) const;
    std::optional<std::vector<EntityUid>> entity_literals_of(Index node) const;

    static Typed of_type(TypeId type) { return {type, false, {}}; }
    /// Something is wrong with it, and nothing can be said of its type.
    static Typed hidden() { return {std::nullopt, true, {}}; }
    Typed boolean(std::optional<bool> known, bool failed, Capabilities shown = {}) const {
        return {input_.types.boolean(known), failed, std::move(shown)};
    }
    void error(const Node& node, std::string detail) {
        input_.errors.add(node.offset, std::move(detail));
    }

    TypingInput input_;
    const Environment& environment_;
    const ActionInfo& action_;
    KnownCapabilities known_;
};

}  // namespace charter::policy
