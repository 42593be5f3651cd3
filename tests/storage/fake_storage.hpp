#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/fetch.hpp"
#include "charter/storage/s3_storage.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace charter {

/// A clock that is set.
class SetClock final : public Clock {
public:
    UtcTime now() const override { return time; }
    UtcTime time = parse_time("2013-05-24T00:00:00Z").value();
};

/// A storage that answers what it was told, in turn, and then the last answer again.
struct FakeStorage {
    std::deque<Result<FetchResponse>> answers;
    std::vector<FetchRequest> requests;

    void answer(unsigned status, std::string body,
                std::vector<std::pair<std::string, std::string>> headers = {}) {
        FetchResponse response;
        response.status = status;
        response.headers = std::move(headers);
        response.body = std::move(body);
        answers.emplace_back(std::move(response));
    }

    Fetch fetch() {
        return [this](FetchRequest request) { return call(std::move(request)); };
    }

private:
    boost::asio::awaitable<Result<FetchResponse>> call(FetchRequest request) {
        // As a network call would, it lets others run.
        co_await boost::asio::post(boost::asio::use_awaitable);
        requests.push_back(std::move(request));
        Result<FetchResponse> answer = answers.front();
        if (answers.size() > 1) {
            answers.pop_front();
        }
        co_return answer;
    }
};

template <class T>
boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work, std::optional<T>& result) {
    result.emplace(co_await std::move(work));
}

/// Runs one call to its end.
template <class T>
T run(boost::asio::awaitable<T> work) {
    boost::asio::io_context context;
    std::optional<T> result;
    boost::asio::co_spawn(context, keep(std::move(work), result), boost::asio::detached);
    context.run();
    return std::move(result).value();
}

/// The storage of AWS's examples.
inline S3Place example_place() {
    return make_s3_place("https://s3.amazonaws.com", "us-east-1", "examplebucket").value();
}

inline S3Credentials example_keys() {
    return S3Credentials{"AKIAIOSFODNN7EXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                         std::nullopt};
}

inline S3Place minio_place() {
    return make_s3_place("http://127.0.0.1:9000", "us-east-1", "lake").value();
}

}  // namespace charter
