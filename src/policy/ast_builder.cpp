#include "policy/ast_builder.hpp"

#include <algorithm>

namespace charter::policy {

Index AstBuilder::constant(const Value& value) {
    const auto [known, added] =
        known_constants_.emplace(value, static_cast<Index>(contents_.constants.size()));
    if (added) {
        contents_.constants.push_back(value);
    }
    return known->second;
}

Index AstBuilder::pattern(Pattern pattern) {
    contents_.patterns.push_back(std::move(pattern));
    return static_cast<Index>(contents_.patterns.size() - 1);
}

Index AstBuilder::literal(const Value& value, std::size_t offset) {
    Node node;
    node.op = Op::literal;
    node.offset = static_cast<std::uint32_t>(offset);
    node.constant = constant(value);
    return append(node, {});
}

Index AstBuilder::add(Node node, std::span<const Index> children) {
    return append(node, children);
}

Index AstBuilder::add_list(Node node, std::span<const Index> entries) {
    keep_list(node, entries);
    fold(node);
    return append(node, entries);
}

Index AstBuilder::add_has(Index object, std::span<const Index> names, std::size_t offset) {
    Node node;
    node.op = Op::has;
    node.offset = static_cast<std::uint32_t>(offset);
    std::vector<Index> entries{object};
    entries.insert(entries.end(), names.begin(), names.end());
    keep_list(node, entries);
    return append(node, std::span(entries).first(1));
}

Index AstBuilder::add_record(std::span<const Index> pairs, std::size_t offset) {
    Node node;
    node.op = Op::record;
    node.offset = static_cast<std::uint32_t>(offset);
    keep_list(node, pairs);
    fold(node);
    std::vector<Index> children;
    for (std::size_t i = 1; i < pairs.size(); i += 2) {
        children.push_back(pairs[i]);
    }
    return append(node, children);
}

Index AstBuilder::append(Node node, std::span<const Index> children) {
    std::size_t deepest = 0;
    for (const Index child : children) {
        deepest = std::max(deepest, depths_[child]);
    }
    contents_.nodes.push_back(node);
    depths_.push_back(deepest + 1);
    return static_cast<Index>(contents_.nodes.size() - 1);
}

void AstBuilder::keep_list(Node& node, std::span<const Index> entries) {
    node.a = static_cast<Index>(contents_.lists.size());
    node.b = static_cast<Index>(entries.size());
    contents_.lists.insert(contents_.lists.end(), entries.begin(), entries.end());
}

void AstBuilder::fold(Node& node) {
    const std::span<const Index> entries(contents_.lists.data() + node.a, node.b);
    if (node.op == Op::set) {
        if (!std::ranges::all_of(entries, [this](Index entry) { return is_constant(entry); })) {
            return;
        }
        std::vector<Value> elements;
        for (const Index entry : entries) {
            elements.push_back(value_of(entry));
        }
        node.constant = constant(Value::set(std::move(elements)));
    } else if (node.op == Op::record) {
        std::vector<Value::Member> members;
        for (std::size_t i = 0; i < entries.size(); i += 2) {
            if (!is_constant(entries[i + 1])) {
                return;
            }
            members.emplace_back(contents_.constants[entries[i]].as_string(),
                                 value_of(entries[i + 1]));
        }
        node.constant = constant(Value::record(std::move(members)));
    } else if (node.op == Op::call) {
        std::vector<const Value*> arguments;
        for (const Index entry : entries) {
            if (!is_constant(entry)) {
                return;
            }
            arguments.push_back(&value_of(entry));
        }
        // A call that errs stays a call: the error belongs to the evaluation.
        const Result<Value> result = call_extension(node.function, arguments);
        if (result) {
            node.constant = constant(*result);
        }
    }
}

}  // namespace charter::policy
