// Runs a chain of tests.

#include "policy/evaluator.hpp"
#include "policy/program.hpp"

#include <algorithm>
#include <optional>

namespace charter::policy {

using Truth = Evaluator::Truth;

/// One run for one request. Messages are not made here: whoever wants one asks the
/// plain evaluator, which is also asked when the work might pass its limit.
class Machine {
public:
    Machine(const Program& program, const PolicyContents& policy, const Bindings& bindings)
        : program_(program),
          policy_(policy),
          bindings_(bindings),
          steps_(policy.nodes.size()) {}

    Outcome::Kind run() {
        Index at = program_.start_;
        while (at < Program::not_matched) {
            const Test& test = program_.tests_[at];
            const Truth truth = ask(test);
            if (truth == Truth::error) {
                return Outcome::Kind::error;
            }
            at = truth == Truth::yes ? test.on_true : test.on_false;
        }
        return at == Program::matched ? Outcome::Kind::matched : Outcome::Kind::not_matched;
    }

    /// No evaluation visits a node twice, so this is at least what the plain evaluator spends.
    std::size_t steps() const { return steps_ + (plain_ ? plain_->steps() : 0); }

private:
    Evaluator& plain() {
        return plain_ ? *plain_ : plain_.emplace(policy_, bindings_.request, bindings_.entities);
    }

    static Truth truth_of(bool value) { return value ? Truth::yes : Truth::no; }

    Truth ask(const Test& test) {
        switch (test.code) {
            case Test::Code::truth: {
                Value scratch;
                const Value* value = of_kind(test.a, ValueKind::boolean, scratch);
                return value == nullptr ? Truth::error : truth_of(value->as_boolean());
            }
            case Test::Code::equal:
                return equal(test);
            case Test::Code::less:
            case Test::Code::less_or_equal:
                return compare(test);
            case Test::Code::in:
                return in(test);
            case Test::Code::contains:
            case Test::Code::contains_all:
            case Test::Code::contains_any:
                return membership(test);
            case Test::Code::is_empty: {
                Value scratch;
                const Value* set = of_kind(test.a, ValueKind::set, scratch);
                return set == nullptr ? Truth::error : truth_of(set->as_set().empty());
            }
            case Test::Code::has:
                return has(test);
            case Test::Code::like: {
                Value scratch;
                const Value* text = of_kind(test.a, ValueKind::string, scratch);
                return text == nullptr
                           ? Truth::error
                           : truth_of(policy_.patterns[test.extra].matches(text->as_string()));
            }
            case Test::Code::is: {
                Value scratch;
                const EntityUid* uid = entity(test.a, scratch);
                return uid == nullptr ? Truth::error
                                      : truth_of(uid->type() == text_of(test.extra));
            }
            case Test::Code::tree:
                return plain().truth(test.extra);
        }
        return Truth::error;
    }

    Truth equal(const Test& test) {
        // Entities first: comparing variables makes no values.
        const EntityUid* left_uid = variable(test.a);
        const EntityUid* right_uid = variable(test.b);
        if (left_uid != nullptr && right_uid != nullptr) {
            return truth_of(*left_uid == *right_uid);
        }
        Value left_scratch;
        Value right_scratch;
        const Value* left = load(test.a, left_scratch);
        const Value* right = left == nullptr ? nullptr : load(test.b, right_scratch);
        if (right == nullptr) {
            return Truth::error;
        }
        if (left->is(ValueKind::set)) {
            steps_ += left->as_set().size();
        } else if (left->is(ValueKind::record)) {
            steps_ += left->as_record().size();
        }
        return truth_of(*left == *right);
    }

    Truth compare(const Test& test) {
        Value left_scratch;
        Value right_scratch;
        const Value* left = load(test.a, left_scratch);
        const Value* right = left == nullptr ? nullptr : load(test.b, right_scratch);
        if (right == nullptr || left->kind() != right->kind()) {
            return Truth::error;
        }
        std::int64_t a = 0;
        std::int64_t b = 0;
        switch (left->kind()) {
            case ValueKind::integer:
                a = left->as_integer();
                b = right->as_integer();
                break;
            case ValueKind::datetime:
                a = left->as_datetime();
                b = right->as_datetime();
                break;
            case ValueKind::duration:
                a = left->as_duration();
                b = right->as_duration();
                break;
            default:
                return Truth::error;
        }
        return truth_of(test.code == Test::Code::less ? a < b : a <= b);
    }

    Truth in(const Test& test) {
        Value scratch;
        const EntityUid* descendant = entity(test.a, scratch);
        if (descendant == nullptr) {
            return Truth::error;
        }
        if (const EntityUid* ancestor = variable(test.b)) {
            return truth_of(is_in(*descendant, *ancestor));
        }
        Value right_scratch;
        const Value* right = load(test.b, right_scratch);
        if (right == nullptr) {
            return Truth::error;
        }
        if (right->is(ValueKind::entity)) {
            return truth_of(is_in(*descendant, right->as_entity()));
        }
        if (!right->is(ValueKind::set)) {
            return Truth::error;
        }
        const std::span<const Value> ancestors = right->as_set();
        steps_ += ancestors.size();
        // Values are sorted by kind: the first and the last tell whether all are entities.
        if (!ancestors.empty() && (!ancestors.front().is(ValueKind::entity) ||
                                   !ancestors.back().is(ValueKind::entity))) {
            return Truth::error;
        }
        return truth_of(std::ranges::any_of(ancestors, [&](const Value& ancestor) {
            return is_in(*descendant, ancestor.as_entity());
        }));
    }

    Truth membership(const Test& test) {
        Value left_scratch;
        Value right_scratch;
        const Value* left = of_kind(test.a, ValueKind::set, left_scratch);
        if (left == nullptr) {
            return Truth::error;
        }
        if (test.code == Test::Code::contains) {
            const Value* element = load(test.b, right_scratch);
            return element == nullptr ? Truth::error : truth_of(left->contains(*element));
        }
        const Value* right = of_kind(test.b, ValueKind::set, right_scratch);
        if (right == nullptr) {
            return Truth::error;
        }
        steps_ += right->as_set().size();
        const auto contained = [&](const Value& element) { return left->contains(element); };
        return truth_of(test.code == Test::Code::contains_all
                            ? std::ranges::all_of(right->as_set(), contained)
                            : std::ranges::any_of(right->as_set(), contained));
    }

    Truth has(const Test& test) {
        Value scratch;
        const EntityUid* uid = variable_at(test.a.base);
        const Value* value = nullptr;
        if (uid == nullptr && (value = base(test.a, scratch)) == nullptr) {
            return Truth::error;
        }
        for (Index i = 0; i < test.a.steps; ++i) {
            bool missing = false;
            value = follow(program_.steps_[test.a.first_step + i], uid, value, missing);
            if (value == nullptr) {
                return missing && i >= test.extra ? Truth::no : Truth::error;
            }
            uid = nullptr;
        }
        return Truth::yes;
    }

    /// The entity of an operand that is a variable and nothing more.
    const EntityUid* variable(const Operand& operand) const {
        return operand.steps == 0 ? variable_at(operand.base) : nullptr;
    }

    const EntityUid* variable_at(Operand::Base base) const {
        switch (base) {
            case Operand::Base::principal:
                return &bindings_.request.principal;
            case Operand::Base::action:
                return &bindings_.request.action;
            case Operand::Base::resource:
                return &bindings_.request.resource;
            default:
                return nullptr;
        }
    }

    const EntityUid* entity(const Operand& operand, Value& scratch) {
        if (const EntityUid* uid = variable(operand)) {
            return uid;
        }
        const Value* value = of_kind(operand, ValueKind::entity, scratch);
        return value == nullptr ? nullptr : &value->as_entity();
    }

    const Value* of_kind(const Operand& operand, ValueKind kind, Value& scratch) {
        const Value* value = load(operand, scratch);
        return value != nullptr && value->is(kind) ? value : nullptr;
    }

    const Value* base(const Operand& operand, Value& scratch) {
        switch (operand.base) {
            case Operand::Base::constant:
                return &policy_.constants[operand.at];
            case Operand::Base::context:
                return &bindings_.request.context;
            case Operand::Base::tree:
                return plain().value(operand.at, scratch);
            default:
                scratch = Value::entity(*variable_at(operand.base));
                return &scratch;
        }
    }

    const Value* load(const Operand& operand, Value& scratch) {
        if (operand.steps == 0) {
            return base(operand, scratch);
        }
        const EntityUid* uid = variable_at(operand.base);
        const Value* value = nullptr;
        if (uid == nullptr && (value = base(operand, scratch)) == nullptr) {
            return nullptr;
        }
        for (Index i = 0; i < operand.steps; ++i) {
            bool missing = false;
            value = follow(program_.steps_[operand.first_step + i], uid, value, missing);
            if (value == nullptr) {
                return nullptr;
            }
            uid = nullptr;
        }
        return value;
    }

    /// One step from an entity (`uid`, or `value` when that is one) or a record. Null
    /// when it is not there (`missing`), or when there is nothing to step into.
    const Value* follow(const Step& step, const EntityUid* uid, const Value* value,
                        bool& missing) const {
        if (uid == nullptr && value->is(ValueKind::entity)) {
            uid = &value->as_entity();
        }
        const Value* record = value;
        if (uid != nullptr) {
            const Entity* known = find(*uid);
            if (known == nullptr) {
                missing = true;
                return nullptr;
            }
            record = step.is_tag ? &known->tags : &known->attributes;
        } else if (step.is_tag || !value->is(ValueKind::record)) {
            return nullptr;
        }
        const Value* found = find(*record, step);
        missing = found == nullptr;
        return found;
    }

    const Value* find(const Value& record, const Step& step) const {
        const std::string& name = text_of(step.name);
        const std::span<const Value::Member> members = record.as_record();
        if (step.hint < members.size() && members[step.hint].first == name) {
            return &members[step.hint].second;
        }
        return record.find(name);
    }

    bool is_in(const EntityUid& descendant, const EntityUid& ancestor) const {
        const Entity* known = find(descendant);
        return known != nullptr ? known->is_in(ancestor) : descendant == ancestor;
    }

    const Entity* find(const EntityUid& uid) const {
        if (&uid == &bindings_.request.principal) {
            return bindings_.principal;
        }
        if (&uid == &bindings_.request.resource) {
            return bindings_.resource;
        }
        return bindings_.entities.find(uid);
    }

    const std::string& text_of(Index constant) const {
        return policy_.constants[constant].as_string();
    }

    const Program& program_;
    const PolicyContents& policy_;
    const Bindings& bindings_;
    std::optional<Evaluator> plain_;  // most conditions need none
    std::size_t steps_;
};

Outcome::Kind Program::run(const PolicyContents& policy, const Bindings& bindings,
                           std::size_t& steps) const {
    Machine machine(*this, policy, bindings);
    const Outcome::Kind outcome = machine.run();
    steps += machine.steps();
    if (machine.steps() <= limits::policy_steps_max) {
        return outcome;
    }
    return evaluate_conditions(policy, bindings.request, bindings.entities).kind;
}

}  // namespace charter::policy
