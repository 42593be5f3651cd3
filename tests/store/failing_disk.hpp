#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <new>

namespace charter::testing {

/// While it lives, SQLite writes through it: it can make writes and syncs fail, and counts what was
/// written to a WAL and not synced. One at a time; stores must be opened after and closed before.
/// Source: https://sqlite.org/vfs.html, "shims".
class FailingDisk {
public:
    FailingDisk() {
        state() = State{};
        real() = sqlite3_vfs_find(nullptr);
        vfs_ = *real();
        vfs_.zName = "failing-disk";
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
        vfs_.xOpen = open;
        sqlite3_vfs_register(&vfs_, 1);
    }
    ~FailingDisk() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real(), 1);
    }
    FailingDisk(const FailingDisk&) = delete;
    FailingDisk& operator=(const FailingDisk&) = delete;

    enum class Failure { once, from_then_on };

    /// The `operation`th write, sync or truncation from now fails.
    void fail_at(int operation, Failure failure) {
        state().syncs_only = false;
        arm(operation, failure);
    }

    /// The next sync fails: all was written, and none of it is sure to stay.
    void fail_next_sync(Failure failure) {
        state().syncs_only = true;
        arm(1, failure);
    }

    /// Lets everything succeed again. True: something had failed.
    bool heal() {
        state().armed = false;
        return state().failed;
    }

    int unsynced_wal_writes() const { return state().unsynced; }

private:
    struct State {
        State() = default;
        State& operator=(const State&) {
            armed = false;
            failed = false;
            left = 0;
            unsynced = 0;
            return *this;
        }
        State(const State&) = delete;

        std::atomic<bool> armed = false;
        std::atomic<bool> once = false;
        std::atomic<bool> syncs_only = false;
        std::atomic<bool> failed = false;
        std::atomic<int> left = 0;
        std::atomic<int> unsynced = 0;
    };
    /// The real file lies behind it in the same allocation.
    struct File {
        sqlite3_file base;
        sqlite3_io_methods methods;
        bool wal;
    };

    static void arm(int operation, Failure failure) {
        state().left = operation;
        state().once = failure == Failure::once;
        state().failed = false;
        state().armed = true;
    }

    static State& state() {
        static State shared;
        return shared;
    }
    static sqlite3_vfs*& real() {
        static sqlite3_vfs* vfs = nullptr;
        return vfs;
    }
    static sqlite3_file* below(sqlite3_file* file) {
        return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
    }
    static bool fails(bool sync) {
        if (!state().armed || (state().syncs_only && !sync) || --state().left > 0) {
            return false;
        }
        state().failed = true;
        state().armed = !state().once;
        return true;
    }

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
        File* mine = new (file) File{};
        sqlite3_file* theirs = below(file);
        std::memset(theirs, 0, static_cast<std::size_t>(real()->szOsFile));
        const int code = real()->xOpen(real(), name, theirs, flags, out);
        if (theirs->pMethods != nullptr) {
            mine->wal = (flags & SQLITE_OPEN_WAL) != 0;
            mine->methods = methods(theirs->pMethods->iVersion);
            mine->base.pMethods = &mine->methods;
        }
        return code;
    }

    static sqlite3_io_methods methods(int version) {
        sqlite3_io_methods m{};
        m.iVersion = version;
        m.xClose = [](sqlite3_file* f) { return below(f)->pMethods->xClose(below(f)); };
        m.xRead = [](sqlite3_file* f, void* data, int size, sqlite3_int64 at) {
            return below(f)->pMethods->xRead(below(f), data, size, at);
        };
        m.xWrite = [](sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
            if (fails(false)) {
                return SQLITE_IOERR_WRITE;
            }
            state().unsynced += reinterpret_cast<File*>(f)->wal ? 1 : 0;
            return below(f)->pMethods->xWrite(below(f), data, size, at);
        };
        m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
            return fails(false) ? SQLITE_IOERR_TRUNCATE
                                : below(f)->pMethods->xTruncate(below(f), size);
        };
        m.xSync = [](sqlite3_file* f, int flags) {
            if (fails(true)) {
                return SQLITE_IOERR_FSYNC;
            }
            if (reinterpret_cast<File*>(f)->wal) {
                state().unsynced = 0;
            }
            return below(f)->pMethods->xSync(below(f), flags);
        };
        m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
            return below(f)->pMethods->xFileSize(below(f), size);
        };
        m.xLock = [](sqlite3_file* f, int lock) {
            return below(f)->pMethods->xLock(below(f), lock);
        };
        m.xUnlock = [](sqlite3_file* f, int lock) {
            return below(f)->pMethods->xUnlock(below(f), lock);
        };
        m.xCheckReservedLock = [](sqlite3_file* f, int* held) {
            return below(f)->pMethods->xCheckReservedLock(below(f), held);
        };
        m.xFileControl = [](sqlite3_file* f, int what, void* argument) {
            return below(f)->pMethods->xFileControl(below(f), what, argument);
        };
        m.xSectorSize = [](sqlite3_file* f) { return below(f)->pMethods->xSectorSize(below(f)); };
        m.xDeviceCharacteristics = [](sqlite3_file* f) {
            return below(f)->pMethods->xDeviceCharacteristics(below(f));
        };
        m.xShmMap = [](sqlite3_file* f, int region, int size, int extend, void volatile** memory) {
            return below(f)->pMethods->xShmMap(below(f), region, size, extend, memory);
        };
        m.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
            return below(f)->pMethods->xShmLock(below(f), offset, n, flags);
        };
        m.xShmBarrier = [](sqlite3_file* f) { below(f)->pMethods->xShmBarrier(below(f)); };
        m.xShmUnmap = [](sqlite3_file* f, int remove) {
            return below(f)->pMethods->xShmUnmap(below(f), remove);
        };
        m.xFetch = [](sqlite3_file* f, sqlite3_int64 at, int size, void** data) {
            return below(f)->pMethods->xFetch(below(f), at, size, data);
        };
        m.xUnfetch = [](sqlite3_file* f, sqlite3_int64 at, void* data) {
            return below(f)->pMethods->xUnfetch(below(f), at, data);
        };
        return m;
    }

    sqlite3_vfs vfs_{};
};

}  // namespace charter::testing
