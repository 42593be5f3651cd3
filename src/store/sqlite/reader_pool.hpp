#pragma once

#include "charter/base/result.hpp"
#include "store/sqlite/database.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace charter::sqlite {

/// Read connections, one for each call under way: as many as ever ran at once.
class ReaderPool {
public:
    explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}

    /// A connection until the end of one call. Must not outlive the pool.
    class Lease {
    public:
        Lease(ReaderPool& pool, std::unique_ptr<Database> database)
            : pool_(&pool), database_(std::move(database)) {}
        Lease(Lease&&) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease();

        Database& operator*() const { return *database_; }
        Database* operator->() const { return database_.get(); }

    private:
        ReaderPool* pool_;
        std::unique_ptr<Database> database_;
    };

    /// Thread-safe. Errors: unavailable.
    Result<Lease> take();

private:
    std::filesystem::path file_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Database>> idle_;
};

}  // namespace charter::sqlite
