#pragma once

#include "charter/base/result.hpp"
#include "charter/base/unique_fd.hpp"
#include "charter/storage/new_object.hpp"

#include <string>

namespace charter {

/// The folder in each root that holds what is half received. No object lies below
/// a folder of this name, so no list shows it and no URL leads into it.
inline constexpr const char* incoming_folder = ".charter-incoming";

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
