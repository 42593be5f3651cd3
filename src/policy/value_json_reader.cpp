// Values, records and the making of nodes for ExpressionReader.

#include "policy/policy_json_reader.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <limits>

namespace charter::policy {

using Step = ShapeReader::Step;

Index ExpressionReader::value(const Json& json, std::size_t level) {
    if (too_deep(level)) {
        return no_index;
    }
    switch (json.type()) {
        case Json::value_t::boolean:
            return builder_.literal(Value::boolean(json.get<bool>()), 0);
        case Json::value_t::string:
            return builder_.literal(Value::string(json.get<std::string>()), 0);
        case Json::value_t::number_unsigned:
            if (json.get<std::uint64_t>() >
                static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                return fail("the number does not fit 64 bits with sign");
            }
            return builder_.literal(Value::integer(json.get<std::int64_t>()), 0);
        case Json::value_t::number_integer:
            return builder_.literal(Value::integer(json.get<std::int64_t>()), 0);
        case Json::value_t::array: {
            const auto elements = parts(json, true, level);
            return elements ? make_list(Op::set, *elements) : no_index;
        }
        case Json::value_t::object:
            break;
        default:
            return fail("Cedar has no such value: expected true, false, an integer of 64 bits, a "
                        "string, an array or an object");
    }
    if (json.size() == 1 && json.contains("__entity")) {
        const auto uid = shape_.entity(json);
        return uid ? builder_.literal(Value::entity(*uid), 0) : no_index;
    }
    if (json.size() == 1 && json.contains("__extn")) {
        const Step step(shape_, "__extn");
        return extension_value(json["__extn"], level);
    }
    if (json.size() == 1 && json.contains("__expr")) {
        return fail("the escape `__expr` is no longer part of Cedar");
    }
    return record(json, true, level);
}

/// {"fn": "ip", "arg": value} or {"fn": "offset", "args": [value, value]}.
Index ExpressionReader::extension_value(const Json& json, std::size_t level) {
    if (!shape_.members(json, {"fn"}, {"arg", "args"})) {
        return no_index;
    }
    const auto name = shape_.string(json, "fn");
    if (!name) {
        return no_index;
    }
    const auto function = find_extension_function(*name);
    if (!function) {
        const Step step(shape_, "fn");
        return fail("there is no function " + policy::quoted(*name));
    }
    if (json.contains("arg") == json.contains("args")) {
        return fail("either `arg` or `args` is needed");
    }
    if (json.contains("args")) {
        const Step step(shape_, "args");
        const auto arguments = parts(json["args"], true, level);
        if (arguments && arguments->empty()) {
            return fail("a function needs an argument");
        }
        return arguments ? make_list(Op::call, *arguments, *function) : no_index;
    }
    const Step step(shape_, "arg");
    const Index argument = value(json["arg"], level + 1);
    return argument == no_index ? no_index
                                : make_list(Op::call, std::array{argument}, *function);
}

Index ExpressionReader::record(const Json& body, bool values, std::size_t level) {
    if (!body.is_object()) {
        return fail("expected an object");
    }
    std::vector<Index> pairs;
    for (const auto& [name, member] : body.items()) {
        const Step step(shape_, name);
        pairs.push_back(builder_.constant(Value::string(name)));
        pairs.push_back(values ? value(member, level + 1) : expression(member, level + 1));
        if (pairs.back() == no_index) {
            return no_index;
        }
    }
    return builder_.add_record(pairs, 0);
}

Index ExpressionReader::make(Op op, Index a, Index b, Index c) {
    Node node;
    node.op = op;
    node.a = a;
    node.b = b;
    node.c = c;
    const std::array<Index, 3> children{a, b, c};
    std::size_t count = 0;
    while (count < children.size() && children[count] != no_index) {
        ++count;
    }
    return builder_.add(node, std::span(children).first(count));
}

Index ExpressionReader::make_with_name(Op op, Index a, const std::string& name, Index c) {
    Node node;
    node.op = op;
    node.a = a;
    node.b = builder_.constant(Value::string(name));
    node.c = c;
    const std::array<Index, 2> children{a, c};
    return builder_.add(node, std::span(children).first(c == no_index ? 1 : 2));
}

Index ExpressionReader::make_list(Op op, std::span<const Index> entries,
                                  ExtensionFunction function) {
    Node node;
    node.op = op;
    node.function = function;
    return builder_.add_list(node, entries);
}

}  // namespace charter::policy
