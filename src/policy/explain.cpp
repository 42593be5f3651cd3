#include "charter/policy/explain.hpp"

#include "policy/evaluator.hpp"
#include "policy/expression_printer.hpp"
#include "policy/lexer.hpp"
#include "policy/policy_printer.hpp"
#include "policy/schema_names.hpp"

#include <algorithm>
#include <span>

namespace charter::policy {
namespace {

using Truth = Evaluator::Truth;

std::string text_of(const PolicyContents& policy, Index expression) {
    std::string text;
    print_expression(policy, expression, text);
    return text;
}

/// Keeps what a clause looked at, by the text that reads it.
class Notes : public Watch {
public:
    explicit Notes(const PolicyContents& policy) : policy_(policy) {}

    void saw(const Node& node, const Value* value) override {
        const std::string object = text_of(policy_, object_of(node));
        // Of `resource.domain.owners` the whole is told, not the way there.
        if (!values_.empty() && values_.back().name == object) {
            values_.pop_back();
        }
        std::string name = object + member_of(node);
        const auto known = std::ranges::find(values_, name, &SeenValue::name);
        if (known == values_.end() && values_.size() < limits::explained_values_max) {
            values_.push_back({std::move(name), value == nullptr ? std::nullopt
                                                                 : std::optional<Value>(*value)});
        }
    }

    void clear() { values_.clear(); }
    std::vector<SeenValue> take() { return std::move(values_); }

private:
    Index object_of(const Node& node) const {
        return node.op == Op::has ? policy_.lists[node.a] : node.a;
    }

    std::string member_of(const Node& node) const {
        if (node.op == Op::get_tag || node.op == Op::has_tag) {
            return ".getTag(" + text_of(policy_, node.b) + ")";
        }
        if (node.op == Op::attribute) {
            return member_text(node.b);
        }
        std::string text;
        for (const Index name : std::span(policy_.lists).subspan(node.a + 1, node.b - 1)) {
            text += member_text(name);
        }
        return text;
    }

    std::string member_text(Index constant) const {
        const std::string& name = policy_.constants[constant].as_string();
        return is_identifier(name) ? "." + name : "[" + policy::quoted(name) + "]";
    }

    const PolicyContents& policy_;
    std::vector<SeenValue> values_;
};

/// What a condition asks for one after the other: `when { a && b }` a, then b;
/// `unless { a || b }` that a is not, then b.
std::vector<Index> terms_of(const PolicyContents& policy, const Condition& condition) {
    const Node& node = policy.nodes[condition.expression];
    if (node.op == (condition.unless ? Op::any_of : Op::all_of)) {
        const auto list = std::span(policy.lists).subspan(node.a, node.b);
        return {list.begin(), list.end()};
    }
    return {condition.expression};
}

/// The operand that the text of an expression begins with; none where a word or sign does.
Index first_operand(const PolicyContents& policy, const Node& node) {
    switch (node.op) {
        case Op::literal:
        case Op::principal:
        case Op::action:
        case Op::resource:
        case Op::context:
        case Op::negate:
        case Op::logic_not:
        case Op::if_then_else:
        case Op::set:
        case Op::record:
            return no_index;
        case Op::all_of:
        case Op::any_of:
        case Op::has:
        case Op::call:
            return node.b == 0 ? no_index : policy.lists[node.a];
        default:
            return node.a;
    }
}

/// Where the text of an expression begins: a node's own offset may be that of an operator.
std::uint32_t begin_of(const PolicyContents& policy, Index expression) {
    std::uint32_t begin = policy.nodes[expression].offset;
    for (Index at = expression;
         (at = first_operand(policy, policy.nodes[at])) != no_index;) {
        begin = std::min(begin, policy.nodes[at].offset);
    }
    return begin;
}

FailedClause clause_of(const PolicyContents& policy, const Condition& condition, Index term,
                       std::vector<SeenValue> values) {
    FailedClause clause;
    clause.part = condition.unless ? FailedClause::Part::unless : FailedClause::Part::when;
    clause.text = text_of(policy, term);
    if (condition.unless) {
        clause.text = "unless { " + clause.text + " }";
    }
    clause.position = position_of(policy.source, begin_of(policy, term));
    clause.values = std::move(values);
    return clause;
}

/// The clause that settled it. Evaluated term by term, which takes the very steps that the
/// whole takes, but for one or two; where these decide about the limit, the last one is it.
FailedClause find_clause(const PolicyContents& policy, const RequestView& request,
                         const Entities& entities) {
    Notes notes(policy);
    Evaluator evaluator(policy, request, entities, &notes);
    const Condition* last = nullptr;
    Index last_term = no_index;
    for (const Condition& condition : policy.conditions) {
        const Truth wanted = condition.unless ? Truth::no : Truth::yes;
        for (const Index term : terms_of(policy, condition)) {
            notes.clear();
            last = &condition;
            last_term = term;
            if (evaluator.truth(term) != wanted) {
                return clause_of(policy, condition, term, notes.take());
            }
        }
    }
    return clause_of(policy, *last, last_term, notes.take());
}

Explanation outside_scope(FailedClause::Part part, std::string text) {
    FailedClause clause;
    clause.part = part;
    clause.text = std::move(text);
    return {{}, std::move(clause)};
}

}  // namespace

Explanation explain(const Policy& policy, const Request& request, const Entities& entities) {
    if (policy.principal().slot ||
        !scope_part_matches(policy.principal(), request.principal, entities)) {
        return outside_scope(FailedClause::Part::principal, print_principal(policy));
    }
    const Entity* action = entities.find(request.action);
    if (!action_matches(policy.action(), request.action,
                        action != nullptr ? action->ancestors.get() : nullptr)) {
        return outside_scope(FailedClause::Part::action, print_action(policy));
    }
    if (policy.resource().slot ||
        !scope_part_matches(policy.resource(), request.resource, entities)) {
        return outside_scope(FailedClause::Part::resource, print_resource(policy));
    }
    return explain_conditions(policy, request, entities);
}

Explanation explain_conditions(const Policy& policy, const RequestView& request,
                               const Entities& entities) {
    Explanation explanation{evaluate_conditions(policy.contents(), request, entities), {}};
    if (explanation.outcome.kind != Outcome::Kind::matched) {
        explanation.clause = find_clause(policy.contents(), request, entities);
    }
    return explanation;
}

}  // namespace charter::policy
