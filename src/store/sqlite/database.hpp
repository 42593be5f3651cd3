#pragma once

#include "charter/base/encoding.hpp"
#include "charter/base/result.hpp"
#include "charter/catalog/resource.hpp"
#include "charter/ledger/ledger.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace charter::sqlite {

struct CloseStatement {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, CloseStatement>;

/// One execution of a prepared statement: bind in order, then step. Bound text is not
/// copied and must outlive the query. The first failure sticks: nothing after it has an
/// effect, step() answers false and finish() the error; so only finish() needs checking.
class Query {
public:
    /// `statement` null: preparing failed with `code`.
    Query(sqlite3* connection, sqlite3_stmt* statement, int code)
        : connection_(connection), statement_(statement), code_(code) {}
    Query(sqlite3* connection, StatementPtr owned, int code)
        : connection_(connection), statement_(owned.get()), owned_(std::move(owned)), code_(code) {}
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t value);
    /// A count or a sequence number; what is beyond SQLite's numbers is their largest.
    Query& bind(std::uint64_t value) {
        return bind(static_cast<std::int64_t>(std::min(value, std::uint64_t{INT64_MAX})));
    }
    Query& bind(int value) { return bind(std::int64_t{value}); }
    Query& bind(std::string_view text);
    Query& bind(const std::string& text) { return bind(std::string_view(text)); }
    Query& bind(ResourceId id) { return bind(static_cast<std::int64_t>(id.value)); }
    Query& bind(UtcTime time) { return bind(std::int64_t{time.time_since_epoch().count()}); }
    Query& bind(Kind kind) { return bind(std::int64_t{static_cast<std::uint8_t>(kind)}); }
    template <std::size_t size>
    Query& bind(const std::array<std::uint8_t, size>& bytes) {
        return bind_blob(bytes.data(), size);
    }

    /// True: there is a row. False: the end, or a failure.
    bool step();

    /// Columns of the row, from 0.
    std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    double real(int column) const { return sqlite3_column_double(statement_, column); }
    std::string text(int column) const { return std::string(view(column)); }
    ResourceId id(int column) const { return ResourceId{number(column)}; }
    UtcTime time(int column) const { return UtcTime(std::chrono::milliseconds(integer(column))); }
    Kind kind(int column) const { return static_cast<Kind>(integer(column)); }
    /// Left zero when the stored value is of another length.
    template <std::size_t size>
    std::array<std::uint8_t, size> bytes(int column) const {
        std::array<std::uint8_t, size> bytes{};
        const std::string_view stored = view(column);
        if (stored.size() == size) {
            std::copy(stored.begin(), stored.end(), bytes.begin());
        }
        return bytes;
    }

    /// SQLite's code of the first failure; SQLITE_OK while there is none.
    int code() const noexcept { return code_; }
    Result<> finish() const;

private:
    Query& bind_blob(const void* data, std::size_t size);
    void note(int code);
    std::string_view view(int column) const;

    sqlite3* connection_;
    sqlite3_stmt* statement_;
    StatementPtr owned_;
    int code_;
    int bound_ = 0;
};

/// One connection, for one thread at a time. Statements are prepared once and kept.
class Database {
public:
    enum class Mode { read, write };

    /// `write` creates the file. Both modes: WAL's settings of this store, and no waiting for
    /// more than a second. Errors: unavailable.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Mode mode);

    /// `sql` is a literal: the statement is kept under its address.
    Query query(const char* sql);
    /// For text that is put together; prepared for this once.
    Query query_once(const std::string& sql);
    /// Runs statements without parameters and results. Errors: unavailable.
    Result<> execute(const char* sql);

    int changes() const { return sqlite3_changes(connection_.get()); }
    sqlite3* handle() const noexcept { return connection_.get(); }

private:
    struct Close {
        void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
    };

    explicit Database(sqlite3* connection) : connection_(connection) {}

    std::unique_ptr<sqlite3, Close> connection_;
    std::unordered_map<const char*, StatementPtr> statements_;
};

/// What failed on this connection, for the log: unavailable, or internal for a
/// constraint, which only a defect of ours can break.
Error error_of(sqlite3* connection, int code);

}  // namespace charter::sqlite
