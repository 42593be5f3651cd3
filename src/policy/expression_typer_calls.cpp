// Extension functions: the types of their arguments, and constructors that must
// be given a text that can be read.

#include "policy/expression_typer.hpp"
#include "policy/extension_functions.hpp"

namespace charter::policy {
namespace {

bool is_constructor(ExtensionFunction function) {
    using enum ExtensionFunction;
    return function == ip || function == decimal || function == datetime || function == duration;
}

}  // namespace

ExpressionTyper::Typed ExpressionTyper::type_call(const Node& node) {
    const ExtensionTypes types = extension_types(node.function);
    Typed result = of_type(input_.types.plain(types.result));
    const bool counted = node.b == signature(node.function).arguments;
    if (!counted) {
        error(node, wrong_arguments(node.function, node.b));
    }
    const bool constructed = !is_constructor(node.function) || is_readable(node);
    const bool flawed = !counted || !constructed;
    result.failed = flawed;
    for (Index i = 0; i < node.b; ++i) {
        const Index argument = entry(node, i);
        // Wrong types in a call that is wrong in itself would only add noise.
        const Typed typed =
            flawed ? type(argument) : expect(argument, {i == 0 ? types.first : types.second});
        result.failed = result.failed || typed.failed;
    }
    return result;
}

bool ExpressionTyper::is_readable(const Node& node) {
    const std::string name(signature(node.function).name);
    for (Index i = 0; i < node.b; ++i) {
        if (node_at(entry(node, i)).op != Op::literal) {
            error(node, "`" + name + "` must be given a literal, so that it can be checked");
            return false;
        }
    }
    const auto text = node.b == 1 ? literal_of(entry(node, 0)) : std::nullopt;
    if (!text || !text->is(ValueKind::string)) {
        return true;
    }
    const Value* argument = &*text;
    const Result<Value> value = call_extension(node.function, std::span(&argument, 1));
    if (!value) {
        error(node, value.error().message());
    }
    return value.has_value();
}

}  // namespace charter::policy
