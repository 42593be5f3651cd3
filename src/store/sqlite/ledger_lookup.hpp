#pragma once

#include "charter/catalog/resource.hpp"

#include <string>
#include <string_view>

namespace charter::sqlite {

// The words of ledger_lookup, by which records are found (schemas/sql). They are
// made of letters and digits only, so they need no quoting in a query.

inline constexpr std::string_view word_of_denials = "denied";
inline std::string word_of_principal(ResourceId id) {
    return 'p' + id.text();
}
inline std::string word_of_resource(ResourceId id) {
    return 'r' + id.text();
}

}  // namespace charter::sqlite
