#pragma once

#include "charter/base/result.hpp"
#include "store/sqlite/database.hpp"

namespace charter::sqlite {

/// Brings the schema up to this program's number, each migration in a transaction of its own.
/// The file's number is PRAGMA user_version: how many migrations ran.
/// Errors: unavailable (also for a file that a newer program wrote; nothing is changed then).
Result<> migrate(Database& database);

}  // namespace charter::sqlite
