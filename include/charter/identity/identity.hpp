#pragma once

#include "charter/base/clock.hpp"
#include "charter/catalog/resource.hpp"
#include "charter/catalog/tags.hpp"

#include <optional>
#include <string>
#include <vector>

namespace charter {

/// Who a token of an issuer speaks for, as far as the issuer may say it. A principal is
/// (issuer, subject); `name` is what the token proposes to call it, and two subjects may
/// propose the same one.
struct Identity {
    std::string issuer;     // its name in the configuration
    std::string subject;    // `sub`: 1 to 255 bytes of UTF-8 without control characters
    Kind kind = Kind::user;  // or Kind::service
    std::string name;       // a valid Charter name
    /// As sent: sorted, unique, at most limits::claimed_groups_max, only those that the issuer may
    /// assert; 1 to 255 bytes of UTF-8 without control characters.
    std::vector<std::string> groups;
    Tags tags;  // only keys that the configuration maps to a claim
    std::optional<UtcTime> issued_at;  // `iat`, which is optional
    UtcTime expires_at{};              // `exp`, without the leeway
};

}  // namespace charter
