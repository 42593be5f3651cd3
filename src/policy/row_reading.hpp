#pragma once

#include "policy/ast.hpp"

#include <string>
#include <vector>

namespace charter::policy {

/// Where a policy's expressions read `context.row`. The policy must outlive it.
class RowReading {
public:
    explicit RowReading(const PolicyContents& policy);

    /// True when what a node says depends on the row.
    bool reads_row(Index node) const { return reads_[node] != 0; }
    /// The column that a node is (`context.row.c`); null: it is something else.
    const std::string* column(Index node) const;

    /// What a node of `has` that reads the row tests; neither: more than a column.
    struct Tested {
        bool whole_row = false;               // context has row
        const std::string* column = nullptr;  // context.row has c, context has row.c
    };
    Tested tested(Index node) const;

private:
    bool is_row(Index node) const;
    const std::string& name(Index constant) const { return policy_.constants[constant].as_string(); }

    const PolicyContents& policy_;
    std::vector<std::uint8_t> reads_;
};

/// visit(Index) for each node directly below one.
template <class Visit>
void for_each_child(const PolicyContents& policy, const Node& node, Visit&& visit) {
    switch (node.op) {
        case Op::literal:
        case Op::principal:
        case Op::action:
        case Op::resource:
        case Op::context: break;
        case Op::negate:
        case Op::logic_not:
        case Op::is_empty:
        case Op::attribute:
        case Op::like:
        case Op::is: visit(node.a); break;
        case Op::is_in:
            visit(node.a);
            visit(node.c);
            break;
        case Op::if_then_else:
            visit(node.a);
            visit(node.b);
            visit(node.c);
            break;
        case Op::has: visit(policy.lists[node.a]); break;
        case Op::all_of:
        case Op::any_of:
        case Op::set:
        case Op::call:
            for (Index i = 0; i < node.b; ++i) {
                visit(policy.lists[node.a + i]);
            }
            break;
        case Op::record:
            for (Index i = 1; i < node.b; i += 2) {
                visit(policy.lists[node.a + i]);
            }
            break;
        default:
            visit(node.a);
            visit(node.b);
    }
}

}  // namespace charter::policy
