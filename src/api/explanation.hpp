#pragma once

#include "charter/base/json.hpp"
#include "charter/governance/decide.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter::api {

/// A decision to be explained, and to whom.
struct ToExplain {
    const World& world;   // that it was made in
    const Caller& asker;  // who is told
    const Caller& asked;  // about whom
    Action action = Action::read;
    std::optional<std::string_view> purpose;
    const Verdict& verdict;
    /// Whether the asker may describe the resource, and so know its tags and attributes.
    bool described = false;
};

/// Adds `candidates`, every rule and grant that the asker may see, with the clause that did not
/// hold; and `why`, in words, what else moved the answer.
void explain_target(Json& answer, const ToExplain& question, const Target& target);

/// The same of all columns of ports that the asker may know of. With several, each candidate
/// says its `port`.
void explain_ports(Json& answer, const ToExplain& question, const std::vector<PortPtr>& ports,
                   bool several);

}  // namespace charter::api
