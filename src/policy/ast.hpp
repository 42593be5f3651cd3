#pragma once

#include "charter/policy/policy.hpp"
#include "charter/policy/value.hpp"
#include "policy/extension_functions.hpp"
#include "policy/pattern.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace charter::policy {

/// Index into PolicyContents::nodes or ::constants.
using Index = std::uint32_t;
inline constexpr Index no_index = 0xffff'ffff;

/// What a node does. The comment says what `a`, `b`, `c` are: a node unless
/// another table is named; "list" means that `a` is the first entry in
/// PolicyContents::lists and `b` the number of entries.
enum class Op : std::uint8_t {
    literal,  // the node's own constant
    principal,
    action,
    resource,
    context,
    negate,        // a
    logic_not,     // a
    all_of,        // list: x && y && z, two or more
    any_of,        // list: x || y || z, two or more
    if_then_else,  // a, b, c
    equal,         // a, b
    not_equal,
    less,
    less_or_equal,
    greater,
    greater_or_equal,
    in,
    add,
    subtract,
    multiply,
    contains,
    contains_all,
    contains_any,
    has_tag,
    get_tag,
    is_empty,   // a
    attribute,  // a, b: constant (the name)
    has,        // list: the object, then constants (the names of `has x.y.z`)
    like,       // a, b: pattern
    is,         // a, b: constant (the type as string)
    is_in,      // a, b: constant (the type as string), c
    set,        // list
    record,     // list: constant (the name), node, constant, node …; b counts both
    call,       // list, function
};

/// One node of an expression. Children come before their parents.
struct Node {
    Op op = Op::literal;
    ExtensionFunction function = ExtensionFunction::ip;
    std::uint32_t offset = 0;   // into PolicyContents::source, for messages
    Index constant = no_index;  // the value, when it is the same for every request
    Index a = no_index;
    Index b = no_index;
    Index c = no_index;
};

/// `when { … }` or `unless { … }`.
struct Condition {
    bool unless = false;
    Index expression = no_index;
};

/// A parsed policy: one flat tree for all its conditions. Its depth is at most
/// limits::policy_depth_max, so whoever walks it may recurse.
struct PolicyContents {
    Effect effect = Effect::permit;
    std::vector<Annotation> annotations;
    ScopeConstraint principal;
    ActionConstraint action;
    ScopeConstraint resource;
    std::vector<Condition> conditions;

    std::vector<Node> nodes;
    std::vector<Index> lists;
    std::vector<Value> constants;  // each once
    std::vector<Pattern> patterns;

    std::string source;
    Position position;

    // What the parser found out once, for the accessors of Policy.
    bool reads_principal = false;
    bool reads_action = false;
    bool reads_resource = false;
    bool reads_context = false;
    bool reads_whole_context = false;
    std::vector<std::string> context_attributes;  // sorted
    std::vector<EntityUid> mentioned_entities;    // sorted
    std::vector<std::string> mentioned_types;     // sorted
};

/// What a linked policy has of its own. The conditions have no slots, so they
/// stay the template's.
struct PolicyLink {
    std::string template_id;
    ScopeConstraint principal;
    ScopeConstraint resource;
    std::vector<EntityUid> mentioned_entities;  // sorted, the template's among them
    std::vector<std::string> mentioned_types;   // same
};

/// Fills what PolicyContents knows of itself: the reads_ and mentioned_ members.
void analyse(PolicyContents& contents);

}  // namespace charter::policy
