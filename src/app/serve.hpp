#pragma once

#include "config.hpp"

namespace charter::app {

/// Runs the server until SIGTERM or SIGINT. Errors: internal, unavailable.
Result<> serve(const Config& config);

}  // namespace charter::app
