#include "charter/governance/writer.hpp"

#include "charter/base/limits.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace charter {

namespace asio = boost::asio;

struct Writer::AppendItem final : Item {
    explicit AppendItem(Append what) : append(std::move(what)) {}

    void run(Writer& writer, Draft& draft) override {
        // A change of this very group has not moved the generation on yet.
        const bool later = draft.world_changed() || append.generation != draft.world().generation();
        try {
            if (later && !append.still_holds(draft.world())) {
                result = Error(ErrorCode::conflict, "the mesh changed meanwhile");
            } else if (append.counts &&
                       !writer.may_refuse(append.record.principal, draft.now())) {
                result = Error(ErrorCode::too_many_requests, "too many refusals in a minute");
            } else {
                draft.append(std::move(append.record), append.evidence);
                result = Result<>();
            }
        } catch (const std::exception& e) {
            result = Error(ErrorCode::internal, "internal error", std::string(e.what()));
        }
    }
    void fail(const Error& error) override { result = error; }

    Append append;
    Result<> result = Error(ErrorCode::internal, "internal error");
};

Writer::Writer(StoreWriter& store, StoreReader& reader, WorldHolder& worlds, LocalStorage& local,
               const SecretBox& secrets, const Clock& clock)
    : store_(store),
      worlds_(worlds),
      local_(local),
      secrets_(secrets),
      clock_(clock),
      reader_(reader) {
    Result<std::vector<SealedRecord>> last = reader.ledger({}, 0, 1);
    if (last && !last->empty()) {
        last_ms_ = last->front().record.at.time_since_epoch().count();
    }
    thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
    stop();
}

void Writer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

UtcTime Writer::now() const {
    const UtcTime clock = clock_.now();
    const UtcTime last{std::chrono::milliseconds(last_ms_.load(std::memory_order_relaxed))};
    return std::max(clock, last);
}

asio::awaitable<Result<>> Writer::append(Append append) {
    auto item = std::make_shared<AppendItem>(std::move(append));
    co_await enqueue(item);
    co_return std::move(item->result);
}

bool Writer::push(const ItemPtr& item) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= limits::writer_queue_max) {
            return false;
        }
        queue_.push_back(item);
        if (queue_.size() != 1 && queue_.size() != wanted_) {
            return true;  // the writer is awake already, or waits for more
        }
    }
    wake_.notify_one();
    return true;
}

asio::awaitable<void> Writer::enqueue(ItemPtr item) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](auto handler, ItemPtr queued) {
            using Handler = decltype(handler);
            queued->executor = asio::get_associated_executor(handler);
            auto kept = std::make_shared<Handler>(std::move(handler));
            queued->resume = [kept] { std::move (*kept)(); };
            if (!push(queued)) {
                queued->fail(Error(ErrorCode::unavailable, "the server is too busy, try again"));
                asio::post(queued->executor, queued->resume);
            }
        },
        asio::use_awaitable, item);
}

void Writer::note_refusal(Draft& draft, const Caller& caller, const Error& error) {
    switch (error.code()) {
        case ErrorCode::forbidden:
        case ErrorCode::not_found:
        case ErrorCode::conflict:
        case ErrorCode::unprocessable: break;
        default: return;  // not a decision: the request itself was wrong
    }
    if (may_refuse(caller.principal->id, draft.now())) {
        draft.record_refusal(caller, error);
    }
}

bool Writer::may_refuse(ResourceId principal, UtcTime now) {
    const std::int64_t minute = now.time_since_epoch().count() / 60'000;
    if (refusals_.size() > 100'000) {
        std::erase_if(refusals_, [&](const auto& each) { return each.second.minute != minute; });
    }
    Refusals& refusals = refusals_[principal];
    if (refusals.minute != minute) {
        refusals = Refusals{minute, 0};
    }
    return ++refusals.count <= limits::refusals_per_principal_per_minute_max;
}

void Writer::run() {
    Result<std::uint64_t> journal_end = reader_.journal_end();
    Result<LedgerHead> head = reader_.ledger_head();
    // Without a place to go on from, nothing may be written: every item fails.
    const bool ready = journal_end.has_value() && head.has_value();
    Draft draft(World(*worlds_.load()), reader_, local_, secrets_, ready ? *journal_end : 0,
                ready ? *head : LedgerHead{});
    std::vector<ItemPtr> items;
    std::size_t last_group = 0;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                break;  // stopping, and nothing is left
            }
            // As many as last time are on their way, give or take: a moment's wait
            // makes one commit of what would be several. Who is alone never waits.
            wanted_ = std::min(last_group * 3 / 4, limits::commit_group_max);
            if (queue_.size() < wanted_) {
                wake_.wait_for(lock, limits::commit_gather,
                               [this] { return stopping_ || queue_.size() >= wanted_; });
            }
            wanted_ = 0;
            items.swap(queue_);
            last_group = items.size();
        }
        if (ready) {
            process(items, draft);
        } else {
            for (const ItemPtr& item : items) {
                item->fail(Error(ErrorCode::unavailable, "the store cannot be read"));
            }
        }
        complete(items);
        items.clear();
        keep_uses(now(), false);
    }
    keep_uses(now(), true);
}

void Writer::note_use(const TokenEntry& token, UtcTime now) {
    const std::int64_t at = now.time_since_epoch().count();
    constexpr std::int64_t minute = 60'000;
    if (token.last_used->load(std::memory_order_relaxed) / minute == at / minute) {
        return;
    }
    token.last_used->store(at, std::memory_order_relaxed);
    const std::lock_guard lock(uses_mutex_);
    uses_[token.id] = now;
}

void Writer::keep_uses(UtcTime now, bool at_once) {
    if (!at_once && now - uses_kept_ < std::chrono::minutes(1)) {
        return;
    }
    uses_kept_ = now;
    std::vector<TokenUse> uses;
    {
        const std::lock_guard lock(uses_mutex_);
        for (const auto& [token, at] : uses_) {
            uses.push_back(TokenUse{token, at});
        }
        uses_.clear();
    }
    if (!uses.empty()) {
        (void)store_.note_token_uses(uses);  // what is lost is told by the next use
    }
}

void Writer::process(std::vector<ItemPtr>& items, Draft& draft) {
    Draft::Mark before = draft.mark();
    for (const ItemPtr& item : items) {
        draft.begin_turn(now());
        item->run(*this, draft);
    }
    if (draft.transaction().empty()) {
        return;
    }
    const Result<> committed = store_.commit(draft.transaction());
    if (!committed) {
        draft.roll_back(std::move(before));
        draft.discarded();
        for (const ItemPtr& item : items) {
            item->fail(Error(ErrorCode::unavailable, "nothing was changed, try again",
                             committed.error().message() + " " + committed.error().cause()));
        }
        return;
    }
    last_ms_.store(draft.now().time_since_epoch().count(), std::memory_order_relaxed);
    if (draft.world_changed()) {
        draft.next_generation();
        worlds_.publish(std::make_shared<const World>(draft.world()));
    }
    draft.committed();
    if (draft.now() - answers_swept_ > std::chrono::minutes(10)) {
        answers_swept_ = draft.now();
        (void)store_.forget_answers(draft.now() - limits::idempotency_kept);
    }
}

void Writer::complete(std::vector<ItemPtr>& items) {
    // One post per io_context rather than one per item: a post is a lock and
    // often a wake-up.
    std::vector<std::pair<asio::execution_context*, std::vector<ItemPtr>>> groups;
    for (ItemPtr& item : items) {
        asio::execution_context* context = &asio::query(item->executor, asio::execution::context);
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& each) { return each.first == context; });
        if (group == groups.end()) {
            groups.emplace_back(context, std::vector<ItemPtr>{});
            group = std::prev(groups.end());
        }
        group->second.push_back(std::move(item));
    }
    for (auto& [context, group] : groups) {
        const asio::any_io_executor executor = group.front()->executor;
        asio::post(executor, [ready = std::move(group)] {
            for (const ItemPtr& item : ready) {
                item->resume();
            }
        });
    }
}

}  // namespace charter
