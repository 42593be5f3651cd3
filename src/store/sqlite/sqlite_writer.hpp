#pragma once

#include "charter/store/store.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/database.hpp"

#include <functional>
#include <memory>

namespace charter::sqlite {

class SqliteWriter final : public StoreWriter {
public:
    /// `checkpointer` must outlive the writer.
    SqliteWriter(std::unique_ptr<Database> database, Checkpointer& checkpointer);

    Result<> commit(const Transaction& transaction) override;
    Result<> note_token_uses(const std::vector<TokenUse>& uses) override;
    Result<> forget_answers(UtcTime before) override;

private:
    /// Runs `statements` in one transaction: all of it durable, or nothing of it there.
    Result<> in_transaction(const std::function<Result<>(Database&)>& statements);
    void roll_back();
    void keep_wal_short();

    std::unique_ptr<Database> database_;
    Checkpointer& checkpointer_;
    std::size_t wal_bytes_ = 0;  // after the last commit
};

}  // namespace charter::sqlite
