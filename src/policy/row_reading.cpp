#include "policy/row_reading.hpp"

namespace charter::policy {

RowReading::RowReading(const PolicyContents& policy)
    : policy_(policy), reads_(policy.nodes.size(), 0) {
    for (Index i = 0; i < policy.nodes.size(); ++i) {
        const Node& node = policy.nodes[i];
        bool reads = node.op == Op::context;
        for_each_child(policy, node, [&](Index child) { reads = reads || reads_[child] != 0; });
        if (node.constant != no_index) {
            reads = false;
        } else if (node.op == Op::attribute && policy.nodes[node.a].op == Op::context) {
            reads = name(node.b) == "row";
        } else if (node.op == Op::has && policy.nodes[policy.lists[node.a]].op == Op::context) {
            reads = name(policy.lists[node.a + 1]) == "row";
        }
        reads_[i] = reads ? 1 : 0;
    }
}

bool RowReading::is_row(Index index) const {
    const Node& node = policy_.nodes[index];
    return node.op == Op::attribute && policy_.nodes[node.a].op == Op::context &&
           name(node.b) == "row";
}

const std::string* RowReading::column(Index index) const {
    const Node& node = policy_.nodes[index];
    return node.op == Op::attribute && is_row(node.a) ? &name(node.b) : nullptr;
}

RowReading::Tested RowReading::tested(Index index) const {
    const Node& node = policy_.nodes[index];
    const Index object = policy_.lists[node.a];
    if (is_row(object)) {
        return node.b == 2 ? Tested{false, &name(policy_.lists[node.a + 1])} : Tested{};
    }
    if (policy_.nodes[object].op != Op::context || node.b > 3) {
        return {};
    }
    return node.b == 2 ? Tested{true, nullptr} : Tested{false, &name(policy_.lists[node.a + 2])};
}

}  // namespace charter::policy
