// Two policies compared as trees: tables of constants may differ in their order.

#include "policy/ast.hpp"
#include "policy/operators.hpp"
#include "policy/policy_printer.hpp"

#include <tuple>

namespace charter::policy {
namespace {

class Comparison {
public:
    Comparison(const PolicyContents& a, const PolicyContents& b) : a_(a), b_(b) {}

    bool same_node(Index left, Index right) const {
        const Node& a = a_.nodes[left];
        const Node& b = b_.nodes[right];
        if (a.op != b.op) {
            return false;
        }
        switch (a.op) {
            case Op::principal:
            case Op::action:
            case Op::resource:
            case Op::context:
                return true;
            case Op::literal:
                return same_constant(a.constant, b.constant);
            case Op::negate:
            case Op::logic_not:
            case Op::is_empty:
                return same_node(a.a, b.a);
            case Op::if_then_else:
                return same_node(a.a, b.a) && same_node(a.b, b.b) && same_node(a.c, b.c);
            case Op::attribute:
            case Op::is:
                return same_node(a.a, b.a) && same_constant(a.b, b.b);
            case Op::is_in:
                return same_node(a.a, b.a) && same_constant(a.b, b.b) && same_node(a.c, b.c);
            case Op::like:
                return same_node(a.a, b.a) && a_.patterns[a.b] == b_.patterns[b.b];
            case Op::has:
            case Op::record:
            case Op::set:
            case Op::call:
            case Op::all_of:
            case Op::any_of:
                return a.function == b.function && same_list(a, b);
            default:
                return same_node(a.a, b.a) && same_node(a.b, b.b);
        }
    }

private:
    bool same_list(const Node& a, const Node& b) const {
        if (a.b != b.b) {
            return false;
        }
        for (Index i = 0; i < a.b; ++i) {
            // has: a node, then names. record: name, node, name, node …
            const bool name = a.op == Op::has ? i > 0 : a.op == Op::record && i % 2 == 0;
            const Index left = a_.lists[a.a + i];
            const Index right = b_.lists[b.a + i];
            if (name ? !same_constant(left, right) : !same_node(left, right)) {
                return false;
            }
        }
        return true;
    }

    bool same_constant(Index a, Index b) const { return a_.constants[a] == b_.constants[b]; }

    const PolicyContents& a_;
    const PolicyContents& b_;
};

auto parts(const ScopeConstraint& constraint) {
    return std::tie(constraint.form, constraint.entity, constraint.type, constraint.slot);
}

}  // namespace

bool same_tree(const Policy& a, const Policy& b) {
    const auto& conditions = a.contents().conditions;
    const auto& others = b.contents().conditions;
    if (a.effect() != b.effect() || a.annotations() != b.annotations() ||
        parts(a.principal()) != parts(b.principal()) || a.action().form != b.action().form ||
        a.action().entities != b.action().entities ||
        parts(a.resource()) != parts(b.resource()) || conditions.size() != others.size()) {
        return false;
    }
    const Comparison comparison(a.contents(), b.contents());
    for (std::size_t i = 0; i < conditions.size(); ++i) {
        if (conditions[i].unless != others[i].unless ||
            !comparison.same_node(conditions[i].expression, others[i].expression)) {
            return false;
        }
    }
    return true;
}

}  // namespace charter::policy
