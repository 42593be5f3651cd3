#pragma once

#include "charter/base/result.hpp"
#include "charter/store/store.hpp"

#include <filesystem>
#include <memory>

namespace charter {

/// The store in one SQLite file, DIR/charter.db, in WAL mode with synchronous=FULL: what was
/// committed survives a power cut. DIR/lock keeps a second server out of the directory.
///
/// Migrations (schemas/sql) are part of the program and run when the store is opened.
class SqliteStore {
public:
    /// Opens or creates the store; a new directory and its files are for their owner only.
    /// Errors: unavailable (the directory is in use, cannot be written, or was written by a
    /// newer program; the message says which).
    static Result<std::unique_ptr<SqliteStore>> open(std::filesystem::path directory);

    /// Nobody may use writer() or reader() any more.
    ~SqliteStore();
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    StoreWriter& writer() noexcept;
    StoreReader& reader() noexcept;

private:
    struct Parts;
    explicit SqliteStore(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace charter
