#pragma once

#include "charter/catalog/names.hpp"
#include "charter/governance/actions.hpp"
#include "charter/governance/suppose.hpp"

#include <optional>
#include <string>

namespace charter::api {

/// What POST /authorize is asked:
/// {"principal"?, "action", "resource", "purpose"?, "at"?, "explain"?, "if"?}.
struct Question {
    std::optional<PrincipalName> principal;
    Action action = Action::read;
    ResourcePath resource;
    std::optional<std::string> purpose;
    std::optional<UtcTime> at;
    bool explain = false;
    /// {"policy": {"domain", "name"?, ...}}, {"guardrail": {"name"?, ...}} or {"grant": {...}},
    /// each as it would be sent.
    std::optional<Supposition> supposition;
};

/// Errors: invalid_request with the places.
Result<Question> read_question(const Json& document);

/// An Error about what is supposed: its places are those of the question.
Error in_question(const Error& error, const Supposition& supposition);

}  // namespace charter::api
