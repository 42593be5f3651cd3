#pragma once

#include "charter/policy/policy.hpp"

#include <string>

namespace charter::policy {

/// A policy as Cedar text on one line, from its tree: parentheses only where
/// another tree would be read without them. A link has its own scope.
std::string print_policy(const Policy& policy);

/// The three parts of a scope as Cedar text: `principal in Group::"staff"`; a slot as itself.
std::string print_principal(const Policy& policy);
std::string print_action(const Policy& policy);
std::string print_resource(const Policy& policy);

/// True when both say the same in the same way: equal scopes, annotations and
/// trees. Ids, comments and the layout of the text do not count.
bool same_tree(const Policy& a, const Policy& b);

}  // namespace charter::policy
