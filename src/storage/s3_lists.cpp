#include "s3_lists.hpp"

#include "s3_call.hpp"

#include "charter/base/limits.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace charter {
namespace asio = boost::asio;

S3Lists::Lead::Lead(S3Lists& lists, std::string name, std::shared_ptr<Reading> reading)
    : lists_(lists), name_(std::move(name)), reading_(std::move(reading)) {}

S3Lists::Lead::~Lead() {
    if (reading_) {
        lists_.finish(name_, *reading_, storage_error("the listing was given up"), {});
    }
}

void S3Lists::Lead::finish(const Result<ObjectListPtr>& result, UtcTime read_at) {
    lists_.finish(name_, *std::exchange(reading_, nullptr), result, read_at);
}

S3Lists::Entry S3Lists::enter(const std::string& name, UtcTime now) {
    Entry entry;
    const std::lock_guard lock(mutex_);
    if (const auto kept = kept_.find(name); kept != kept_.end()) {
        // A clock that was set back makes a list old too.
        if (now >= kept->second.read_at && now - kept->second.read_at < limits::object_list_kept) {
            entry.kept = kept->second.objects;
            return entry;
        }
        drop(kept);
    }
    std::shared_ptr<Reading>& reading = readings_[name];
    entry.leads = !reading;
    if (entry.leads) {
        reading = std::make_shared<Reading>();
    }
    entry.reading = reading;
    return entry;
}

asio::awaitable<Result<ObjectListPtr>> S3Lists::wait(std::shared_ptr<Reading> reading) {
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
        [this](auto handler, Reading* awaited) {
            using Handler = decltype(handler);
            const asio::any_io_executor executor = asio::get_associated_executor(handler);
            auto kept = std::make_shared<Handler>(std::move(handler));
            std::function<void()> resume = [kept] { std::move (*kept)(); };
            {
                const std::lock_guard lock(mutex_);
                if (!awaited->result) {
                    awaited->waiting.emplace_back(executor, std::move(resume));
                    return;
                }
            }
            asio::post(executor, std::move(resume));
        },
        asio::use_awaitable, reading.get());
    co_return *reading->result;
}

void S3Lists::finish(const std::string& name, Reading& reading, Result<ObjectListPtr> result,
                     UtcTime read_at) {
    std::vector<Reading::Waiting> waiting;
    std::shared_ptr<Reading> finished;  // freed after the lock
    {
        const std::lock_guard lock(mutex_);
        if (result) {
            keep(name, *result, read_at);
        }
        reading.result = std::move(result);
        waiting.swap(reading.waiting);
        if (const auto found = readings_.find(name);
            found != readings_.end() && found->second.get() == &reading) {
            finished = std::move(found->second);
            readings_.erase(found);
        }
    }
    for (Reading::Waiting& waiter : waiting) {
        asio::post(waiter.first, std::move(waiter.second));
    }
}

void S3Lists::keep(const std::string& name, ObjectListPtr objects, UtcTime read_at) {
    if (const auto old = kept_.find(name); old != kept_.end()) {
        drop(old);
    }
    weight_ += objects->size() + 1;
    kept_[name] = Kept{std::move(objects), read_at};
    while (weight_ > limits::objects_kept_max && !kept_.empty()) {
        drop(std::ranges::min_element(kept_, {},
                                      [](const auto& entry) { return entry.second.read_at; }));
    }
}

void S3Lists::drop(std::map<std::string, Kept>::iterator kept) {
    weight_ -= kept->second.objects->size() + 1;
    kept_.erase(kept);
}

}  // namespace charter
