#pragma once

#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/governance/entries.hpp"

#include <cstddef>
#include <vector>

namespace charter {

// Columns that were published at a location and are not shown there any more. Their values
// may still lie in the objects, so raw access is decided for them too. A product keeps them
// in its state, `"withdrawn": [{"location": "…", "columns": [{"name", "type", "tags"?}]}]`,
// the place left last first. They count for every port whose location overlaps theirs: only
// a location beside it is free of them.

/// How many places without a port over them a product remembers.
inline constexpr std::size_t former_places_max = 64;

/// What the state says. Errors: internal (it is not of that form).
Result<std::vector<FormerPlace>> parse_former_places(const Json& state);

/// The columns of `places` that a port lies over and does not have, each once.
std::vector<FormerColumn> withdrawn_columns(const std::vector<FormerPlace>& places,
                                            const PortDocument& port);

/// To be called with the state as it is, before `next` (a valid product) becomes its
/// published revision: keeps what the revision before showed and this one does not. Places
/// that no port overlaps are forgotten in the end (former_places_max).
/// Errors: conflict (limits::columns_per_port_max withdrawn at one place).
Result<> withdraw_columns(Json& state, const Json& next, const ProtectedKeys& protected_keys = {});

/// Tags count at once, by the working copy. What leaves the working copy while it is still
/// published keeps the tags that it had there: they are written into the state's published
/// revision, whose version of its own stays as it was.
void keep_last_tags(Json& state, const Json& old_draft, const Json& new_draft);

}  // namespace charter
