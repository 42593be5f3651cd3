#pragma once

#include <string>

namespace charter::app {

/// Makes spdlog's default logger write to standard error: one line per message,
/// as text or as JSON. Lines are gathered and written together at least once a
/// second, and at once for warnings and for the first one.
void start_log(const std::string& format, const std::string& level);

}  // namespace charter::app
