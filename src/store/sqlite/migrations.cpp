#include "store/sqlite/migrations.hpp"

#include "charter/base/embedded.hpp"

#include <span>
#include <string>

namespace charter {

std::span<const EmbeddedFile> embedded_sql();  // schemas/sql, in the order of the numbers

namespace sqlite {
namespace {

Result<> run(Database& database, std::size_t number, const EmbeddedFile& migration) {
    // The number moves in the same transaction as the tables.
    const std::string script = "BEGIN IMMEDIATE;" + std::string(migration.content) +
                               ";PRAGMA user_version = " + std::to_string(number) + ";COMMIT;";
    Result<> done = database.execute(script.c_str());
    if (!done && sqlite3_get_autocommit(database.handle()) == 0) {
        (void)database.execute("ROLLBACK");
    }
    return done;
}

}  // namespace

Result<> migrate(Database& database) {
    std::size_t present = 0;
    {
        Query version = database.query("PRAGMA user_version");
        if (version.step()) {
            present = version.number(0);
        }
        if (const Result<> read = version.finish(); !read) {
            return read;
        }
    }
    const std::span<const EmbeddedFile> migrations = embedded_sql();
    if (present > migrations.size()) {
        return Error(ErrorCode::unavailable, "the store was written by a newer program (schema " +
                                                 std::to_string(present) + ", this program knows " +
                                                 std::to_string(migrations.size()) + ")");
    }
    for (std::size_t number = present + 1; number <= migrations.size(); ++number) {
        if (Result<> done = run(database, number, migrations[number - 1]); !done) {
            return Error(ErrorCode::unavailable,
                         "migration " + std::string(migrations[number - 1].name) + " failed",
                         done.error().cause());
        }
    }
    return {};
}

}  // namespace sqlite
}  // namespace charter
