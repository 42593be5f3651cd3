#pragma once

#include "charter/store/sqlite_store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace charter::testing {

/// A new directory that is removed again.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = std::filesystem::temp_directory_path() / "charter-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// An SQLite store in a directory of its own.
class SqliteFixture {
public:
    SqliteFixture() { reopen(); }

    StoreWriter& writer() { return store_->writer(); }
    StoreReader& reader() { return store_->reader(); }

    void reopen() {
        store_.reset();
        Result<std::unique_ptr<SqliteStore>> opened = SqliteStore::open(directory_.path());
        if (!opened) {
            throw std::runtime_error(opened.error().message() + ": " + opened.error().cause());
        }
        store_ = std::move(*opened);
    }
    void close() { store_.reset(); }

    const std::filesystem::path& directory() const { return directory_.path(); }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<SqliteStore> store_;
};

}  // namespace charter::testing
