#pragma once

#include "charter/governance/decide.hpp"
#include "charter/governance/world.hpp"
#include "charter/storage/local_storage.hpp"
#include "charter/storage/secret_box.hpp"
#include "charter/store/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace charter {

/// What one change sees and writes in its turn: the World with every change
/// before it, and the transaction that its group will commit. Use cases are
/// plain functions over a Draft; the Writer makes it, on its own thread.
class Draft {
public:
    /// Where a change began, to go back to.
    struct Mark {
        World world;
        LedgerHead ledger_head;
        std::uint64_t journal_end;
        std::size_t puts, removals, journal, ledger, evidence, indexed, unindexed, answers;
        bool world_changed;
    };

    /// `reader`, `local` and `secrets` must outlive the draft.
    Draft(World world, StoreReader& reader, LocalStorage& local, const SecretBox& secrets,
          std::uint64_t journal_end, LedgerHead ledger_head);

    const World& world() const noexcept { return world_; }
    /// The moment of this change; never before that of an earlier one.
    UtcTime now() const noexcept { return now_; }
    LocalStorage& local() const noexcept { return local_; }
    const SecretBox& secrets() const noexcept { return secrets_; }

    /// A stored resource with its document, as this change sees it.
    /// Errors: unavailable.
    Result<std::optional<Resource>> find(ResourceId id) const;
    Result<std::optional<Resource>> find(Kind kind, std::string_view path) const;
    /// One that this change put, or that the World has. Errors: internal (the store has it not),
    /// unavailable.
    Result<Resource> stored(ResourceId id) const;
    /// Errors: unavailable.
    Result<std::optional<KeptAnswer>> find_answer(std::string_view principal,
                                                  std::string_view key) const;

    /// A new, unused id.
    ResourceId new_id() const;

    // --- writing ---

    /// Decides whether the caller may; what settled it goes into the ledger
    /// record of this change.
    /// Errors: forbidden with the reason, or `hidden` as not_found when the
    /// caller may not discover what it asks about.
    /// `context` replaces the usual context of a call.
    Result<> require(const Caller& caller, Action action, const Target& target, bool discoverable,
                     std::string_view path, std::optional<policy::Value> context = std::nullopt);

    /// Runs a change and takes it back: what it would answer. Side effects on storages stay.
    template <class F>
    auto rehearse(F&& change) {
        Mark before = mark();
        auto result = change(*this);
        roll_back(std::move(before));
        begin_turn(now_);
        return result;
    }

    /// Begins a change that no rule is asked about, or not at once: who makes it, and what it and
    /// what it is about are called in the ledger.
    void begin_unasked(PrincipalPtr who, std::string_view action, ResourceId about = {},
                       std::string_view path = {});

    /// Inserts or replaces a resource: the row, the World and the journal.
    /// Sets updated_at and updated_by. Errors: internal.
    Result<> put(const Caller& caller, Resource resource, std::string_view change);
    /// Removes one, likewise. Errors: internal.
    void remove(const Caller& caller, const Resource& resource);
    /// Enters what changes by another resource's change: a product that is suspended.
    void mention(const Caller& caller, JournalEntry entry, std::uint64_t revision);
    /// Removes the suspension of what is opened, or gone, if there is one.
    void drop_suspension(const Caller& caller, ResourceId of);
    /// Why this change is made, for its ledger record, with what more it refers to.
    void because(std::string reason, EvidencePtr evidence);
    void index(SearchDocument document) { transaction_.indexed.push_back(std::move(document)); }
    void unindex(ResourceId id) { transaction_.unindexed.push_back(id); }
    void keep_answer(KeptAnswer answer) { transaction_.answers.push_back(std::move(answer)); }

    /// Appends a record to the ledger, with the evidence it refers to.
    void append(LedgerRecord record, const std::vector<EvidencePtr>& evidence);

    // --- for the Writer ---

    void begin_turn(UtcTime now);
    Mark mark() const;
    void roll_back(Mark mark);
    /// Writes the ledger record of the change that just succeeded, if it changed
    /// anything.
    void record_change(const Caller& caller);
    void record_refusal(const Caller& caller, const Error& error);

    const Transaction& transaction() const noexcept { return transaction_; }
    const LedgerHead& ledger_head() const noexcept { return ledger_head_; }
    bool world_changed() const noexcept { return world_changed_; }
    void next_generation() { world_.next_generation(); }
    /// After a commit: an empty transaction, the same World.
    void committed();
    /// After a commit that failed and roll_back(): an empty transaction.
    void discarded();

private:
    struct Note {
        Kind kind;
        ResourceId id;
        std::string path;
        std::string change;
        std::uint64_t revision;
    };

    World world_;
    StoreReader& reader_;
    LocalStorage& local_;
    const SecretBox& secrets_;
    Transaction transaction_;
    std::uint64_t journal_end_;
    LedgerHead ledger_head_;
    UtcTime now_{};
    bool world_changed_ = false;
    std::unordered_map<ResourceId, std::size_t> pending_;  // id -> index in puts
    std::vector<Note> notes_;
    std::vector<std::string> grounds_;
    std::vector<EvidencePtr> evidence_;
    std::vector<std::string> shadow_;  // guardrails that would have refused what was allowed
    std::string action_;
    std::string asked_;
    std::string reason_;
    PrincipalPtr who_;   // as the first decision of this turn saw it
    ResourceId about_;   // what that decision was about; none: the mesh
    struct DigestHash {
        std::size_t operator()(const Digest& digest) const noexcept;
    };
    std::unordered_set<Digest, DigestHash> known_evidence_;
};

/// The path a resource has in journal, ledger and API.
std::string resource_path(const World& world, const Resource& resource);

}  // namespace charter
