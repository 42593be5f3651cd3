#pragma once

#include <string_view>

namespace charter {

/// A file that was built into the program by charter_embed (cmake/embed.cmake):
///   charter_embed(charter_store sql schemas/sql schemas/sql/0001_initial.sql …)
/// Whoever uses it declares, in namespace charter,
///   std::span<const EmbeddedFile> embedded_sql();
/// whose files are in the order of the call.
struct EmbeddedFile {
    std::string_view name;  // its path below the folder named in the call
    std::string_view content;
};

}  // namespace charter
