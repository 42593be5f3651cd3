#include "issuer_keys.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <limits>

namespace charter {
namespace asio = boost::asio;

namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();

/// A tenth more or less, so that servers that start together do not ask together.
std::chrono::milliseconds jittered(std::chrono::milliseconds period) {
    const auto chance = static_cast<unsigned char>(random_bytes(1).front());  // 0 to 255
    return period * (9 * 255 + 2 * chance) / (10 * 255);
}

bool within(const std::optional<UtcTime>& before, UtcTime now, std::chrono::milliseconds period) {
    return before && now >= *before && now - *before < period;  // a clock set back ends it
}

}  // namespace

/// Whoever fetches; the others get what it found. Left without finish(), as when the
/// caller went away, it has failed.
class IssuerKeys::Lead {
public:
    Lead(IssuerKeys& keys, UtcTime began) : keys_(keys), began_(began) {}
    ~Lead() {
        if (!finished_) {
            keys_.finish(Error(ErrorCode::unavailable, "unavailable", "the fetch was given up"),
                         began_);
        }
    }
    Lead(const Lead&) = delete;
    Lead& operator=(const Lead&) = delete;

    void finish(Result<IssuerFacts> facts) {
        finished_ = true;
        keys_.finish(std::move(facts), began_);
    }

private:
    IssuerKeys& keys_;
    UtcTime began_;
    bool finished_ = false;
};

IssuerKeys::IssuerKeys(const IssuerSettings& settings, const Fetch& fetch,
                       const Issuers::Notice& notice)
    : settings_(settings), fetch_(fetch), notice_(notice), trusted_until_ms_(never) {}

bool IssuerKeys::trusted(UtcTime now) const noexcept {
    return now.time_since_epoch().count() < trusted_until_ms_.load(std::memory_order_relaxed);
}

KeySet::Choice IssuerKeys::choose(const std::optional<std::string>& kid,
                                  SignatureAlgorithm algorithm, UtcTime now) const {
    if (!trusted(now)) {
        return {nullptr, "the issuer's keys could not be fetched", true};
    }
    const std::lock_guard lock(mutex_);
    return keys_.choose(kid, algorithm);
}

bool IssuerKeys::due(UtcTime now) const {
    const std::lock_guard lock(mutex_);
    return !fetching_ && (now >= due_at_ || !tried_at_ || now < *tried_at_);
}

asio::awaitable<void> IssuerKeys::refresh(UtcTime now) {
    std::shared_ptr<Fetching> fetching;
    {
        const std::lock_guard lock(mutex_);
        fetching = fetching_;
        if (!fetching) {
            fetching_ = std::make_shared<Fetching>();
        }
    }
    if (fetching) {
        co_await wait(std::move(fetching));
        co_return;
    }
    Lead lead(*this, now);
    Result<IssuerFacts> facts = co_await load();
    lead.finish(std::move(facts));
}

asio::awaitable<void> IssuerKeys::ask(UtcTime now) {
    {
        const std::lock_guard lock(mutex_);
        if (!fetching_ && within(asked_at_, now, limits::issuer_keys_retry)) {
            co_return;
        }
        if (!fetching_) {
            asked_at_ = now;
        }
    }
    co_await refresh(now);
}

asio::awaitable<Result<IssuerFacts>> IssuerKeys::load() const {
    std::string thrown;
    try {
        co_return co_await load_facts(settings_, fetch_);
    } catch (const std::exception& failure) {
        thrown = failure.what();
    }
    co_return Error(ErrorCode::unavailable, "unavailable", std::move(thrown));
}

template <class Handler>
void IssuerKeys::enqueue(Handler handler, Fetching& fetching) {
    const asio::any_io_executor executor = asio::get_associated_executor(handler);
    auto kept = std::make_shared<Handler>(std::move(handler));
    std::function<void()> resume = [kept] { std::move (*kept)(); };
    {
        const std::lock_guard lock(mutex_);
        if (!fetching.done && fetching.waiting.size() < limits::issuer_waiters_max) {
            fetching.waiting.emplace_back(executor, std::move(resume));
            return;
        }
    }
    asio::post(executor, std::move(resume));
}

asio::awaitable<void> IssuerKeys::wait(std::shared_ptr<Fetching> fetching) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [](auto handler, IssuerKeys* keys, Fetching* awaited) {
            keys->enqueue(std::move(handler), *awaited);
        },
        asio::use_awaitable, this, fetching.get());
}

void IssuerKeys::finish(Result<IssuerFacts> facts, UtcTime began) {
    std::shared_ptr<Fetching> finished;  // freed after the lock
    std::vector<Waiting> waiting;
    std::vector<std::string> news;
    {
        const std::lock_guard lock(mutex_);
        news = take(std::move(facts), began);
        finished = std::move(fetching_);
        finished->done = true;
        waiting.swap(finished->waiting);
    }
    for (Waiting& waiter : waiting) {
        asio::post(waiter.first, std::move(waiter.second));
    }
    for (const std::string& each : news) {
        if (notice_) {
            notice_(settings_.name, each);
        }
    }
}

std::vector<std::string> IssuerKeys::take(Result<IssuerFacts> facts, UtcTime began) {
    std::vector<std::string> news;
    tried_at_ = began;
    if (!facts) {
        due_at_ = began + jittered(limits::issuer_keys_retry);
        if (problem_ != facts.error().cause()) {
            problem_ = facts.error().cause();
            news.push_back("its keys cannot be fetched: " + problem_);
        }
        return news;
    }
    const bool is_file = settings_.key_source == KeySource::file;
    due_at_ = began +
              (is_file ? limits::issuer_keys_retry : jittered(limits::issuer_keys_refresh));
    const bool changed = facts->keys.succeed(keys_) || !fetched_at_ || !problem_.empty();
    if (changed) {
        news.push_back(std::to_string(facts->keys.keys().size()) + " keys");
        news.insert(news.end(), facts->keys.skipped().begin(), facts->keys.skipped().end());
    }
    keys_ = std::move(facts->keys);
    endpoints_ = std::move(facts->endpoints);
    fetched_at_ = began;
    problem_.clear();
    const UtcTime until = began + limits::issuer_keys_kept;
    trusted_until_ms_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
    return news;
}

std::optional<SignInEndpoints> IssuerKeys::endpoints() const {
    const std::lock_guard lock(mutex_);
    return endpoints_;
}

IssuerStatus IssuerKeys::status(UtcTime now) const {
    const std::lock_guard lock(mutex_);
    IssuerStatus status;
    status.name = settings_.name;
    status.keys = trusted(now) ? keys_.keys().size() : 0;
    status.fetched_at = fetched_at_;
    status.problem = problem_;
    return status;
}

}  // namespace charter
