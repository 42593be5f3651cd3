#pragma once

#include "charter/base/clock.hpp"
#include "charter/governance/draft.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

namespace charter {

/// The one writer. Changes and ledger records come in from any thread, take
/// their turn in one order, are committed in groups (one fsync for all that
/// arrived together), become visible in the next World, and only then answer.
class Writer {
public:
    /// Everything must outlive the writer.
    Writer(StoreWriter& store, StoreReader& reader, WorldHolder& worlds, LocalStorage& local,
           const SecretBox& secrets, const Clock& clock);
    ~Writer();

    /// Finishes what is queued, then ends the thread. Those who wait must still be
    /// there: stop the writer before what they run on is destroyed.
    void stop();

    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    template <class T>
    using Change = std::function<Result<T>(Draft&)>;

    /// Runs `change` in its turn, on the writer's thread, and answers once its
    /// effect is durable and visible. A change that returns an error changed
    /// nothing; a refusal by rule leaves a ledger record.
    /// Errors: those of the change; unavailable (the queue is full, the disk failed).
    template <class T>
    boost::asio::awaitable<Result<T>> submit(Caller caller, Change<T> change) {
        auto item = std::make_shared<ChangeItem<T>>(std::move(caller), std::move(change));
        co_await enqueue(item);
        co_return std::move(item->result);
    }

    /// A decision to be recorded before its answer leaves.
    struct Append {
        LedgerRecord record;
        std::vector<EvidencePtr> evidence;
        /// The World it was made in. When a change came between, `still_holds`
        /// decides again; a different outcome answers `conflict`, and the caller
        /// starts over with the World of then.
        std::uint64_t generation = 0;
        std::function<bool(const World&)> still_holds;
        /// A refusal that the principal is to blame for: it counts against those it may cause.
        bool counts = false;
    };

    /// Answers once the record is durable.
    /// Errors: conflict (decide again), unavailable (queue full, disk failed):
    /// the caller must then withhold its answer.
    boost::asio::awaitable<Result<>> append(Append append);

    /// Notes that a token was used; kept in the store with the changes and records of the
    /// next minute, and when the writer stops. Takes some nanoseconds but for the first use in
    /// a minute.
    void note_use(const TokenEntry& token, UtcTime now);

    /// The clock, but never before the last record.
    UtcTime now() const;

private:
    struct Item {
        virtual ~Item() = default;
        /// Takes its turn. Runs on the writer's thread.
        virtual void run(Writer& writer, Draft& draft) = 0;
        /// The group's commit failed: nothing happened.
        virtual void fail(const Error& error) = 0;

        boost::asio::any_io_executor executor;
        std::function<void()> resume;
    };
    using ItemPtr = std::shared_ptr<Item>;

    template <class T>
    struct ChangeItem final : Item {
        ChangeItem(Caller who, Change<T> what)
            : caller(std::move(who)),
              change(std::move(what)),
              result(Error(ErrorCode::internal, "internal error")) {}

        void run(Writer& writer, Draft& draft) override {
            Draft::Mark mark = draft.mark();
            try {
                result = change(draft);
                if (result) {
                    draft.record_change(caller);
                }
            } catch (const std::exception& e) {
                // A defect in one change must not take the writer with it.
                result = Error(ErrorCode::internal, "internal error", std::string(e.what()));
            }
            if (!result) {
                draft.roll_back(std::move(mark));
                writer.note_refusal(draft, caller, result.error());
            }
        }
        void fail(const Error& error) override {
            result = error;
        }

        Caller caller;
        Change<T> change;
        Result<T> result;
    };
    struct AppendItem;

    boost::asio::awaitable<void> enqueue(ItemPtr item);
    /// False when the queue is full or the writer ends.
    bool push(const ItemPtr& item);
    /// Counts a refusal; false once a principal had too many in this minute, so
    /// that nobody can fill the disk.
    bool may_refuse(ResourceId principal, UtcTime now);
    void note_refusal(Draft& draft, const Caller& caller, const Error& error);
    void run();
    void process(std::vector<ItemPtr>& items, Draft& draft);
    void keep_uses(UtcTime now, bool at_once);
    static void complete(std::vector<ItemPtr>& items);

    StoreWriter& store_;
    WorldHolder& worlds_;
    LocalStorage& local_;
    const SecretBox& secrets_;
    const Clock& clock_;
    StoreReader& reader_;
    std::atomic<std::int64_t> last_ms_{0};

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<ItemPtr> queue_;
    std::size_t wanted_ = 0;  // how many queued items wake a gathering writer
    bool stopping_ = false;

    // The writer's thread only.
    struct Refusals {
        std::int64_t minute = 0;
        std::uint64_t count = 0;
    };
    std::unordered_map<ResourceId, Refusals> refusals_;
    UtcTime answers_swept_{};
    UtcTime uses_kept_{};

    std::mutex uses_mutex_;
    std::unordered_map<ResourceId, UtcTime> uses_;  // not in the store yet

    std::thread thread_;
};

}  // namespace charter
