#pragma once

#include "charter/store/store.hpp"
#include "store/sqlite/database.hpp"

namespace charter::sqlite {

/// Writes the rows of `transaction` inside the transaction that is open on `database`.
/// After an error the caller rolls back. Errors: as StoreWriter::commit.
Result<> write(Database& database, const Transaction& transaction);

}  // namespace charter::sqlite
