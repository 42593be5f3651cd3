#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace charter {

/// The known name that `wrong` was probably meant to be, for "unknown field
/// `titel`, did you mean `title`?". Nothing when none is close: at most two
/// edits (insert, delete, replace, swap of neighbours), one for short names.
/// The answer refers into `known`; the first of equally close names wins.
std::optional<std::string_view> nearest_name(std::string_view wrong,
                                             std::span<const std::string_view> known);

}  // namespace charter
