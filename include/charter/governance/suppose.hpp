#pragma once

#include "charter/base/json.hpp"
#include "charter/governance/draft.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace charter {

/// A rule or grant that is not there, or not yet so.
struct Supposition {
    Kind kind = Kind::policy;  // policy, guardrail or grant
    std::string domain;        // of a policy
    std::string name;          // of a policy or guardrail that it replaces; "": it is a new one
    Json document;             // as it would be sent
};

/// The mesh as it would be with it. Nothing of it is written.
struct Supposed {
    WorldPtr world;
    std::string label;  // "policy:customer/if-added", "grant:0123…"
};

/// Makes the change and takes it back. Only who could write it may ask.
/// Errors: as put_document, and create_grant.
Result<Supposed> suppose(Draft& draft, const Caller& caller, const Supposition& supposition);

}  // namespace charter
