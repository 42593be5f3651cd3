#pragma once

#include <cstddef>

namespace charter::app {

/// Raises the number of files that this process may open to what so many connections need,
/// as far as the system allows, and warns where that is too few: a server that cannot accept
/// keeps out good callers with the bad.
void allow_open_files(std::size_t connections_max);

}  // namespace charter::app
