#pragma once

#include "store/sqlite/database.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace charter::sqlite {

/// Copies the WAL into the database in a thread of its own, so that no commit waits for it.
/// It never blocks the writer or a reader, so it cannot empty a WAL that is written all the
/// time; the writer does that when the WAL reaches limits::wal_bytes_max.
class Checkpointer {
public:
    /// `database` is a write connection of its own.
    explicit Checkpointer(std::unique_ptr<Database> database);
    /// Waits for a checkpoint under way.
    ~Checkpointer();
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    /// Asks for a checkpoint soon. Thread-safe, does not wait.
    void wake();

private:
    void run();

    std::unique_ptr<Database> database_;
    std::mutex mutex_;
    std::condition_variable asked_;
    bool wanted_ = false;
    bool stopping_ = false;
    std::thread thread_;  // last: it uses the others
};

}  // namespace charter::sqlite
