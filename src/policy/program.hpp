#pragma once

#include "charter/policy/entities.hpp"
#include "charter/policy/evaluate.hpp"
#include "policy/ast.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace charter::policy {

class Evaluator;
class Schema;

/// One of 64 bits for an action's name.
inline std::uint64_t action_bit(const EntityUid& uid) {
    return std::uint64_t{1} << (uid.hash() >> 58U);
}

/// One name on the way from a variable to a value: an attribute, or a tag with a
/// literal key.
struct Step {
    static constexpr std::uint16_t no_hint = 0xffff;

    Index name = no_index;  // a constant
    bool is_tag = false;
    std::uint16_t hint = no_hint;  // where the schema puts it in its record
};

/// Where a value comes from.
struct Operand {
    enum class Base : std::uint8_t { constant, principal, action, resource, context, tree };
    Base base = Base::constant;
    std::uint16_t steps = 0;
    Index at = no_index;  // constant: which; tree: the node that Evaluator works out
    Index first_step = 0;
};

/// One question with two ways on. Boolean operators are nothing but ways: what
/// `a && b` asks after a, and where `!` leads.
struct Test {
    enum class Code : std::uint8_t {
        truth,          // a is a Boolean
        equal,          // a, b
        less,           // a, b
        less_or_equal,  // a, b
        in,             // a, b
        contains,       // a, b
        contains_all,   // a, b
        contains_any,   // a, b
        is_empty,       // a
        has,            // a; `extra` of its steps must be there, the others may
        like,           // a; extra: a pattern
        is,             // a; extra: a constant, the type
        tree,           // extra: a node that Evaluator works out
    };
    Code code = Code::truth;
    Operand a;
    Operand b;
    Index extra = no_index;
    Index on_true = 0;
    Index on_false = 0;
};

/// What evaluation needs beside the policy. The two entities are found once for all
/// policies of a decision; null when they do not exist.
struct Bindings {
    RequestView request;
    const Entities& entities;
    const Entity* principal = nullptr;
    const Entity* resource = nullptr;
};

/// The conditions of a policy as a chain of tests. Running it allocates nothing,
/// except where a condition builds a set or a record, or errs.
class Program {
public:
    Program(const PolicyContents& policy, const Schema* schema);

    /// True without conditions: run says `matched`.
    bool is_empty() const { return start_ == matched; }

    /// What the conditions say; the message of an error is left to evaluate_conditions.
    /// Adds to `steps` what it took, at least.
    Outcome::Kind run(const PolicyContents& policy, const Bindings& bindings,
                      std::size_t& steps) const;

private:
    friend class Compiler;
    friend class Machine;

    // Where a chain of tests ends.
    static constexpr Index matched = 0xffff'fffe;
    static constexpr Index not_matched = 0xffff'fffd;

    std::vector<Test> tests_;
    std::vector<Step> steps_;
    Index start_ = matched;
};

}  // namespace charter::policy
