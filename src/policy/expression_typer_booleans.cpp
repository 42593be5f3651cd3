// The operators that decide what is reached: `&&`, `||`, `!`, `if`.

#include "policy/expression_conjunction.hpp"

#include <algorithm>
#include <iterator>

namespace charter::policy {

std::optional<bool> ExpressionTyper::type_conditions() {
    Conjunction all(*this);
    for (const Condition& condition : input_.contents.conditions) {
        if (!all.open()) {
            break;
        }
        Typed term = expect_boolean(condition.expression);
        all.add(condition.unless ? type_not(term) : std::move(term));
    }
    const Typed typed = all.take();
    return typed.type ? entry_of(*typed.type).known : std::nullopt;
}

ExpressionTyper::Typed ExpressionTyper::type_all(const Node& node) {
    Conjunction all(*this);
    for (Index i = 0; i < node.b && all.open(); ++i) {
        all.add(expect_boolean(entry(node, i)));
    }
    return all.take();
}

ExpressionTyper::Typed ExpressionTyper::type_any(const Node& node) {
    Typed any = boolean(false, false);
    for (Index i = 0; i < node.b && !is_known(any, true); ++i) {
        Typed term = expect_boolean(entry(node, i));
        const bool failed = any.failed || term.failed;
        if (!term.type) {
            any = boolean({}, failed, shown_by_both(any, term));
        } else if (is_known(term, true) || is_known(any, false)) {
            any = std::move(term);
        } else if (!is_known(term, false)) {
            any = boolean({}, failed, shown_by_both(any, term));
        }
        any.failed = failed;
    }
    return any;
}

ExpressionTyper::Typed ExpressionTyper::type_if(const Node& node) {
    const Typed test = expect_boolean(node.a);
    Typed yes;
    if (!is_known(test, false)) {
        KnownCapabilities::Scope scope(known_);
        scope.add(test.shown);
        yes = type(node.b);
        std::ranges::copy(test.shown, std::back_inserter(yes.shown));
        yes.failed = yes.failed || test.failed;
    }
    if (is_known(test, true)) {
        return yes;
    }
    Typed no = type(node.c);
    no.failed = no.failed || test.failed;
    if (is_known(test, false)) {
        return no;
    }
    Typed either{std::nullopt, yes.failed || no.failed, {}};
    if (!yes.type || !no.type || !require_join(node, yes, no, "both branches of `if`")) {
        either.failed = true;
        return either;
    }
    either.type = input_.types.join(*yes.type, *no.type);
    either.shown = shown_by_both(yes, no);
    return either;
}

ExpressionTyper::Typed ExpressionTyper::type_not(const Typed& operand) const {
    const auto known = operand.type ? entry_of(*operand.type).known : std::nullopt;
    return boolean(known ? std::optional(!*known) : std::nullopt, operand.failed);
}

Capabilities ExpressionTyper::shown_by_both(Typed& a, Typed& b) {
    input_.budget.spend(a.shown.size() + b.shown.size());
    std::ranges::sort(a.shown);
    std::ranges::sort(b.shown);
    Capabilities both;
    std::ranges::set_intersection(a.shown, b.shown, std::back_inserter(both));
    return both;
}

}  // namespace charter::policy
