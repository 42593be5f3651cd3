#include "store/sqlite/sqlite_writer.hpp"

#include "charter/base/limits.hpp"
#include "store/sqlite/write_transaction.hpp"

#include <utility>

namespace charter::sqlite {
namespace {

constexpr std::size_t wal_frame_bytes = 4096 + 24;

int note_wal_frames(void* wal_bytes, sqlite3*, const char*, int frames) {
    *static_cast<std::size_t*>(wal_bytes) = static_cast<std::size_t>(frames) * wal_frame_bytes;
    return SQLITE_OK;
}

Result<> run(Database& database, const char* sql) {
    Query query = database.query(sql);
    query.step();
    return query.finish();
}

}  // namespace

SqliteWriter::SqliteWriter(std::unique_ptr<Database> database, Checkpointer& checkpointer)
    : database_(std::move(database)), checkpointer_(checkpointer) {
    sqlite3_wal_hook(database_->handle(), note_wal_frames, &wal_bytes_);
}

Result<> SqliteWriter::commit(const Transaction& transaction) {
    return in_transaction([&](Database& database) { return write(database, transaction); });
}

Result<> SqliteWriter::note_token_uses(const std::vector<TokenUse>& uses) {
    return in_transaction([&](Database& database) -> Result<> {
        for (const TokenUse& use : uses) {
            Query put = database.query("INSERT INTO token_use (id, at) VALUES (?, ?)"
                                       " ON CONFLICT (id) DO UPDATE SET at = excluded.at");
            put.bind(use.token).bind(use.at).step();
            if (Result<> done = put.finish(); !done) {
                return done;
            }
        }
        return {};
    });
}

Result<> SqliteWriter::forget_answers(UtcTime before) {
    return in_transaction([&](Database& database) {
        Query remove = database.query("DELETE FROM answer WHERE at < ?");
        remove.bind(before).step();
        return remove.finish();
    });
}

Result<> SqliteWriter::in_transaction(const std::function<Result<>(Database&)>& statements) {
    if (Result<> begun = run(*database_, "BEGIN IMMEDIATE"); !begun) {
        return begun;
    }
    if (Result<> written = statements(*database_); !written) {
        roll_back();
        return written;
    }
    if (Result<> committed = run(*database_, "COMMIT"); !committed) {
        roll_back();
        // Frames of the failed commit may lie in the WAL file beyond the end that SQLite knows, and
        // a crash now would bring them back. Any further commit overwrites the first of them, which
        // makes the rest invalid (their checksums are chained); so make one at once. It must change
        // something, or SQLite writes nothing.
        (void)database_->execute("UPDATE ledger_head SET failed_commits = failed_commits + 1");
        return committed;
    }
    keep_wal_short();
    return {};
}

void SqliteWriter::roll_back() {
    // After some errors SQLite has rolled back by itself.
    if (sqlite3_get_autocommit(database_->handle()) == 0) {
        (void)database_->execute("ROLLBACK");
    }
}

void SqliteWriter::keep_wal_short() {
    if (wal_bytes_ < limits::wal_checkpoint_bytes) {
        return;
    }
    if (wal_bytes_ < limits::wal_bytes_max) {
        checkpointer_.wake();
        return;
    }
    // The thread copied nearly all of it; the rest is short, and with nobody writing meanwhile the
    // next commit starts the file anew. A reader may hold it up to the busy timeout.
    // Failing is no loss: what is committed stays committed, and the next commit tries again.
    sqlite3_wal_checkpoint_v2(database_->handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr,
                              nullptr);
    wal_bytes_ = 0;
}

}  // namespace charter::sqlite
