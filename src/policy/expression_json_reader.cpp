// The bodies of conditions in JSON.

#include "policy/policy_json_reader.hpp"

#include "charter/base/limits.hpp"
#include "policy/operators.hpp"
#include "policy/schema_names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace charter::policy {

using Step = ShapeReader::Step;

bool ExpressionReader::too_deep(std::size_t level) {
    return level > limits::policy_depth_max &&
           !shape_.fail("nested deeper than " + std::to_string(limits::policy_depth_max) +
                        " levels (policy_depth_max)");
}

Index ExpressionReader::expression(const Json& json, std::size_t level) {
    if (too_deep(level)) {
        return no_index;
    }
    if (!json.is_object() || json.size() != 1) {
        return fail("expected an expression: an object with one member, the operator");
    }
    const std::string& word = json.begin().key();
    if (word == "&&" || word == "||") {
        return chain(word, json, level);
    }
    const Step step(shape_, word);
    return operation(word, json.begin().value(), level);
}

Index ExpressionReader::operation(const std::string& word, const Json& body, std::size_t level) {
    if (const BinaryOperator* known = find_binary(word)) {
        return binary(known->op, body, level);
    }
    if (word == "Value") return value(body, level);
    if (word == "Var") return variable(body);
    if (word == "Slot") return fail("a slot stands only in the scope of a template");
    if (word == "!") return argument(Op::logic_not, body, level);
    if (word == "neg") return argument(Op::negate, body, level);
    if (word == "isEmpty") return argument(Op::is_empty, body, level);
    if (word == ".") return attribute(body, level);
    if (word == "has") return has(body, level);
    if (word == "like") return like(body, level);
    if (word == "is") return is(body, level);
    if (word == "if-then-else") return conditional(body, level);
    if (word == "Record") return record(body, false, level);
    if (word == "Set") {
        const auto elements = parts(body, false, level);
        return elements ? make_list(Op::set, *elements) : no_index;
    }
    if (const auto function = find_extension_function(word)) {
        return call(*function, body, level);
    }
    return fail("there is no operator or function of this name");
}

/// {"&&": {"left": {"&&": {"left": a, "right": b}}, "right": c}} is a && b && c.
/// Goes down the left side in a loop, because chains may be long.
Index ExpressionReader::chain(const std::string& word, const Json& json, std::size_t level) {
    struct Link {
        const Json* body;
        std::size_t above;  // for ascend
        std::size_t here;
    };
    std::vector<Link> links;
    const Json* next = &json;
    bool good = true;
    while (good && next->is_object() && next->size() == 1 && next->begin().key() == word) {
        Link link{&next->begin().value(), shape_.descend(word), 0};
        good = shape_.members(*link.body, {"left", "right"});
        link.here = shape_.descend("left");
        next = good ? &(*link.body)["left"] : next;
        links.push_back(link);
    }
    std::vector<Index> terms{good ? expression(*next, level + 1) : no_index};
    for (std::size_t i = links.size(); i-- > 0;) {
        shape_.ascend(links[i].here);
        if (terms.back() != no_index) {
            terms.push_back(part(*links[i].body, "right", level));
        }
        shape_.ascend(links[i].above);
    }
    return terms.back() == no_index
               ? no_index
               : make_list(word == "&&" ? Op::all_of : Op::any_of, terms);
}

Index ExpressionReader::part(const Json& body, std::string_view name, std::size_t level) {
    const Step step(shape_, name);
    return expression(body[std::string(name)], level + 1);
}

std::optional<std::vector<Index>> ExpressionReader::parts(const Json& array, bool values,
                                                          std::size_t level) {
    if (!array.is_array()) {
        shape_.fail("expected an array");
        return std::nullopt;
    }
    std::vector<Index> found;
    for (std::size_t i = 0; i < array.size(); ++i) {
        const Step step(shape_, i);
        found.push_back(values ? value(array[i], level + 1) : expression(array[i], level + 1));
        if (found.back() == no_index) {
            return std::nullopt;
        }
    }
    return found;
}

Index ExpressionReader::binary(Op op, const Json& body, std::size_t level) {
    if (!shape_.members(body, {"left", "right"})) {
        return no_index;
    }
    const Index left = part(body, "left", level);
    const Index right = left == no_index ? no_index : part(body, "right", level);
    return right == no_index ? no_index : make(op, left, right);
}

Index ExpressionReader::argument(Op op, const Json& body, std::size_t level) {
    const Index operand = shape_.members(body, {"arg"}) ? part(body, "arg", level) : no_index;
    return operand == no_index ? no_index : make(op, operand);
}

Index ExpressionReader::conditional(const Json& body, std::size_t level) {
    if (!shape_.members(body, {"if", "then", "else"})) {
        return no_index;
    }
    const Index test = part(body, "if", level);
    const Index yes = test == no_index ? no_index : part(body, "then", level);
    const Index no = yes == no_index ? no_index : part(body, "else", level);
    return no == no_index ? no_index : make(Op::if_then_else, test, yes, no);
}

Index ExpressionReader::attribute(const Json& body, std::size_t level) {
    const Index object =
        shape_.members(body, {"left", "attr"}) ? part(body, "left", level) : no_index;
    const auto name = object == no_index ? std::nullopt : shape_.string(body, "attr");
    return name ? make_with_name(Op::attribute, object, *name) : no_index;
}

std::optional<std::vector<std::string>> ExpressionReader::names(const Json& body) {
    const Json& attr = body["attr"];
    if (attr.is_string()) {
        return std::vector{attr.get<std::string>()};
    }
    const Step step(shape_, "attr");
    std::vector<std::string> found;
    for (const Json& name : attr.is_array() ? attr : Json::array()) {
        if (!name.is_string()) {
            found.clear();
            break;
        }
        found.push_back(name.get<std::string>());
    }
    if (found.empty()) {
        shape_.fail("expected a string or an array of strings");
        return std::nullopt;
    }
    return found;
}

Index ExpressionReader::has(const Json& body, std::size_t level) {
    const Index object =
        shape_.members(body, {"left", "attr"}) ? part(body, "left", level) : no_index;
    const auto path = object == no_index ? std::nullopt : names(body);
    if (!path) {
        return no_index;
    }
    const bool plain = path->size() == 1 || std::ranges::all_of(*path, is_identifier);
    if (!plain) {
        const Step step(shape_, "attr");
        return fail("in a path of names each one is an identifier");
    }
    std::vector<Index> known;
    for (const std::string& name : *path) {
        known.push_back(builder_.constant(Value::string(name)));
    }
    return builder_.add_has(object, known, 0);
}

Index ExpressionReader::like(const Json& body, std::size_t level) {
    const Index text =
        shape_.members(body, {"left", "pattern"}) ? part(body, "left", level) : no_index;
    if (text == no_index) {
        return no_index;
    }
    const Step step(shape_, "pattern");
    const Json& pattern = body["pattern"];
    if (!pattern.is_array()) {
        return fail("expected an array");
    }
    std::vector<std::string> pieces(1);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const Step element_step(shape_, i);
        const Json& element = pattern[i];
        if (element == "Wildcard") {
            pieces.emplace_back();
            continue;
        }
        if (!element.is_object()) {
            return fail("expected \"Wildcard\" or an object with `Literal`");
        }
        const auto literal = shape_.members(element, {"Literal"})
                                 ? shape_.string(element, "Literal")
                                 : std::nullopt;
        if (!literal) {
            return no_index;
        }
        pieces.back() += *literal;
    }
    Node node;
    node.op = Op::like;
    node.a = text;
    node.b = builder_.pattern(Pattern(std::move(pieces)));
    return builder_.add(node, std::array{text});
}

Index ExpressionReader::is(const Json& body, std::size_t level) {
    if (!shape_.members(body, {"left", "entity_type"}, {"in"})) {
        return no_index;
    }
    const Index object = part(body, "left", level);
    const auto type = object == no_index ? std::nullopt : shape_.type_name(body, "entity_type");
    if (!type) {
        return no_index;
    }
    if (!body.contains("in")) {
        return make_with_name(Op::is, object, *type);
    }
    const Index ancestor = part(body, "in", level);
    return ancestor == no_index ? no_index : make_with_name(Op::is_in, object, *type, ancestor);
}

Index ExpressionReader::call(ExtensionFunction function, const Json& arguments,
                             std::size_t level) {
    const auto given = parts(arguments, false, level);
    if (!given) {
        return no_index;
    }
    return given->empty() && signature(function).method
               ? fail("a method needs the value that it is called on")
               : make_list(Op::call, *given, function);
}

Index ExpressionReader::variable(const Json& body) {
    const Variable* known =
        body.is_string() ? find_variable(body.get_ref<const std::string&>()) : nullptr;
    return known == nullptr
               ? fail("expected \"principal\", \"action\", \"resource\" or \"context\"")
               : make(known->op, no_index);
}

}  // namespace charter::policy
