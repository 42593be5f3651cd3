#pragma once

#include "charter/policy/policy.hpp"

#include <vector>

namespace charter::policy {

/// The errors of a text as one Error: the first is the message, all are violations.
Error refused(const std::vector<ParseError>& errors);

}  // namespace charter::policy
