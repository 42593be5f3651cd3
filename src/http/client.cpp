#include "charter/http/client.hpp"

#include "charter/http/tls_client.hpp"

#include "client_call.hpp"

#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace charter::http {

namespace {

namespace asio = boost::asio;
using Work = asio::executor_work_guard<asio::io_context::executor_type>;

constexpr std::size_t calls_max = 1'024;  // at once
constexpr std::chrono::milliseconds deadline_max = std::chrono::hours(1);

Error unavailable(std::string cause) {
    return Error(ErrorCode::unavailable, "an outgoing call failed", std::move(cause));
}

}  // namespace

/// The client's thread and what runs on it. Except for enter() and stop(), all functions
/// run on that thread.
class Client::Core {
public:
    Core(ClientSettings settings, asio::ssl::context tls)
        : context_(std::make_shared<asio::io_context>(1)),
          work_(asio::make_work_guard(*context_)),
          caller_(context_, std::move(settings), std::move(tls)) {}

    ~Core() { stop(); }

    void start() {
        thread_ = std::thread([this] { context_->run(); });
    }

    std::shared_ptr<asio::io_context> context() { return context_; }

    /// Holds off the end of the thread for one call; nothing when the client has stopped.
    std::optional<Work> enter() {
        const std::lock_guard lock(mutex_);
        return stopping_ ? std::nullopt : std::optional<Work>(asio::make_work_guard(*context_));
    }

    using Done = std::function<void(Result<FetchResponse>)>;

    /// Makes the call and hands its result to `done`.
    void begin(std::shared_ptr<Call> call, Done done);

    void stop();

private:
    std::shared_ptr<asio::io_context> context_;
    std::mutex mutex_;
    bool stopping_ = false;  // guarded by mutex_
    bool closed_ = false;
    std::optional<Work> work_;
    Caller caller_;
    std::unordered_set<std::shared_ptr<Call>> calls_;
    std::thread thread_;
};

void Client::Core::begin(std::shared_ptr<Call> call, Done done) {
    if (closed_ || calls_.size() >= calls_max) {
        done(unavailable(closed_ ? "the client has stopped" : "too many calls at once"));
        return;
    }
    calls_.insert(call);
    call->deadline.expires_after(std::min(call->request.deadline, deadline_max));
    call->deadline.async_wait([call](const boost::system::error_code& cancelled) {
        if (!cancelled) {
            call->end(End::late);
        }
    });
    auto finish = [this, call, done = std::move(done)](std::exception_ptr) {
        call->deadline.cancel();
        call->connection.reset();
        if (call->end_reason != End::none || !call->result) {
            call->result =
                unavailable(call->origin + ": " + std::string(text_of(call->end_reason)));
        }
        calls_.erase(call);
        done(std::move(*call->result));
    };
    asio::co_spawn(*context_, caller_.perform(call),
                   asio::bind_cancellation_slot(call->cancel.slot(), std::move(finish)));
}

void Client::Core::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(stopping_, true)) {
            return;
        }
    }
    asio::post(*context_, [this] {
        closed_ = true;
        caller_.close();
        const std::unordered_set<std::shared_ptr<Call>> running = calls_;
        for (const std::shared_ptr<Call>& call : running) {
            call->end(End::stopped);
        }
    });
    work_.reset();
    if (thread_.joinable()) {
        thread_.join();
    }
}

Client::Client(std::unique_ptr<Core> core) : core_(std::move(core)) {}

Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::open(ClientSettings settings) {
    Result<asio::ssl::context> tls = make_tls_context(settings.ca_file);
    if (!tls) {
        return tls.error();
    }
    auto core = std::make_unique<Core>(std::move(settings), std::move(*tls));
    try {
        core->start();
    } catch (const std::system_error& failed) {
        return Error(ErrorCode::unavailable, "no thread for outgoing calls", failed.what());
    }
    return std::unique_ptr<Client>(new Client(std::move(core)));
}

asio::awaitable<Result<FetchResponse>> Client::fetch(FetchRequest request) {
    std::optional<Work> work = core_->enter();
    if (!work) {
        co_return unavailable("the client has stopped");
    }
    // The call belongs to the client's thread: what waits for it here may outlive the client,
    // and keeps the result only.
    auto call = std::make_shared<Call>(*core_->context(), std::move(request));
    auto result = std::make_shared<std::optional<Result<FetchResponse>>>();
    // co_spawn with a token would do the same, but its cancellation from another thread
    // (Boost 1.81) uses a signal that may be gone by then. Here the call itself is shared.
    auto initiate = [core = core_.get(), call = std::move(call), result,
                     &work](auto handler) mutable {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected()) {
            slot.assign([context = core->context(),
                         waiting = std::weak_ptr(call)](asio::cancellation_type) {
                asio::post(*context, [waiting] {
                    if (const std::shared_ptr<Call> running = waiting.lock()) {
                        running->end(End::cancelled);
                    }
                });
            });
        }
        auto home = asio::make_work_guard(asio::get_associated_executor(handler));
        auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        auto done = [home, kept, slot, result](Result<FetchResponse> answer) mutable {
            *result = std::move(answer);
            asio::post(home.get_executor(), [kept = std::move(kept), slot]() mutable {
                slot.clear();
                std::move (*kept)();
            });
            home.reset();
        };
        asio::post(*core->context(), [core, call = std::move(call), work = std::move(*work),
                                      done = std::move(done)]() mutable {
            core->begin(std::move(call), std::move(done));
        });
    };
    try {
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(initiate),
                                                                             asio::use_awaitable);
    } catch (const boost::system::system_error&) {
        // The caller was cancelled before: nothing was begun.
        co_return unavailable(std::string(text_of(End::cancelled)));
    }
    co_return std::move(**result);
}

Fetch Client::function() {
    return [this](FetchRequest request) { return fetch(std::move(request)); };
}

void Client::stop() {
    core_->stop();
}

}  // namespace charter::http
