// Evaluation with the row unknown.
#include "charter/policy/partial.hpp"

#include "policy/evaluator.hpp"
#include "policy/row_reading.hpp"

#include <algorithm>
#include <optional>

namespace charter::policy {
namespace {

using Truth = Evaluator::Truth;
using Column = Predicate::Column;
using Comparison = Predicate::Comparison;
using Operand = Predicate::Operand;

/// The rows for which an expression is true and those for which it is false; it errs on the rest.
struct Split {
    Predicate yes;
    Predicate no;
    bool exact = true;  // `no` is `not yes`: it errs on no row, and `no` is not kept

    Predicate is_no() const { return exact ? Predicate::negation(yes) : no; }
};

const Split errs{Predicate::constant(false), Predicate::constant(false), false};

Split exactly(Predicate yes) {
    return {std::move(yes), {}, true};
}

Split negated(const Split& split) {
    return split.exact ? exactly(Predicate::negation(split.yes)) : Split{split.no, split.yes, false};
}

/// What is too long is as good as what errs: nobody can use it.
Split bounded(Split split) {
    const bool fits = split.yes.size() <= Predicate::nodes_max &&
                      (split.exact || split.no.size() <= Predicate::nodes_max);
    return fits ? split : errs;
}

/// What a node costs that is kept, beside one that is worked out.
constexpr std::size_t node_steps = 10;

class PartialEvaluator {
public:
    PartialEvaluator(const PolicyContents& policy, const RequestView& request,
                     const Entities& entities, const RowType& type)
        : policy_(policy),
          type_(type),
          reading_(policy),
          known_(policy, request, entities) {}

    Split conditions() {
        std::vector<Term> terms;
        for (const Condition& condition : policy_.conditions) {
            terms.push_back({condition.expression, condition.unless});
        }
        return all_of(terms);
    }

    /// Looking through the policy beforehand counts too.
    std::size_t steps() const { return steps_ + known_.steps() + policy_.nodes.size() / 8; }

private:
    struct Term {
        Index expression;
        bool negated;
    };

    Split split(Index index) {
        if (!reading_.reads_row(index)) {
            const Truth truth = known_.truth(index);
            return truth == Truth::error ? errs
                                         : exactly(Predicate::constant(truth == Truth::yes));
        }
        steps_ += node_steps;
        const Node& node = policy_.nodes[index];
        switch (node.op) {
            case Op::all_of: return all_of(terms_of(node, false));
            case Op::any_of: return negated(all_of(terms_of(node, true)));
            case Op::logic_not: return negated(split(node.a));
            case Op::if_then_else: return conditional(node);
            case Op::equal: return equal(node);
            case Op::not_equal: return negated(equal(node));
            case Op::less: return compare(node.a, Comparison::less, node.b);
            case Op::less_or_equal: return compare(node.a, Comparison::less_or_equal, node.b);
            case Op::greater: return compare(node.b, Comparison::less, node.a);
            case Op::greater_or_equal: return compare(node.b, Comparison::less_or_equal, node.a);
            case Op::contains: return contains(node);
            case Op::has: return has(index);
            case Op::like: return like(node);
            case Op::call: return call(node);
            case Op::attribute: return holds(index);
            default: return errs;
        }
    }

    std::vector<Term> terms_of(const Node& node, bool negate) const {
        std::vector<Term> terms;
        for (Index i = 0; i < node.b; ++i) {
            terms.push_back({policy_.lists[node.a + i], negate});
        }
        return terms;
    }

    /// One after the other, as far as it takes.
    Split all_of(const std::vector<Term>& terms) {
        const std::size_t known_there = present_.size();
        std::vector<Predicate> before;  // true so far
        std::vector<Predicate> no;
        bool exact = true;
        for (const Term& term : terms) {
            const Split one = term.negated ? negated(split(term.expression))
                                           : split(term.expression);
            if (!one.exact && exact) {
                exact = false;
                no.push_back(Predicate::negation(Predicate::all_of(before)));
            }
            if (!exact) {
                std::vector<Predicate> until = before;
                until.push_back(one.is_no());
                no.push_back(Predicate::all_of(std::move(until)));
                if (no.size() > Predicate::nodes_max / 10) {
                    return errs;
                }
            }
            before.push_back(one.yes);
            if (one.yes.is_never()) {
                break;  // nothing after it is looked at
            }
            assume(one.yes);
        }
        present_.resize(known_there);
        Predicate yes = Predicate::all_of(std::move(before));
        return bounded(exact ? exactly(std::move(yes))
                             : Split{std::move(yes), Predicate::any_of(std::move(no)), false});
    }

    Split conditional(const Node& node) {
        const Split test = split(node.a);
        if (test.exact && (test.yes.is_always() || test.yes.is_never())) {
            return split(test.yes.is_always() ? node.b : node.c);
        }
        const std::size_t known_there = present_.size();
        assume(test.yes);
        const Split then = split(node.b);
        present_.resize(known_there);
        assume(test.is_no());
        const Split other = split(node.c);
        present_.resize(known_there);
        const auto either = [&](const Predicate& a, const Predicate& b) {
            return Predicate::any_of({Predicate::all_of({test.yes, a}),
                                      Predicate::all_of({test.is_no(), b})});
        };
        Predicate yes = either(then.yes, other.yes);
        if (test.exact && then.exact && other.exact) {
            return bounded(exactly(std::move(yes)));
        }
        return bounded({std::move(yes), either(then.is_no(), other.is_no()), false});
    }

    /// Notes what has to be there where a predicate holds.
    void assume(const Predicate& holds) {
        if (holds.form() == Predicate::Form::has) {
            present_.push_back(holds.column());
        } else if (holds.form() == Predicate::Form::all_of) {
            for (const Predicate& part : holds.parts()) {
                if (part.form() == Predicate::Form::has) {
                    present_.push_back(part.column());
                }
            }
        }
    }

    /// A test of columns. Of one that may be absent, and that nothing before asked for, it errs where
    /// it is: no policy that is valid for the rows does that.
    Split tested(Predicate test) const {
        std::vector<Predicate> there;
        for (const std::string& name : test.columns()) {
            const RowColumn* column = type_.find(name);
            if (!column->required &&
                std::ranges::find(present_, name) == present_.end()) {
                there.push_back(Predicate::has(name));
            }
        }
        if (there.empty()) {
            return exactly(std::move(test));
        }
        std::vector<Predicate> no = there;
        no.push_back(Predicate::negation(test));
        there.push_back(std::move(test));
        return {Predicate::all_of(std::move(there)), Predicate::all_of(std::move(no)), false};
    }

    /// A column of the row or a value; nothing: it errs.
    std::optional<Operand> operand(Index index) {
        if (!reading_.reads_row(index)) {
            Value scratch;
            const Value* value = known_.value(index, scratch);
            return value == nullptr ? std::nullopt : std::optional<Operand>(*value);
        }
        const RowColumn* column = column_at(index);
        return column == nullptr ? std::nullopt
                                 : std::optional<Operand>(Column{column->name, column->kind});
    }

    const RowColumn* column_at(Index index) const {
        const std::string* name = reading_.column(index);
        const RowColumn* column = name == nullptr ? nullptr : type_.find(*name);
        return column != nullptr && column->kind != ValueKind::record ? column : nullptr;
    }

    static ValueKind kind_of(const Operand& operand) {
        const auto* column = std::get_if<Column>(&operand);
        return column != nullptr ? column->kind : std::get<Value>(operand).kind();
    }

    Split equal(const Node& node) {
        const auto left = operand(node.a);
        const auto right = left ? operand(node.b) : std::nullopt;
        if (!right) {
            return errs;
        }
        return kind_of(*left) == kind_of(*right)
                   ? tested(Predicate::compare(*left, Comparison::equal, *right))
                   : errs;
    }

    /// `<` and its like are for integers and times, the functions of decimals for these.
    Split compare(Index lesser, Comparison comparison, Index greater, bool decimals = false) {
        const auto left = operand(lesser);
        const auto right = operand(greater);
        if (!left || !right || kind_of(*left) != kind_of(*right)) {
            return errs;
        }
        const ValueKind kind = kind_of(*left);
        const bool ordered = decimals ? kind == ValueKind::decimal
                                      : kind == ValueKind::integer || kind == ValueKind::datetime;
        return ordered ? tested(Predicate::compare(*left, comparison, *right)) : errs;
    }

    Split call(const Node& node) {
        using enum ExtensionFunction;
        const Index first = policy_.lists[node.a];
        const Index second = node.b < 2 ? first : policy_.lists[node.a + 1];
        switch (node.function) {
            case less_than: return compare(first, Comparison::less, second, true);
            case less_than_or_equal: return compare(first, Comparison::less_or_equal, second, true);
            case greater_than: return compare(second, Comparison::less, first, true);
            case greater_than_or_equal:
                return compare(second, Comparison::less_or_equal, first, true);
            default: return errs;
        }
    }

    Split contains(const Node& node) {
        const RowColumn* column = column_at(node.b);
        Value scratch;
        const Value* set = reading_.reads_row(node.a) || column == nullptr
                               ? nullptr
                               : known_.value(node.a, scratch);
        if (set == nullptr || !set->is(ValueKind::set)) {
            return errs;
        }
        std::vector<Value> values;
        std::ranges::copy_if(set->as_set(), std::back_inserter(values),
                             [&](const Value& value) { return value.is(column->kind); });
        steps_ += values.size();
        return bounded(tested(Predicate::one_of(column->name, std::move(values))));
    }

    Split like(const Node& node) {
        const RowColumn* column = column_at(node.a);
        return column != nullptr && column->kind == ValueKind::string
                   ? tested(Predicate::like(column->name, policy_.patterns[node.b].pieces()))
                   : errs;
    }

    Split holds(Index index) {
        const RowColumn* column = column_at(index);
        return column != nullptr && column->kind == ValueKind::boolean
                   ? tested(Predicate::holds(column->name))
                   : errs;
    }

    Split has(Index index) {
        const RowReading::Tested tested = reading_.tested(index);
        if (tested.whole_row) {
            return exactly(Predicate::constant(true));
        }
        if (tested.column == nullptr) {
            return errs;
        }
        const RowColumn* column = type_.find(*tested.column);
        return exactly(column == nullptr ? Predicate::constant(false)
                       : column->required ? Predicate::constant(true)
                                          : Predicate::has(column->name));
    }

    const PolicyContents& policy_;
    const RowType& type_;
    RowReading reading_;
    Evaluator known_;
    std::size_t steps_ = 0;
    std::vector<std::string> present_;  // columns that are there where the node in hand is asked
};

/// The columns without which a predicate holds for no row, sorted.
std::vector<std::string> needed(const Predicate& predicate) {
    using enum Predicate::Form;
    std::vector<std::string> result;
    switch (predicate.form()) {
        case has:
        case holds:
        case one_of:
        case like:
        case compare: return predicate.columns();
        case all_of:
            for (const Predicate& part : predicate.parts()) {
                const std::vector<std::string> more = needed(part);
                result.insert(result.end(), more.begin(), more.end());
            }
            std::ranges::sort(result);
            result.erase(std::unique(result.begin(), result.end()), result.end());
            break;
        case any_of:
            result = needed(predicate.parts().front());
            for (const Predicate& part : predicate.parts()) {
                std::vector<std::string> both;
                std::ranges::set_intersection(result, needed(part), std::back_inserter(both));
                result = std::move(both);
            }
            break;
        default: break;
    }
    return result;
}

}  // namespace

RowType::RowType(std::vector<RowColumn> columns) : columns_(std::move(columns)) {
    std::ranges::sort(columns_, {}, &RowColumn::name);
}

const RowColumn* RowType::find(std::string_view name) const {
    const auto found = std::ranges::lower_bound(columns_, name, {}, &RowColumn::name);
    return found != columns_.end() && found->name == name ? &*found : nullptr;
}

bool reads_row(const Policy& policy) {
    return policy.reads_context_attribute("row");
}

Predicate effect_on_rows(const Policy& policy, const RequestView& request, const Entities& entities,
                         const RowType& type, std::size_t& steps) {
    PartialEvaluator evaluator(policy.contents(), request, entities, type);
    const Split split = evaluator.conditions();
    steps += evaluator.steps();
    return policy.effect() == Effect::permit ? split.yes : Predicate::negation(split.is_no());
}

Predicate permitted_rows(std::vector<Predicate> permits, std::vector<Predicate> forbids,
                         const RowType& type) {
    const Predicate decided = Predicate::all_of(
        {Predicate::any_of(std::move(permits)),
         Predicate::negation(Predicate::any_of(std::move(forbids)))});
    if (decided.size() > Predicate::nodes_max) {
        return Predicate::constant(false);
    }
    std::vector<Predicate> all;
    const std::vector<std::string> asked_for = needed(decided);
    for (const std::string& name : decided.columns()) {
        const RowColumn* column = type.find(name);
        if (column != nullptr && column->required &&
            !std::ranges::binary_search(asked_for, name)) {
            all.push_back(Predicate::has(name));
        }
    }
    all.push_back(decided);
    Predicate result = Predicate::all_of(std::move(all));
    return result.size() <= Predicate::nodes_max ? result : Predicate::constant(false);
}

}  // namespace charter::policy
