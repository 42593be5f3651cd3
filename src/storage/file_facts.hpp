#pragma once

#include "charter/base/clock.hpp"

#include <sys/stat.h>

#include <string>

namespace charter {

/// Strong, with its quotes; changes with size, time of change or inode.
std::string etag_of(const struct stat& status);

UtcTime modified_at(const struct stat& status);

}  // namespace charter
