#pragma once

#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/catalog/names.hpp"

#include <optional>
#include <string>

namespace charter {

/// What is closed, exactly one of the three, and why.
struct SuspensionDocument {
    std::optional<std::string> resource;  // a domain, product or port, by its path
    std::optional<PrincipalName> principal;  // a user, service, engine or group
    std::optional<std::string> storage;
    std::string reason;  // never blank
};

/// Errors: invalid_request, with every place that is wrong.
Result<SuspensionDocument> parse_suspension(const Json& document);

}  // namespace charter
