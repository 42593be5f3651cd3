#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/policy.hpp"
#include "charter/policy/policy_set.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace charter::policy {

struct FormatOptions {
    std::size_t line_width = 80;   // in characters; a longer word stands alone
    std::size_t indent_width = 2;  // spaces
};

/// Lays out policies and templates anew. Words, parentheses and comments stay; a
/// comma before a closing bracket goes. The result parses to the same policies
/// and, laid out once more, stays as it is.
/// Errors: invalid_request, as parse_policies.
Result<std::string> format_policies(std::string_view text, const FormatOptions& options = {});

/// Cedar text of one policy, made from what it says and not from its source:
/// parentheses only where they are needed, no comments. A link is written as the
/// policy it stands for. Ends with a line end.
std::string policy_to_text(const Policy& policy, const FormatOptions& options = {});

/// All policies and templates of a set as a text that PolicySet::parse reads back
/// under the same ids: a policy gets an @id where its place does not name it.
/// Errors: invalid_request (the set has links, which text cannot say; an @id that
/// is not the policy's id).
Result<std::string> policy_set_to_text(const PolicySet& policies,
                                       const FormatOptions& options = {});

}  // namespace charter::policy
