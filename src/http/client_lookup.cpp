#include "client_lookup.hpp"

#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <netdb.h>
#include <sys/socket.h>

namespace charter::http {

namespace {

namespace asio = boost::asio;

// Threads at once: a resolver that hangs costs no more than this many.
constexpr std::size_t look_ups_max = 64;
constexpr std::size_t addresses_max = 16;  // of one name; tried in turn

Error unavailable(std::string what) {
    return Error(ErrorCode::unavailable, std::move(what));
}

/// The system's resolver.
Result<std::vector<std::string>> system_look_up(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    if (failed != 0) {
        return unavailable(::gai_strerror(failed));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
    std::vector<std::string> addresses;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        char text[NI_MAXHOST];
        if (::getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof(text), nullptr, 0,
                          NI_NUMERICHOST) == 0) {
            addresses.emplace_back(text);
        }
    }
    return addresses;
}

}  // namespace

struct Lookups::Answer {
    explicit Answer(asio::io_context& context)
        : arrived(context, asio::steady_timer::time_point::max()) {}

    asio::steady_timer arrived;  // cancelled when the result is there
    std::optional<Result<std::vector<std::string>>> result;
};

Lookups::Lookups(std::shared_ptr<asio::io_context> context, LookUp look_up)
    : context_(std::move(context)), look_up_(look_up ? std::move(look_up) : system_look_up) {}

asio::awaitable<Result<std::vector<asio::ip::address>>> Lookups::addresses_of(std::string host) {
    if (*running_ >= look_ups_max) {
        co_return unavailable("too many look-ups of names are running");
    }
    auto answer = std::make_shared<Answer>(*context_);
    auto work = [context = context_, running = running_, look_up = look_up_, host,
                 answer]() mutable {
        auto result = std::make_shared<Result<std::vector<std::string>>>(look_up(host));
        // What belongs to the context goes back to it; the context itself is let go last.
        asio::post(*context, [running = std::move(running), answer = std::move(answer), result] {
            --*running;
            answer->result = std::move(*result);
            answer->arrived.cancel();
        });
    };
    try {
        std::thread(std::move(work)).detach();
    } catch (const std::system_error&) {
        co_return unavailable("no thread for the look-up of a name");
    }
    ++*running_;
    boost::system::error_code ignored;
    co_await answer->arrived.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!answer->result) {
        co_return unavailable("the look-up of the name was given up");
    }
    if (!*answer->result) {
        co_return answer->result->error();
    }
    std::vector<asio::ip::address> addresses;
    for (const std::string& text : **answer->result) {
        boost::system::error_code failed;
        const asio::ip::address address = asio::ip::make_address(text, failed);
        if (!failed && addresses.size() < addresses_max) {
            addresses.push_back(address);
        }
    }
    co_return addresses;
}

}  // namespace charter::http
