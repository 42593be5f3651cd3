// What a condition may say of a row.
#include "charter/policy/partial.hpp"
#include "policy/finding_list.hpp"
#include "policy/row_reading.hpp"

#include <set>

namespace charter::policy {
namespace {

class RowConditions {
public:
    explicit RowConditions(const Policy& policy)
        : policy_(policy.contents()), reading_(policy_) {}

    FindingList run() && {
        for (const Condition& condition : policy_.conditions) {
            boolean(condition.expression);
        }
        return std::move(findings_);
    }

private:
    void boolean(Index index) {
        if (!reading_.reads_row(index)) {
            return;
        }
        const Node& node = policy_.nodes[index];
        switch (node.op) {
            case Op::all_of:
            case Op::any_of:
            case Op::logic_not:
            case Op::if_then_else:
                for_each_child(policy_, node, [&](Index child) { boolean(child); });
                break;
            case Op::equal:
            case Op::not_equal:
            case Op::less:
            case Op::less_or_equal:
            case Op::greater:
            case Op::greater_or_equal:
                operand(node.a);
                operand(node.b);
                break;
            case Op::contains:
                if (reading_.reads_row(node.a)) {
                    refuse(node, "a set that holds something of the row");
                } else {
                    operand(node.b);
                }
                break;
            case Op::like: operand(node.a); break;
            case Op::has:
                if (const auto tested = reading_.tested(index);
                    !tested.whole_row && tested.column == nullptr) {
                    refuse(node, "`has` for more than a column");
                }
                break;
            case Op::attribute: operand(index); break;
            case Op::call: call(node); break;
            case Op::contains_all:
            case Op::contains_any:
            case Op::is_empty: refuse(node, "a set that holds something of the row"); break;
            default: refuse(node, "entities, records and tags found by the row"); break;
        }
    }

    void call(const Node& node) {
        using enum ExtensionFunction;
        switch (node.function) {
            case less_than:
            case less_than_or_equal:
            case greater_than:
            case greater_than_or_equal:
                for_each_child(policy_, node, [&](Index child) { operand(child); });
                break;
            default:
                refuse(node, "`" + std::string(signature(node.function).name) + "` of the row");
        }
    }

    void operand(Index index) {
        if (!reading_.reads_row(index) || reading_.column(index) != nullptr) {
            return;
        }
        const Node& node = policy_.nodes[index];
        switch (node.op) {
            case Op::context: refuse(node, "`context` as a whole"); break;
            case Op::negate:
            case Op::add:
            case Op::subtract:
            case Op::multiply: refuse(node, "arithmetic on the row"); break;
            case Op::attribute: refuse(node, "the row as a whole, or parts of a column"); break;
            default: refuse(node, "what is worked out from the row"); break;
        }
    }

    void refuse(const Node& node, std::string what) {
        findings_.add(node.offset,
                      std::move(what) +
                          " cannot be kept as a condition on rows: compare a column with a value "
                          "or another column, or use `has`, `like`, `contains`, `&&`, `||`, `!`");
    }

    const PolicyContents& policy_;
    RowReading reading_;
    FindingList findings_;
};

}  // namespace

bool is_one_condition(const Policy& policy) {
    const std::vector<Condition>& conditions = policy.contents().conditions;
    return conditions.size() == 1 && !conditions.front().unless;
}

std::vector<std::string> row_columns(const Policy& policy) {
    const PolicyContents& contents = policy.contents();
    const RowReading reading(contents);
    std::set<std::string> names;
    for (Index i = 0; i < contents.nodes.size(); ++i) {
        const std::string* name = reading.column(i);
        if (name == nullptr && contents.nodes[i].op == Op::has && reading.reads_row(i)) {
            name = reading.tested(i).column;
        }
        if (name != nullptr) {
            names.insert(*name);
        }
    }
    return {names.begin(), names.end()};
}

std::vector<Finding> check_row_conditions(const Policy& policy) {
    std::vector<Finding> findings;
    RowConditions(policy).run().move_to(findings, policy);
    return findings;
}

}  // namespace charter::policy
