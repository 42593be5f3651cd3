#pragma once

#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>

namespace charter {

// Small files that only the server's own user may read (mode 0600). `what` names them
// in errors: "the signing key". All errors are unavailable; the cause has path and reason.

/// The content; nothing when there is no such file.
/// Errors: I/O; not a regular file; readable by others; more than `bytes_max`.
Result<std::optional<Secret>> read_private_file(const std::filesystem::path& file,
                                                std::size_t bytes_max, std::string_view what);

/// Makes the file: after a crash it is complete or not there. A file that exists
/// stays as it is, so the first of two processes wins.
Result<> create_private_file(const std::filesystem::path& file, const Secret& content,
                             std::string_view what);

/// Makes or replaces the file: after a crash it is the old or the new one, complete.
/// Durable when it returns.
Result<> replace_private_file(const std::filesystem::path& file, const Secret& content,
                              std::string_view what);

Error private_file_error(const std::filesystem::path& file, std::string_view why,
                         std::string_view what);

}  // namespace charter
