// Expressions in JSON.

#include "policy/expression_json_writer.hpp"

#include "charter/base/limits.hpp"
#include "policy/operators.hpp"

#include <algorithm>
#include <span>

namespace charter::policy {
namespace {

/// Writes expressions. `level` counts the nodes above, so that what is written
/// here can be read back.
class ExpressionWriter {
public:
    ExpressionWriter(const PolicyContents& contents, JsonWriter& json)
        : contents_(contents), json_(json) {}

    void write(Index index, std::size_t level = 1) {
        const Node& node = contents_.nodes[index];
        if (node.op == Op::all_of || node.op == Op::any_of) {
            chain(node, level);
            return;
        }
        if (node.op == Op::has && node.b > 2) {
            has_path(node, level);
            return;
        }
        json_.begin_object();
        write_operator(node, level);
        json_.end_object();
    }

private:
    void write_operator(const Node& node, std::size_t level) {
        if (const Variable* variable = find_variable(node.op)) {
            json_.member("Var", variable->word);
            return;
        }
        if (const BinaryOperator* known = find_binary(node.op)) {
            json_.key(known->word).begin_object();
            member("left", node.a, level);
            member("right", node.b, level);
            json_.end_object();
            return;
        }
        switch (node.op) {
            case Op::literal:
                literal(contents_.constants[node.constant]);
                return;
            case Op::negate:
                argument("neg", node, level);
                return;
            case Op::logic_not:
                argument("!", node, level);
                return;
            case Op::is_empty:
                argument("isEmpty", node, level);
                return;
            case Op::if_then_else:
                json_.key("if-then-else").begin_object();
                member("if", node.a, level);
                member("then", node.b, level);
                member("else", node.c, level);
                json_.end_object();
                return;
            case Op::attribute:
                json_.key(".").begin_object();
                member("left", node.a, level);
                json_.member("attr", text(node.b)).end_object();
                return;
            case Op::has:
                json_.key("has").begin_object();
                member("left", list(node).front(), level);
                json_.member("attr", text(list(node)[1])).end_object();
                return;
            case Op::like:
                json_.key("like").begin_object();
                member("left", node.a, level);
                pattern(contents_.patterns[node.b]);
                json_.end_object();
                return;
            case Op::is:
            case Op::is_in:
                json_.key("is").begin_object();
                member("left", node.a, level);
                json_.member("entity_type", text(node.b));
                if (node.op == Op::is_in) {
                    member("in", node.c, level);
                }
                json_.end_object();
                return;
            case Op::set:
                array("Set", node, level);
                return;
            case Op::record:
                record(node, level);
                return;
            case Op::call:
                array(signature(node.function).name, node, level);
                return;
            default:
                return;  // the operators above, and those of write()
        }
    }

    /// x && y && z is (x && y) && z. Long chains nest deeply, so no recursion.
    void chain(const Node& node, std::size_t level) {
        const std::string_view word = node.op == Op::all_of ? "&&" : "||";
        const auto terms = list(node);
        for (std::size_t i = 1; i < terms.size(); ++i) {
            json_.begin_object().key(word).begin_object().key("left");
        }
        write(terms.front(), level + 1);
        for (const Index term : terms.subspan(1)) {
            member("right", term, level);
            json_.end_object().end_object();
        }
    }

    /// x has a.b.c is x has a && x.a has b && x.a.b has c, but that repeats x. Not
    /// where it would not be read back, nor where repeats could multiply.
    void has_path(const Node& node, std::size_t level) {
        const Index object = list(node).front();
        const auto names = list(node).subspan(1);
        if (level + 1 + names.size() + depth(object) > limits::policy_depth_max ||
            has_inside(object)) {
            json_.begin_object().key("has").begin_object();
            member("left", object, level);
            json_.key("attr").begin_array();
            for (const Index name : names) {
                json_.string(text(name));
            }
            json_.end_array().end_object().end_object();
            return;
        }
        for (std::size_t i = 1; i < names.size(); ++i) {
            json_.begin_object().key("&&").begin_object().key("left");
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (i > 0) {
                json_.key("right");
            }
            json_.begin_object().key("has").begin_object().key("left");
            path(object, names.first(i), level + 2);
            json_.member("attr", text(names[i])).end_object().end_object();
            if (i > 0) {
                json_.end_object().end_object();
            }
        }
    }

    /// object.names[0].names[1] …
    void path(Index object, std::span<const Index> names, std::size_t level) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            json_.begin_object().key(".").begin_object().key("left");
        }
        write(object, level + names.size());
        for (const Index name : names) {
            json_.member("attr", text(name)).end_object().end_object();
        }
    }

    void literal(const Value& value) {
        json_.key("Value");
        switch (value.kind()) {
            case ValueKind::boolean:
                json_.boolean(value.as_boolean());
                return;
            case ValueKind::integer:
                json_.number(value.as_integer());
                return;
            case ValueKind::entity:
                json_.begin_object().key("__entity");
                write_entity(json_, value.as_entity());
                json_.end_object();
                return;
            default:
                json_.string(value.as_string());  // there are no other literals
        }
    }

    /// One element for each character, as the official tools write them.
    void pattern(const Pattern& pattern) {
        json_.key("pattern").begin_array();
        for (std::size_t i = 0; i < pattern.pieces().size(); ++i) {
            if (i > 0) {
                json_.string("Wildcard");
            }
            std::string_view piece = pattern.pieces()[i];
            while (!piece.empty()) {
                std::size_t bytes = 1;
                while (bytes < piece.size() &&
                       (static_cast<unsigned char>(piece[bytes]) & 0xc0U) == 0x80U) {
                    ++bytes;
                }
                json_.begin_object().member("Literal", piece.substr(0, bytes)).end_object();
                piece.remove_prefix(bytes);
            }
        }
        json_.end_array();
    }

    void array(std::string_view name, const Node& node, std::size_t level) {
        json_.key(name).begin_array();
        for (const Index entry : list(node)) {
            write(entry, level + 1);
        }
        json_.end_array();
    }

    void record(const Node& node, std::size_t level) {
        const auto entries = list(node);
        json_.key("Record").begin_object();
        for (std::size_t i = 0; i < entries.size(); i += 2) {
            member(text(entries[i]), entries[i + 1], level);
        }
        json_.end_object();
    }

    void argument(std::string_view name, const Node& node, std::size_t level) {
        json_.key(name).begin_object();
        member("arg", node.a, level);
        json_.end_object();
    }

    void member(std::string_view name, Index node, std::size_t level) {
        json_.key(name);
        write(node, level + 1);
    }

    /// Calls `visit` for each node that is a part of this one.
    template <class Visit>
    void each_part(const Node& node, Visit visit) const {
        switch (node.op) {
            case Op::all_of:
            case Op::any_of:
            case Op::set:
            case Op::call:
                std::ranges::for_each(list(node), visit);
                return;
            case Op::has:
                visit(list(node).front());
                return;
            case Op::record:
                for (std::size_t i = 1; i < node.b; i += 2) {
                    visit(list(node)[i]);
                }
                return;
            case Op::attribute:
            case Op::is:
            case Op::like:
                visit(node.a);
                return;
            case Op::is_in:
                visit(node.a);
                visit(node.c);
                return;
            default:
                for (const Index part : {node.a, node.b, node.c}) {
                    if (part != no_index) {
                        visit(part);
                    }
                }
        }
    }
    std::size_t depth(Index index) const {
        std::size_t deepest = 0;
        each_part(contents_.nodes[index],
                  [&](Index part) { deepest = std::max(deepest, depth(part)); });
        return deepest + 1;
    }
    bool has_inside(Index index) const {
        const Node& node = contents_.nodes[index];
        bool found = node.op == Op::has;
        each_part(node, [&](Index part) { found = found || has_inside(part); });
        return found;
    }

    std::span<const Index> list(const Node& node) const {
        return std::span(contents_.lists).subspan(node.a, node.b);
    }
    const std::string& text(Index constant) const {
        return contents_.constants[constant].as_string();
    }

    const PolicyContents& contents_;
    JsonWriter& json_;
};

}  // namespace

void write_entity(JsonWriter& json, const EntityUid& uid) {
    json.begin_object().member("type", uid.type()).member("id", uid.id()).end_object();
}

void write_expression(JsonWriter& json, const PolicyContents& contents, Index expression) {
    ExpressionWriter(contents, json).write(expression);
}

}  // namespace charter::policy
