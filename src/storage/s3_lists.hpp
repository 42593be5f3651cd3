#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/result.hpp"
#include "charter/storage/object.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace charter {

using ObjectListPtr = std::shared_ptr<const ObjectList>;

/// Lists kept in memory, and those that are being read. Thread-safe.
class S3Lists {
public:
    /// A list that somebody is reading.
    struct Reading;

    struct Entry {
        ObjectListPtr kept;                // or
        std::shared_ptr<Reading> reading;  // where `leads` says whether the caller reads it
        bool leads = false;
    };

    /// Whoever reads a list; the others get what it found. Left without finish(), as when the
    /// caller went away, they get an error.
    class Lead {
    public:
        Lead(S3Lists& lists, std::string name, std::shared_ptr<Reading> reading);
        ~Lead();
        Lead(const Lead&) = delete;
        Lead& operator=(const Lead&) = delete;
        /// `read_at` is when the reading began: from then on the list may be out of date.
        void finish(const Result<ObjectListPtr>& result, UtcTime read_at);

    private:
        S3Lists& lists_;
        std::string name_;
        std::shared_ptr<Reading> reading_;
    };

    /// The kept list unless it is older than limits::object_list_kept, else the reading
    /// under way, else a new one which the caller leads.
    Entry enter(const std::string& name, UtcTime now);

    /// What the leader finds.
    boost::asio::awaitable<Result<ObjectListPtr>> wait(std::shared_ptr<Reading> reading);

private:
    struct Kept {
        ObjectListPtr objects;
        UtcTime read_at{};
    };

    void finish(const std::string& name, Reading& reading, Result<ObjectListPtr> result,
                UtcTime read_at);
    void keep(const std::string& name, ObjectListPtr objects, UtcTime read_at);
    void drop(std::map<std::string, Kept>::iterator kept);

    std::mutex mutex_;
    std::map<std::string, Kept> kept_;
    std::map<std::string, std::shared_ptr<Reading>> readings_;
    std::size_t weight_ = 0;  // objects in all kept lists, and one for each list
};

struct S3Lists::Reading {
    using Waiting = std::pair<boost::asio::any_io_executor, std::function<void()>>;

    std::optional<Result<ObjectListPtr>> result;
    std::vector<Waiting> waiting;
};

}  // namespace charter
