#pragma once

#include "charter/base/encoding.hpp"
#include "charter/base/result.hpp"
#include "charter/catalog/resource.hpp"
#include "charter/ledger/ledger.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// One change of the catalog, in the order of all changes.
struct JournalEntry {
    std::uint64_t sequence = 0;  // 1, 2, 3 …; given by the writer
    UtcTime at{};
    std::string by;  // "user:ana"
    Kind kind = Kind::user;
    ResourceId id;       // what changed
    ResourceId domain;   // the domain it belongs to; none for the mesh
    std::string name;    // "customer/customers", "grant" ids …
    std::string change;  // "created", "replaced", "deleted", "published" …
};

/// What search knows of one product. Replaces what was known under `id`.
struct SearchDocument {
    ResourceId id;
    std::string name;  // "customer/customers"
    std::string title;
    std::string description;
    std::string columns;  // names and descriptions
    std::string tags;
    std::string owners;
};

/// Content that ledger records refer to by its hash, stored once.
struct Evidence {
    Digest hash{};
    std::string content;
};

/// The first answer to a POST with an Idempotency-Key.
struct KeptAnswer {
    std::string principal;  // "user:ana"
    std::string key;
    Digest request{};  // of method, path and body
    UtcTime at{};
    int status = 0;
    std::string etag;
    std::string location;
    std::string body;
};

/// Everything one commit writes: all of it or nothing.
///
/// A transaction may hold the changes of many requests. What is removed makes room for what is put
/// under the same name, and what is put and removed in one transaction leaves its revisions only;
/// an id is never put again after its removal.
struct Transaction {
    std::vector<Resource> puts;        // by id: inserted, or replaced and the old revision kept
    std::vector<ResourceId> removals;  // the last revision is kept, marked as removed
    std::vector<JournalEntry> journal;
    std::vector<SealedRecord> ledger;
    std::vector<Evidence> evidence;
    std::vector<SearchDocument> indexed;
    std::vector<ResourceId> unindexed;  // after `indexed`
    std::vector<KeptAnswer> answers;

    void clear();
    bool empty() const;
};

/// When a token was last used.
struct TokenUse {
    ResourceId token;
    UtcTime at{};
};

/// The writing side of the store. Two implementations may exist: store/sqlite and
/// later store/postgres.
///
/// Calls block on the disk. One thread only, the writer's.
class StoreWriter {
public:
    virtual ~StoreWriter() = default;

    /// Durable when this returns success; nothing of it is there otherwise.
    /// Errors: unavailable; internal (a name, a revision or a sequence number that is taken, ledger
    /// records that do not continue the stored head).
    virtual Result<> commit(const Transaction& transaction) = 0;

    /// Replaces what is kept of these tokens. Errors: unavailable.
    virtual Result<> note_token_uses(const std::vector<TokenUse>& uses) = 0;

    /// Removes idempotent answers older than `before`. Errors: unavailable.
    virtual Result<> forget_answers(UtcTime before) = 0;
};

struct LedgerFilter {
    ResourceId principal;               // none: any
    std::vector<ResourceId> resources;  // empty: any; else one of these
    std::optional<bool> allow;
    std::optional<UtcTime> from;  // at >= from
    std::optional<UtcTime> to;    // at < to
};

/// One product that matches. The score depends on this product and the words only,
/// so it tells nothing of products that the caller may not discover.
struct SearchHit {
    ResourceId id;
    double score = 0;  // higher is better; 0 without words
};

struct SearchHits {
    std::vector<SearchHit> hits;  // best first; without words by name
    bool complete = true;         // false: candidates were capped, or the deadline passed
};

/// The reading side. Thread-safe; every call sees one committed state. Point reads take
/// microseconds and may be made on an I/O thread; calls marked "long" belong on a pool.
class StoreReader {
public:
    virtual ~StoreReader() = default;

    /// Every resource, ordered by kind, then by creation. Long. Errors: unavailable.
    virtual Result<> read_all(const std::function<void(Resource)>& visit) = 0;
    /// Also of tokens that are gone. Errors: unavailable.
    virtual Result<> read_token_uses(const std::function<void(const TokenUse&)>& visit) = 0;

    /// Errors: unavailable.
    virtual Result<std::optional<Resource>> find(ResourceId id) = 0;

    /// Resources of a kind below a parent with a name after `after`, by name.
    /// Errors: unavailable.
    virtual Result<std::vector<Resource>> list(Kind kind, ResourceId parent, std::string_view after,
                                               std::size_t limit) = 0;

    /// A revision that is no longer the current one (or the current one).
    /// Errors: unavailable.
    virtual Result<std::optional<Resource>> find_revision(ResourceId id,
                                                          std::uint64_t revision) = 0;

    /// Journal entries after a sequence number, in order. Errors: unavailable.
    virtual Result<std::vector<JournalEntry>> changes(std::uint64_t after, std::size_t limit) = 0;
    virtual Result<std::uint64_t> journal_end() = 0;

    /// Ledger records with a sequence number below `before` (0: from the newest), newest first.
    /// `from` and `to` rely on the times of the ledger never running back by more than
    /// limits::ledger_disorder_max. Long. Errors: unavailable.
    virtual Result<std::vector<SealedRecord>> ledger(const LedgerFilter& filter,
                                                     std::uint64_t before, std::size_t limit) = 0;
    virtual Result<std::optional<SealedRecord>> ledger_find(DecisionId id) = 0;
    /// Records with a sequence number above `after`, oldest first. For verification. Long.
    virtual Result<std::vector<SealedRecord>> ledger_after(std::uint64_t after,
                                                           std::size_t limit) = 0;
    /// The head that the last commit wrote beside the records: what a cut-off tail is noticed by.
    virtual Result<LedgerHead> ledger_head() = 0;

    virtual Result<std::optional<std::string>> evidence(const Digest& hash) = 0;

    virtual Result<std::optional<KeptAnswer>> answer(std::string_view principal,
                                                     std::string_view key) = 0;

    /// Products that contain every word (the last one also as the beginning of a word). Words are
    /// plain text and never become query syntax. No words: all products by name.
    /// `admit` is asked for each match before it is counted or ranked. With words, the first
    /// limits::search_candidates_max admitted matches are ranked; more makes the answer incomplete.
    /// Ends at the deadline with what was found until then. Long. Errors: unavailable.
    virtual Result<SearchHits> search(const std::vector<std::string>& words,
                                      std::chrono::steady_clock::time_point deadline,
                                      const std::function<bool(ResourceId)>& admit) = 0;

    /// A piece of a product's description around the words, or its beginning: plain text without
    /// marks, at most limits::search_snippet_characters_max characters. "" when `id` is not
    /// indexed. Errors: unavailable.
    virtual Result<std::string> snippet(const std::vector<std::string>& words, ResourceId id) = 0;
};

}  // namespace charter
