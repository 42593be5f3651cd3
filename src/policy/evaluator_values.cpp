// Operators that give a value of any kind.

#include "policy/evaluator.hpp"

#include <array>
#include <span>
#include <vector>

namespace charter::policy {
namespace {

const Value* boolean(bool value) {
    static const Value yes = Value::boolean(true);
    static const Value no = Value::boolean(false);
    return value ? &yes : &no;
}

}  // namespace

const Value* Evaluator::value(Index index, Value& scratch) {
    const Node& node = policy_.nodes[index];
    if (!spend(node, 1)) {
        return nullptr;
    }
    if (node.constant != no_index) {
        return &policy_.constants[node.constant];
    }
    switch (node.op) {
        case Op::principal:
        case Op::action:
        case Op::resource:
            scratch = Value::entity(*variable(node.op));
            return &scratch;
        case Op::context:
            return &request_.context;
        case Op::attribute:
            return seen(node, attribute(node, scratch));
        case Op::get_tag:
            return seen(node, get_tag(node, scratch));
        case Op::negate:
        case Op::add:
        case Op::subtract:
        case Op::multiply:
            return arithmetic(node, scratch);
        case Op::set:
            return set(node, scratch);
        case Op::record:
            return record(node, scratch);
        case Op::call:
            return call(node, scratch);
        case Op::if_then_else: {
            const Truth test = truth(node.a);
            return test == Truth::error ? nullptr
                                        : value(test == Truth::yes ? node.b : node.c, scratch);
        }
        default:
            break;
    }
    const Truth result = truth(index);
    return result == Truth::error ? nullptr : boolean(result == Truth::yes);
}

const Value* Evaluator::arithmetic(const Node& node, Value& scratch) {
    const Value* operand = of_kind(node, node.a, ValueKind::integer, scratch);
    if (operand == nullptr) {
        return nullptr;
    }
    const std::int64_t left = operand->as_integer();
    std::int64_t right = 0;
    if (node.op != Op::negate) {
        operand = of_kind(node, node.b, ValueKind::integer, scratch);
        if (operand == nullptr) {
            return nullptr;
        }
        right = operand->as_integer();
    }
    std::int64_t result = 0;
    bool overflow = false;
    switch (node.op) {
        case Op::add:
            overflow = __builtin_add_overflow(left, right, &result);
            break;
        case Op::subtract:
            overflow = __builtin_sub_overflow(left, right, &result);
            break;
        case Op::multiply:
            overflow = __builtin_mul_overflow(left, right, &result);
            break;
        default:
            overflow = __builtin_sub_overflow(0, left, &result);
            break;
    }
    if (overflow) {
        fail(node, "integer overflow");
        return nullptr;
    }
    scratch = Value::integer(result);
    return &scratch;
}

const Value* Evaluator::attribute(const Node& node, Value& scratch) {
    const std::string& name = constant_text(node.b);
    const EntityUid* uid = variable(policy_.nodes[node.a].op);
    const Value* object = nullptr;
    if (uid == nullptr) {
        object = value(node.a, scratch);
        if (object == nullptr) {
            return nullptr;
        }
        if (object->is(ValueKind::entity)) {
            uid = &object->as_entity();
        }
    }
    if (uid != nullptr) {
        const Entity* known = entities_.find(*uid);
        if (known == nullptr) {
            fail(node, "the entity " + uid->text() + " does not exist");
            return nullptr;
        }
        const Value* found = known->attributes.find(name);
        if (found == nullptr) {
            fail(node, uid->text() + " has no attribute " + quoted(name));
        }
        return found;
    }
    if (!object->is(ValueKind::record)) {
        fail_type(node, "entity or record", *object);
        return nullptr;
    }
    const Value* found = object->find(name);
    if (found == nullptr) {
        fail(node, "the record has no attribute " + quoted(name));
    }
    return found;
}

const Value* Evaluator::get_tag(const Node& node, Value& scratch) {
    Value key_scratch;
    const EntityUid* uid = entity(node, node.a, scratch);
    const Value* key =
        uid == nullptr ? nullptr : of_kind(node, node.b, ValueKind::string, key_scratch);
    if (key == nullptr) {
        return nullptr;
    }
    const Entity* known = entities_.find(*uid);
    const Value* found = known == nullptr ? nullptr : known->tags.find(key->as_string());
    if (known == nullptr) {
        fail(node, "the entity " + uid->text() + " does not exist");
    } else if (found == nullptr) {
        fail(node, uid->text() + " has no tag " + quoted(key->as_string()));
    }
    return found;
}

const Value* Evaluator::set(const Node& node, Value& scratch) {
    std::vector<Value> elements;
    elements.reserve(node.b);
    for (Index i = 0; i < node.b; ++i) {
        Value element_scratch;
        const Value* element = value(policy_.lists[node.a + i], element_scratch);
        if (element == nullptr) {
            return nullptr;
        }
        elements.push_back(*element);
    }
    scratch = Value::set(std::move(elements));
    return &scratch;
}

const Value* Evaluator::record(const Node& node, Value& scratch) {
    std::vector<Value::Member> members;
    members.reserve(node.b / 2);
    for (Index i = 0; i < node.b; i += 2) {
        Value member_scratch;
        const Value* member = value(policy_.lists[node.a + i + 1], member_scratch);
        if (member == nullptr) {
            return nullptr;
        }
        members.emplace_back(constant_text(policy_.lists[node.a + i]), *member);
    }
    scratch = Value::record(std::move(members));
    return &scratch;
}

const Value* Evaluator::call(const Node& node, Value& scratch) {
    if (node.b != signature(node.function).arguments) {
        fail(node, wrong_arguments(node.function, node.b));
        return nullptr;
    }
    std::array<Value, 2> scratches;  // no function takes more
    std::array<const Value*, 2> arguments{};
    for (Index i = 0; i < node.b; ++i) {
        arguments[i] = value(policy_.lists[node.a + i], scratches[i]);
        if (arguments[i] == nullptr) {
            return nullptr;
        }
    }
    Result<Value> result = call_extension(node.function, std::span(arguments).first(node.b));
    if (!result) {
        fail(node, result.error().message());
        return nullptr;
    }
    scratch = std::move(*result);
    return &scratch;
}

const EntityUid* Evaluator::variable(Op op) const {
    switch (op) {
        case Op::principal:
            return &request_.principal;
        case Op::action:
            return &request_.action;
        case Op::resource:
            return &request_.resource;
        default:
            return nullptr;
    }
}

const EntityUid* Evaluator::entity(const Node& node, Index index, Value& scratch) {
    if (const EntityUid* uid = variable(policy_.nodes[index].op)) {
        return uid;
    }
    const Value* found = of_kind(node, index, ValueKind::entity, scratch);
    return found == nullptr ? nullptr : &found->as_entity();
}

const Value* Evaluator::of_kind(const Node& node, Index index, ValueKind kind, Value& scratch) {
    const Value* found = value(index, scratch);
    if (found != nullptr && !found->is(kind)) {
        fail_type(node, kind_name(kind), *found);
        return nullptr;
    }
    return found;
}

}  // namespace charter::policy
