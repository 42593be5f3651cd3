#include "policy/expression_printer.hpp"

#include "policy/operators.hpp"
#include "policy/schema_names.hpp"

#include <span>

namespace charter::policy {
namespace {

/// How tightly an expression binds, as the grammar has it.
enum class Binding { conditional, any_of, all_of, relation, sum, product, unary, member };

Binding binding(const PolicyContents& contents, const Node& node) {
    switch (node.op) {
        case Op::if_then_else:
            return Binding::conditional;
        case Op::any_of:
            return Binding::any_of;
        case Op::all_of:
            return Binding::all_of;
        case Op::equal:
        case Op::not_equal:
        case Op::less:
        case Op::less_or_equal:
        case Op::greater:
        case Op::greater_or_equal:
        case Op::in:
        case Op::has:
        case Op::like:
        case Op::is:
        case Op::is_in:
            return Binding::relation;
        case Op::add:
        case Op::subtract:
            return Binding::sum;
        case Op::multiply:
            return Binding::product;
        case Op::negate:
        case Op::logic_not:
            return Binding::unary;
        case Op::literal: {
            const Value& value = contents.constants[node.constant];
            const bool negative = value.is(ValueKind::integer) && value.as_integer() < 0;
            return negative ? Binding::unary : Binding::member;
        }
        default:
            return Binding::member;
    }
}

class ExpressionPrinter {
public:
    ExpressionPrinter(const PolicyContents& contents, std::string& out)
        : contents_(contents), out_(out) {}

    /// In parentheses when it binds less than its place needs.
    void print(Index index, Binding least) {
        const Node& node = contents_.nodes[index];
        const bool wrapped = binding(contents_, node) < least;
        out_ += wrapped ? "(" : "";
        print(node);
        out_ += wrapped ? ")" : "";
    }

private:
    void print(const Node& node) {
        if (const Variable* variable = find_variable(node.op)) {
            out_ += variable->word;
            return;
        }
        if (const BinaryOperator* known = find_binary(node.op)) {
            binary(node, *known);
            return;
        }
        switch (node.op) {
            case Op::literal:
                out_ += contents_.constants[node.constant].to_cedar_text();
                return;
            case Op::negate:
            case Op::logic_not:
                sign(node);
                return;
            case Op::any_of:
                chain(node, " || ", Binding::all_of);
                return;
            case Op::all_of:
                chain(node, " && ", Binding::relation);
                return;
            case Op::if_then_else:
                out_ += "if ";
                print(node.a, Binding::conditional);
                out_ += " then ";
                print(node.b, Binding::conditional);
                out_ += " else ";
                print(node.c, Binding::conditional);
                return;
            case Op::is_empty:
                print(node.a, Binding::member);
                out_ += ".isEmpty()";
                return;
            case Op::attribute:
                attribute(node);
                return;
            case Op::has:
                has(node);
                return;
            case Op::like:
                print(node.a, Binding::sum);
                out_ += " like " + contents_.patterns[node.b].to_cedar_text();
                return;
            case Op::is:
            case Op::is_in:
                print(node.a, Binding::sum);
                out_ += " is " + text(node.b);
                if (node.op == Op::is_in) {
                    out_ += " in ";
                    print(node.c, Binding::sum);
                }
                return;
            case Op::set:
                arguments('[', list(node), ']');
                return;
            case Op::record:
                record(node);
                return;
            case Op::call:
                call(node);
                return;
            default:
                return;  // the operators above
        }
    }

    void binary(const Node& node, const BinaryOperator& known) {
        if (known.method) {
            print(node.a, Binding::member);
            out_.append(".").append(known.word).append("(");
            print(node.b, Binding::conditional);
            out_ += ")";
            return;
        }
        // Of a chain `a - b - c` the left side is the chain so far.
        const Binding own = binding(contents_, node);
        const bool relation = own == Binding::relation;
        print(node.a, relation ? Binding::sum : own);
        out_.append(" ").append(known.word).append(" ");
        print(node.b, own == Binding::product ? Binding::unary
                      : relation              ? Binding::sum
                                              : Binding::product);
    }

    /// A sign in front of digits would become part of the number, and at most
    /// four signs may stand in a row.
    void sign(const Node& node) {
        out_ += node.op == Op::negate ? '-' : '!';
        const Node& operand = contents_.nodes[node.a];
        const bool digits = node.op == Op::negate && operand.op == Op::literal &&
                            contents_.constants[operand.constant].is(ValueKind::integer);
        out_ += digits ? "(" : "";
        print(node.a, digits ? Binding::conditional : Binding::member);
        out_ += digits ? ")" : "";
    }

    void chain(const Node& node, std::string_view sign, Binding least) {
        std::string_view separator;
        for (const Index term : list(node)) {
            out_ += separator;
            print(term, least);
            separator = sign;
        }
    }

    void attribute(const Node& node) {
        print(node.a, Binding::member);
        const std::string& name = text(node.b);
        out_ += is_identifier(name) ? "." + name : "[" + policy::quoted(name) + "]";
    }

    void has(const Node& node) {
        const auto entries = list(node);
        print(entries.front(), Binding::sum);
        out_ += " has ";
        std::string_view separator;
        for (const Index entry : entries.subspan(1)) {
            const std::string& name = text(entry);
            out_.append(separator).append(is_identifier(name) ? name : policy::quoted(name));
            separator = ".";
        }
    }

    void record(const Node& node) {
        const auto entries = list(node);
        out_ += '{';
        for (std::size_t i = 0; i < entries.size(); i += 2) {
            const std::string& name = text(entries[i]);
            out_.append(i == 0 ? "" : ", ")
                .append(is_identifier(name) ? name : policy::quoted(name))
                .append(": ");
            print(entries[i + 1], Binding::conditional);
        }
        out_ += '}';
    }

    void call(const Node& node) {
        const ExtensionSignature& called = signature(node.function);
        auto entries = list(node);
        if (called.method) {
            print(entries.front(), Binding::member);
            out_ += '.';
            entries = entries.subspan(1);
        }
        out_ += called.name;
        arguments('(', entries, ')');
    }

    void arguments(char open, std::span<const Index> entries, char close) {
        out_ += open;
        std::string_view separator;
        for (const Index entry : entries) {
            out_ += separator;
            print(entry, Binding::conditional);
            separator = ", ";
        }
        out_ += close;
    }

    std::span<const Index> list(const Node& node) const {
        return std::span(contents_.lists).subspan(node.a, node.b);
    }
    const std::string& text(Index constant) const {
        return contents_.constants[constant].as_string();
    }

    const PolicyContents& contents_;
    std::string& out_;
};

}  // namespace

void print_expression(const PolicyContents& contents, Index expression, std::string& out) {
    ExpressionPrinter(contents, out).print(expression, Binding::conditional);
}

}  // namespace charter::policy
