#pragma once

#include "charter/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace charter {

/// The one answer to a token that is not believed; the cause is for the log.
inline Error refused(std::string cause) {
    return Error(ErrorCode::unauthenticated, "a valid token is needed", std::move(cause));
}

/// Text that a stranger chose, for a cause: short, visible ASCII, in back quotes.
inline std::string shown(std::string_view text) {
    constexpr std::size_t shown_max = 80;
    std::string out = "`";
    for (const char c : text.substr(0, shown_max)) {
        out += c > ' ' && c < '\x7f' && c != '`' ? c : '?';
    }
    return out + (text.size() > shown_max ? "...`" : "`");
}

}  // namespace charter
