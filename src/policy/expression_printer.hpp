#pragma once

#include "policy/ast.hpp"

#include <string>

namespace charter::policy {

/// Adds an expression as Cedar text, on one line, with parentheses only where
/// another tree would be read without them.
void print_expression(const PolicyContents& contents, Index expression, std::string& out);

}  // namespace charter::policy
