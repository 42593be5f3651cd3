#pragma once

#include "charter/base/result.hpp"
#include "charter/identity/issuer_settings.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace charter {

/// A JSON web token taken apart; nothing of it is verified.
struct ParsedToken {
    SignatureAlgorithm algorithm;    // what the header says: compared with the key, never obeyed
    std::optional<std::string> kid;
    Json claims;                     // an object
    std::string_view signed_text;    // of the token, which must outlive it
    std::string signature;
};

/// Takes a token apart strictly: compact form, canonical base64url, strict JSON, no
/// part of the header that names a key or must be understood.
/// Source: RFC 7515 sections 3.1 and 4, RFC 7519 section 7.2.
/// Errors: unauthenticated; the cause says what.
Result<ParsedToken> parse_token(std::string_view token);

}  // namespace charter
