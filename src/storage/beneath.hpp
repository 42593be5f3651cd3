#pragma once

#include "charter/base/result.hpp"
#include "charter/base/unique_fd.hpp"

#include <string>
#include <string_view>

namespace charter {

/// True for a path that an object or folder can have below a root: segments joined
/// by single "/", none empty, `.` or `..`; valid UTF-8 without control characters
/// and backslashes; at most limits::object_path_bytes_max.
bool is_object_path(std::string_view path);

/// Opens `path` below the folder `root` without following any symbolic link and
/// without leaving the folder, whatever happens to it meanwhile. -1 with errno
/// on failure, as open(2). `path` is "." or fulfils is_object_path.
/// Source: openat2(2), RESOLVE_BENEATH; before Linux 5.6 and in sandboxes that do
/// not know the call, open_by_steps.
UniqueFd open_beneath(const UniqueFd& root, const std::string& path, int flags);

/// The same by opening one segment after the other with O_NOFOLLOW.
UniqueFd open_by_steps(const UniqueFd& root, const std::string& path, int flags);

/// not_found when nothing readable is at a path (absent, a link, not a folder),
/// unavailable when the machine is at fault. `error_number` is an errno.
Error open_error(int error_number);

}  // namespace charter
