#include "client_call.hpp"

#include "client_request.hpp"

#include <utility>

namespace charter::http {

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

Error unavailable(const Target& target, const std::string& what) {
    return Error(ErrorCode::unavailable, "an outgoing call failed", target.origin() + ": " + what);
}

}  // namespace

std::string_view text_of(End reason) {
    switch (reason) {
        case End::none:
            return "failed";
        case End::late:
            return "no whole answer within the deadline";
        case End::cancelled:
            return "the caller gave it up";
        case End::stopped:
            return "the client has stopped";
    }
    return "failed";
}

void Call::end(End reason) {
    if (end_reason != End::none || result) {
        return;
    }
    end_reason = reason;
    if (connection) {
        connection->close();
    }
    cancel.emit(asio::cancellation_type::terminal);
}

Caller::Caller(std::shared_ptr<asio::io_context> context, ClientSettings settings,
               asio::ssl::context tls)
    : context_(context),
      settings_(std::move(settings)),
      tls_(std::move(tls)),
      lookups_(context, settings_.look_up),
      pool_(*context, settings_.connections_per_host_max, settings_.idle_max) {}

asio::awaitable<void> Caller::perform(std::shared_ptr<Call> call) {
    try {
        call->result = co_await answer(*call);
    } catch (const std::exception& failed) {
        // A cancelled wait, or no memory.
        call->result = Error(ErrorCode::unavailable, "an outgoing call failed",
                             call->origin + ": " + failed.what());
    }
}

asio::awaitable<Result<FetchResponse>> Caller::answer(Call& call) {
    const Result<Target> target = parse_target(call.request.url);
    if (!target) {
        co_return target.error();
    }
    call.origin = target->origin();
    if (!target->tls && !settings_.plain_http) {
        co_return Error(ErrorCode::invalid_request, "the URL to call is not https");
    }
    if (target->literal && !may_call(*target->literal, settings_.allowed_networks)) {
        co_return Error(ErrorCode::invalid_request,
                        "the URL to call has an address that is not public");
    }
    const Result<std::string> head = request_head(call.request, *target);
    if (!head) {
        co_return head.error();
    }
    co_return co_await answer_from(call, *target, *head);
}

asio::awaitable<Result<FetchResponse>> Caller::answer_from(Call& call, const Target& target,
                                                           const std::string& head) {
    const Pool::Slot slot = co_await pool_.slot(call.origin);
    call.connection = pool_.take(call.origin);
    const bool kept = call.connection != nullptr;
    for (bool first = true;; first = false) {
        if (!call.connection) {
            if (const Result<> connected = co_await connect(call, target); !connected) {
                co_return unavailable(target, connected.error().message());
            }
        }
        Connection::Exchange done = co_await call.connection->exchange(head, call.request);
        const std::shared_ptr<Connection> used = std::exchange(call.connection, nullptr);
        if (done.answer) {
            if (done.may_be_kept && call.end_reason == End::none) {
                pool_.keep(call.origin, used);
            }
            co_return std::move(done.answer);
        }
        // The server may have closed the connection while the request was on its way.
        const bool again = first && kept && !done.answer_began &&
                           is_idempotent(call.request.method) && call.end_reason == End::none;
        if (!again) {
            co_return unavailable(target, done.answer.error().message());
        }
    }
}

asio::awaitable<Result<std::vector<asio::ip::address>>> Caller::addresses_of(const Target& target) {
    if (target.literal) {
        std::vector<asio::ip::address> literal(1, *target.literal);
        co_return literal;
    }
    Result<std::vector<asio::ip::address>> found = co_await lookups_.addresses_of(target.host);
    if (!found) {
        co_return Error(ErrorCode::unavailable, "looking up the name: " + found.error().message());
    }
    if (found->empty()) {
        co_return Error(ErrorCode::unavailable, "the name has no address");
    }
    const std::string first = found->front().to_string();
    std::erase_if(*found, [&](const asio::ip::address& address) {
        return !may_call(address, settings_.allowed_networks);
    });
    if (found->empty()) {
        co_return Error(ErrorCode::unavailable, "no address of the name may be called (" + first +
                                                    " is not public and not in outgoing_allow)");
    }
    co_return std::move(found);
}

asio::awaitable<Result<>> Caller::connect(Call& call, const Target& target) {
    const Result<std::vector<asio::ip::address>> addresses = co_await addresses_of(target);
    if (!addresses) {
        co_return addresses.error();
    }
    Result<> connected = Error(ErrorCode::unavailable, "no address");
    std::size_t left = addresses->size();
    for (const asio::ip::address& address : *addresses) {
        // An address that never answers leaves time for the ones after it.
        const Clock::duration patience =
            (call.deadline.expiry() - Clock::now()) / static_cast<Clock::rep>(left--);
        connected =
            co_await connect_to(call, asio::ip::tcp::endpoint(address, target.port), patience);
        if (connected || call.end_reason != End::none) {
            break;
        }
    }
    if (connected && target.tls) {
        connected = co_await call.connection->secure(tls_, target);
    }
    co_return connected;
}

asio::awaitable<Result<>> Caller::connect_to(Call& call, asio::ip::tcp::endpoint endpoint,
                                             Clock::duration patience) {
    call.connection = std::make_shared<Connection>(*context_);
    auto trying = std::make_shared<bool>(true);
    asio::steady_timer limit(*context_, patience);
    limit.async_wait(
        [trying, connection = call.connection](const boost::system::error_code& cancelled) {
            if (!cancelled && *trying) {
                connection->close();
            }
        });
    Result<> connected = co_await call.connection->connect(endpoint);
    if (!connected && limit.expiry() <= Clock::now()) {
        connected = Error(ErrorCode::unavailable,
                          "no connection to " + endpoint.address().to_string() + " in time");
    }
    *trying = false;
    co_return connected;
}

}  // namespace charter::http
