// From the flat tree of a policy to its chain of tests.

#include "charter/policy/schema.hpp"
#include "policy/program.hpp"

#include <algorithm>
#include <optional>

namespace charter::policy {
namespace {

std::uint16_t place_in(const Type& record, std::string_view name) {
    const AttributeType* found = record.find(name);
    return found == nullptr || record.attributes->size() >= Step::no_hint
               ? Step::no_hint
               : static_cast<std::uint16_t>(found - record.attributes->data());
}

}  // namespace

/// Emits tests from the last to the first, so that each knows where it leads.
class Compiler {
public:
    Compiler(const PolicyContents& policy, const Schema* schema, Program& program)
        : policy_(policy), schema_(schema), program_(program) {}

    void compile() {
        Index next = Program::matched;
        for (auto condition = policy_.conditions.rbegin(); condition != policy_.conditions.rend();
             ++condition) {
            next = condition->unless ? emit(condition->expression, Program::not_matched, next)
                                     : emit(condition->expression, next, Program::not_matched);
        }
        program_.start_ = next;
    }

private:
    static constexpr Index steps_max = 1'000;

    Index emit(Index index, Index on_true, Index on_false) {
        const Node& node = policy_.nodes[index];
        switch (node.op) {
            case Op::logic_not:
                return emit(node.a, on_false, on_true);
            case Op::all_of:
                for (Index i = node.b; i-- > 0;) {
                    on_true = emit(policy_.lists[node.a + i], on_true, on_false);
                }
                return on_true;
            case Op::any_of:
                for (Index i = node.b; i-- > 0;) {
                    on_false = emit(policy_.lists[node.a + i], on_true, on_false);
                }
                return on_false;
            case Op::if_then_else: {
                const Index then = emit(node.b, on_true, on_false);
                const Index otherwise = emit(node.c, on_true, on_false);
                return emit(node.a, then, otherwise);
            }
            case Op::not_equal:
                return append(binary(Test::Code::equal, node.a, node.b), on_false, on_true);
            case Op::is_in:
                // What has to be worked out is worked out once.
                if (operand(node.a).base != Operand::Base::tree) {
                    const Index in = append(binary(Test::Code::in, node.a, node.c), on_true, on_false);
                    return append(unary(Test::Code::is, node.a, node.b), in, on_false);
                }
                break;
            default:
                break;
        }
        if (node.constant != no_index) {
            const Value& value = policy_.constants[node.constant];
            if (value.is(ValueKind::boolean)) {
                return value.as_boolean() ? on_true : on_false;
            }
        }
        return append(test_of(node, index), on_true, on_false);
    }

    Index append(Test test, Index on_true, Index on_false) {
        test.on_true = on_true;
        test.on_false = on_false;
        program_.tests_.push_back(test);
        return static_cast<Index>(program_.tests_.size() - 1);
    }

    Test test_of(const Node& node, Index index) {
        switch (node.op) {
            case Op::equal:
                return binary(Test::Code::equal, node.a, node.b);
            case Op::less:
                return binary(Test::Code::less, node.a, node.b);
            case Op::less_or_equal:
                return binary(Test::Code::less_or_equal, node.a, node.b);
            case Op::greater:
                return binary(Test::Code::less, node.b, node.a);
            case Op::greater_or_equal:
                return binary(Test::Code::less_or_equal, node.b, node.a);
            case Op::in:
                return binary(Test::Code::in, node.a, node.b);
            case Op::contains:
                return binary(Test::Code::contains, node.a, node.b);
            case Op::contains_all:
                return binary(Test::Code::contains_all, node.a, node.b);
            case Op::contains_any:
                return binary(Test::Code::contains_any, node.a, node.b);
            case Op::is_empty:
                return unary(Test::Code::is_empty, node.a, no_index);
            case Op::like:
                return unary(Test::Code::like, node.a, node.b);
            case Op::is:
                return unary(Test::Code::is, node.a, node.b);
            case Op::has:
                return node.b > steps_max ? tree(index) : has(node);
            case Op::has_tag:
                return has_tag(node, index);
            case Op::attribute:
            case Op::get_tag:
                return unary(Test::Code::truth, index, no_index);
            default:
                return tree(index);
        }
    }

    static Test tree(Index index) {
        Test test;
        test.code = Test::Code::tree;
        test.extra = index;
        return test;
    }

    Test unary(Test::Code code, Index a, Index extra) {
        Test test;
        test.code = code;
        test.a = operand(a);
        test.extra = extra;
        return test;
    }

    Test binary(Test::Code code, Index a, Index b) {
        Test test = unary(code, a, no_index);
        test.b = operand(b);
        return test;
    }

    Test has(const Node& node) {
        const Index object = policy_.lists[node.a];
        std::vector<Step> way = steps_to(object);
        Test test;
        test.code = Test::Code::has;
        test.extra = static_cast<Index>(way.size());
        for (Index i = 1; i < node.b; ++i) {
            way.push_back(step(root(object), way, policy_.lists[node.a + i], false));
        }
        test.a = operand(object, way);
        return test;
    }

    Test has_tag(const Node& node, Index index) {
        const Node& key = policy_.nodes[node.b];
        if (key.op != Op::literal || !policy_.constants[key.constant].is(ValueKind::string)) {
            return tree(index);
        }
        std::vector<Step> way = steps_to(node.a);
        Test test;
        test.code = Test::Code::has;
        test.extra = static_cast<Index>(way.size());
        way.push_back(step(root(node.a), way, key.constant, true));
        test.a = operand(node.a, way);
        return test;
    }

    /// True for what is one more step from another value.
    std::optional<Step> last_step(const Node& node) const {
        Step last;
        if (node.constant != no_index) {
            return std::nullopt;
        }
        if (node.op == Op::attribute) {
            last.name = node.b;
            return last;
        }
        if (node.op == Op::get_tag) {
            const Node& key = policy_.nodes[node.b];
            if (key.op == Op::literal && policy_.constants[key.constant].is(ValueKind::string)) {
                last.name = key.constant;
                last.is_tag = true;
                return last;
            }
        }
        return std::nullopt;
    }

    /// Where the steps to a value begin.
    Index root(Index index) const {
        while (last_step(policy_.nodes[index])) {
            index = policy_.nodes[index].a;
        }
        return index;
    }

    std::vector<Step> steps_to(Index index) const {
        std::vector<Step> way;
        for (; const auto last = last_step(policy_.nodes[index]); index = policy_.nodes[index].a) {
            way.push_back(*last);
        }
        std::ranges::reverse(way);
        if (!way.empty()) {
            way.front() = step(index, {}, way.front().name, way.front().is_tag);
        }
        return way;
    }

    /// Only the first step from a variable has a hint: what lies deeper is rare.
    Step step(Index from, const std::vector<Step>& before, Index name, bool is_tag) const {
        Step made;
        made.name = name;
        made.is_tag = is_tag;
        if (schema_ != nullptr && before.empty() && !is_tag) {
            made.hint = hint(policy_.nodes[from].op, policy_.constants[name].as_string());
        }
        return made;
    }

    std::uint16_t hint(Op variable, const std::string& name) const {
        std::uint16_t place = Step::no_hint;
        if (variable == Op::context) {
            for (const auto& [uid, action] : schema_->actions()) {
                place = std::min(place, place_in(action.context, name));
            }
        } else if (variable == Op::principal || variable == Op::resource) {
            for (const auto& [type, info] : schema_->entity_types()) {
                place = std::min(place, place_in(info.attributes, name));
            }
        }
        return place;
    }

    Operand operand(Index index) { return operand(index, steps_to(index)); }

    Operand operand(Index index, const std::vector<Step>& way) {
        const Index from = root(index);
        Operand made;
        made.at = from;
        made.base = base_of(policy_.nodes[from]);
        if (made.base == Operand::Base::constant) {
            made.at = policy_.nodes[from].constant;
        }
        made.first_step = static_cast<Index>(program_.steps_.size());
        made.steps = static_cast<std::uint16_t>(way.size());
        program_.steps_.insert(program_.steps_.end(), way.begin(), way.end());
        return made;
    }

    static Operand::Base base_of(const Node& node) {
        if (node.constant != no_index) {
            return Operand::Base::constant;
        }
        switch (node.op) {
            case Op::principal:
                return Operand::Base::principal;
            case Op::action:
                return Operand::Base::action;
            case Op::resource:
                return Operand::Base::resource;
            case Op::context:
                return Operand::Base::context;
            default:
                return Operand::Base::tree;
        }
    }

    const PolicyContents& policy_;
    const Schema* schema_;
    Program& program_;
};

Program::Program(const PolicyContents& policy, const Schema* schema) {
    Compiler(policy, schema, *this).compile();
    tests_.shrink_to_fit();
    steps_.shrink_to_fit();
}

}  // namespace charter::policy
