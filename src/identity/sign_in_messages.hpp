#pragma once

#include "charter/base/result.hpp"

#include <string>
#include <string_view>

namespace charter {

// What a user reads when web sign-in fails, and what the log says about it.

Error no_such_provider();
Error provider_unavailable(std::string cause);
/// The provider's answer is not what it should be.
Error provider_failed(std::string cause);
/// Its ID token, or another thing that is signed, is not right.
Error token_refused(const Error& error);
/// By `error` and `error_description`: RFC 6749 section 4.1.2.1, OpenID Connect Core 1.0
/// section 3.1.2.6. Both are text of the provider's, of any length.
Error provider_refused(std::string_view error, std::string_view description);

/// At most 200 bytes of somebody's text, without control characters.
std::string quotable(std::string_view text);

}  // namespace charter
