#include "charter/store/sqlite_store.hpp"

#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "store/sqlite/sqlite_writer.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace charter {
namespace {

/// An open file descriptor; closing it also gives up its lock.
class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    File& operator=(File&&) = delete;
    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

Error failed(const char* what) {
    return Error(ErrorCode::unavailable, std::string("the data directory: ") + what,
                 std::string(what) + ": " + std::strerror(errno));
}

/// Creates the file for its owner only; SQLite gives its WAL the same mode.
Result<File> open_file(const std::filesystem::path& path) {
    File file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (file.descriptor() < 0) {
        return failed("cannot be written");
    }
    return file;
}

Result<> make_directory(const std::filesystem::path& directory) {
    std::error_code code;
    if (std::filesystem::is_directory(directory, code)) {
        return {};
    }
    if (!std::filesystem::create_directories(directory, code) && code) {
        errno = code.value();
        return failed("cannot be created");
    }
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, code);
    return {};
}

}  // namespace

/// Built from the top down, ended from the bottom up: the lock goes last.
struct SqliteStore::Parts {
    Parts(File held, std::unique_ptr<sqlite::Database> writing,
          std::unique_ptr<sqlite::Database> copying, const std::filesystem::path& file)
        : lock(std::move(held)),
          checkpointer(std::move(copying)),
          writer(std::move(writing), checkpointer),
          reader(file) {}

    File lock;
    sqlite::Checkpointer checkpointer;
    sqlite::SqliteWriter writer;
    sqlite::SqliteReader reader;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(std::filesystem::path directory) {
    if (const Result<> made = make_directory(directory); !made) {
        return made.error();
    }
    Result<File> lock = open_file(directory / "lock");
    if (!lock) {
        return lock.error();
    }
    if (::flock(lock->descriptor(), LOCK_EX | LOCK_NB) != 0) {
        return failed("is in use by another server");
    }
    const std::filesystem::path file = directory / "charter.db";
    if (const Result<File> created = open_file(file); !created) {
        return created.error();
    }

    auto writing = sqlite::Database::open(file, sqlite::Database::Mode::write);
    if (!writing) {
        return writing.error();
    }
    if (const Result<> migrated = sqlite::migrate(**writing); !migrated) {
        return migrated.error();
    }
    auto copying = sqlite::Database::open(file, sqlite::Database::Mode::write);
    if (!copying) {
        return copying.error();
    }
    auto parts =
        std::make_unique<Parts>(std::move(*lock), std::move(*writing), std::move(*copying), file);
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteStore::~SqliteStore() = default;

StoreWriter& SqliteStore::writer() noexcept {
    return parts_->writer;
}
StoreReader& SqliteStore::reader() noexcept {
    return parts_->reader;
}

}  // namespace charter
