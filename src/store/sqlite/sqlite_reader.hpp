#pragma once

#include "charter/store/store.hpp"
#include "store/sqlite/reader_pool.hpp"

#include <filesystem>

namespace charter::sqlite {

class SqliteReader final : public StoreReader {
public:
    explicit SqliteReader(std::filesystem::path file) : pool_(std::move(file)) {}

    // sqlite_reader.cpp
    Result<> read_all(const std::function<void(Resource)>& visit) override;
    Result<> read_token_uses(const std::function<void(const TokenUse&)>& visit) override;
    Result<std::optional<Resource>> find(ResourceId id) override;
    Result<std::vector<Resource>> list(Kind kind, ResourceId parent, std::string_view after,
                                       std::size_t limit) override;
    Result<std::optional<Resource>> find_revision(ResourceId id, std::uint64_t revision) override;
    Result<std::vector<JournalEntry>> changes(std::uint64_t after, std::size_t limit) override;
    Result<std::uint64_t> journal_end() override;
    Result<std::optional<std::string>> evidence(const Digest& hash) override;
    Result<std::optional<KeptAnswer>> answer(std::string_view principal,
                                             std::string_view key) override;

    // read_ledger.cpp
    Result<std::vector<SealedRecord>> ledger(const LedgerFilter& filter, std::uint64_t before,
                                             std::size_t limit) override;
    Result<std::optional<SealedRecord>> ledger_find(DecisionId id) override;
    Result<std::vector<SealedRecord>> ledger_after(std::uint64_t after, std::size_t limit) override;
    Result<LedgerHead> ledger_head() override;

    // read_search.cpp
    Result<SearchHits> search(const std::vector<std::string>& words,
                              std::chrono::steady_clock::time_point deadline,
                              const std::function<bool(ResourceId)>& admit) override;
    Result<std::string> snippet(const std::vector<std::string>& words, ResourceId id) override;

private:
    ReaderPool pool_;
};

}  // namespace charter::sqlite
