// Servers that break the protocol, send without end or not at all, and calls that are given up.
#include "http/call_server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace charter::http::testing {
namespace {

constexpr const char* late = "no whole answer within the deadline";

/// A call that is late soon.
FetchRequest short_request(std::string url) {
    FetchRequest request = get_request(std::move(url));
    request.deadline = std::chrono::milliseconds(50);
    return request;
}

std::string cause_of(const std::string& bytes) {
    CallServer server(reply(bytes));
    const auto client = open_client();
    return cause(get(*client, server.url("/")));
}

TEST(ClientHostile, AnswersThatAreNoHttp) {
    const std::string head = "HTTP/1.1 200 OK\r\n";
    const std::vector<std::string> answers = {
        "",
        "garbage\r\n\r\n",
        std::string(100, '\0'),
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 99 OK\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        head + "Content-Length: 5\r\n\r\nabc",
        head + "Content-Length: -1\r\n\r\nabc",
        head + "Content-Length: 18446744073709551616\r\n\r\nabc",
        head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        head + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
        head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc\r\n0\r\n\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    };
    for (const std::string& answer : answers) {
        const std::string why = cause_of(answer);

        EXPECT_TRUE(has(why, "http://server.test:")) << answer << why;
    }
}

TEST(ClientHostile, BodiesLongerThanTheCallerTakes) {
    const std::string head = "HTTP/1.1 200 OK\r\n";
    const std::vector<std::string> endless = {
        head + "Content-Length: 1001\r\n\r\n",
        head + "Content-Length: 9000000000000000000\r\n\r\n",
        head + "\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        head + "Transfer-Encoding: chunked\r\n\r\n3e7\r\n" + std::string(999, 'a') + "\r\n2\r\n",
    };
    for (const std::string& answer : endless) {
        CallServer server([&](Peer& peer, std::size_t) {
            peer.read_request();
            peer.send(answer);
            peer.send_endlessly(std::string(1'000, 'a'));
        });
        const auto client = open_client();
        FetchRequest request = get_request(server.url("/"));
        request.answer_bytes_max = 1'000;

        EXPECT_TRUE(has(cause(call(*client, request)), "body limit exceeded")) << answer;
    }
}

TEST(ClientHostile, ABodyAsLongAsTheCallerTakes) {
    const std::string body(1'000, 'a');
    CallServer server([&](Peer& peer, std::size_t) {
        peer.read_request();
        peer.answer(body);
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + body +
                  "\r\n0\r\n\r\n");
    });
    const auto client = open_client();
    FetchRequest request = get_request(server.url("/"));
    request.answer_bytes_max = body.size();

    EXPECT_EQ(cause(call(*client, request)), "answered with 200");
    EXPECT_EQ(cause(call(*client, request)), "answered with 200");
}

TEST(ClientHostile, HeadsAndLinesWithoutEnd) {
    const std::string head = "HTTP/1.1 200 OK\r\n";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", "a"},
        {"HTTP/1.1 200 ", "a"},
        {head + "X: ", "a"},
        {head, "X: y\r\n"},
        {"", "HTTP/1.1 100 Continue\r\n\r\n"},
        {head + "Transfer-Encoding: chunked\r\n\r\n", "0"},
        {head + "Transfer-Encoding: chunked\r\n\r\n1;", "a"},
        {head + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n"},
    };
    for (const auto& [start, rest] : cases) {
        CallServer server([&start = start, &rest = rest](Peer& peer, std::size_t) {
            peer.read_request();
            peer.send(start);
            peer.send_endlessly(rest);
        });
        const auto client = open_client();

        const std::string why = cause(get(*client, server.url("/")));

        EXPECT_TRUE(has(why, "http://server.test:")) << start << rest << why;
        EXPECT_FALSE(has(why, late)) << start << rest;
    }
}

TEST(ClientHostile, HeadsOfNoMoreThan16KiB) {
    const auto head = [](std::size_t value_bytes) {
        return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + std::string(value_bytes, 'a') +
               "\r\n\r\n";
    };
    EXPECT_EQ(cause_of(head(15'000)), "answered with 200");
    EXPECT_TRUE(has(cause_of(head(17'000)), "header limit exceeded"));
}

TEST(ClientHostile, ServersThatDoNotAnswer) {
    CallServer server([](Peer& peer, std::size_t) { peer.wait_until_closed(); });
    const auto client = open_client();

    EXPECT_TRUE(has(cause(call(*client, short_request(server.url("/")))), late));
    EXPECT_TRUE(has(cause(call(*client, short_request(server.url("/", "https")))), late));
}

TEST(ClientHostile, ServersThatDoNotRead) {
    std::promise<void> end;
    CallServer server([&](Peer&, std::size_t) { end.get_future().wait(); });
    const auto client = open_client();
    FetchRequest request = short_request(server.url("/"));
    request.method = "PUT";
    request.body = std::string(64 * 1024 * 1024, 'a');

    EXPECT_TRUE(has(cause(call(*client, request)), late));
    end.set_value();
}

TEST(ClientHostile, ServersThatAnswerByteByByte) {
    const std::vector<std::string> starts = {
        "", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n"};
    for (const std::string& start : starts) {
        CallServer server([&](Peer& peer, std::size_t) {
            peer.read_request();
            peer.send(start);
            peer.drip(start.empty() ? '\r' : 'a');
        });
        const auto client = open_client();

        const std::string why = cause(call(*client, short_request(server.url("/"))));

        EXPECT_TRUE(has(why, late) || start.empty()) << start << why;
    }
}

TEST(ClientHostile, AddressesThatNobodyAnswersAt) {
    // A listener whose queue is full drops what comes: no connection, no refusal.
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(::bind(listener, generic, size), 0);
    ASSERT_EQ(::listen(listener, 0), 0);
    ASSERT_EQ(::getsockname(listener, generic, &size), 0);
    const int first = ::socket(AF_INET, SOCK_STREAM, 0);
    ASSERT_EQ(::connect(first, generic, size), 0);
    const auto client = open_client();

    const std::string why = cause(call(
        *client, short_request("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)))));

    EXPECT_TRUE(has(why, late) || has(why, "in time")) << why;
    ::close(first);
    ::close(listener);
}

TEST(ClientHostile, ALookUpThatHangsHoldsNobody) {
    CallServer server(say_hello);
    std::promise<void> end;
    std::promise<void> ended;
    ClientSettings settings = test_settings();
    settings.look_up = [&](const std::string& host) {
        if (host == "hangs.test") {
            end.get_future().wait();
            ended.set_value();
        }
        return Result<std::vector<std::string>>(std::vector<std::string>(1, "127.0.0.1"));
    };
    auto client = open_client(settings);

    EXPECT_TRUE(has(cause(call(*client, short_request("http://hangs.test/"))), late));
    EXPECT_EQ(cause(get(*client, server.url("/"))), "answered with 200");
    client.reset();  // does not wait for the look-up

    end.set_value();
    ended.get_future().wait();
}

TEST(ClientHostile, WaitingForAConnectionEndsAtTheDeadline) {
    std::promise<void> asked;
    CallServer server([&](Peer& peer, std::size_t number) {
        peer.read_request();
        if (number == 0) {
            asked.set_value();
            peer.wait_until_closed();
        } else {
            peer.answer("a");
        }
    });
    ClientSettings settings = test_settings();
    settings.connections_per_host_max = 1;
    auto client = open_client(settings);
    std::string first;
    std::thread holder([&] { first = cause(get(*client, server.url("/"))); });
    asked.get_future().wait();

    EXPECT_TRUE(has(cause(call(*client, short_request(server.url("/")))), late));
    EXPECT_EQ(server.connections(), 1u);

    client->stop();
    holder.join();
    EXPECT_TRUE(has(first, "the client has stopped"));
}

TEST(ClientHostile, StoppingEndsAllCalls) {
    std::promise<void> asked;
    CallServer server([&](Peer& peer, std::size_t) {
        peer.read_request();
        asked.set_value();
        peer.wait_until_closed();
    });
    const auto client = open_client();
    std::string first;
    std::thread caller([&] { first = cause(get(*client, server.url("/"))); });
    asked.get_future().wait();

    client->stop();
    caller.join();

    EXPECT_TRUE(has(first, "the client has stopped")) << first;
    EXPECT_EQ(cause(get(*client, server.url("/"))), "the client has stopped");
    EXPECT_EQ(server.connections(), 1u);
}

TEST(ClientHostile, ACallerThatIsCancelledEndsItsCall) {
    std::promise<void> asked;
    std::promise<void> closed;
    CallServer server([&](Peer& peer, std::size_t) {
        peer.read_request();
        asked.set_value();
        peer.wait_until_closed();
        closed.set_value();
    });
    const auto client = open_client();
    boost::asio::io_context context;
    boost::asio::cancellation_signal cancel;
    std::string why;
    auto run = [](Client& with, FetchRequest what,
                  std::string& to) -> boost::asio::awaitable<void> {
        const Result<FetchResponse> answer = co_await with.fetch(std::move(what));
        to = cause(answer);
    };
    boost::asio::co_spawn(
        context, run(*client, get_request(server.url("/")), why),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); }));
    std::thread thread([&] { context.run(); });
    asked.get_future().wait();

    boost::asio::post(context, [&] { cancel.emit(boost::asio::cancellation_type::terminal); });
    thread.join();

    EXPECT_TRUE(has(why, "the caller gave it up")) << why;
    closed.get_future().wait();
}

TEST(ClientHostile, AnExecutorThatHasStoppedLosesNothingWhenTheClientStopsFirst) {
    std::promise<void> asked;
    CallServer server([&](Peer& peer, std::size_t) {
        peer.read_request();
        asked.set_value();
        peer.wait_until_closed();
    });
    boost::asio::io_context context;
    auto client = open_client();
    boost::asio::co_spawn(
        context,
        [](Client& with, FetchRequest what) -> boost::asio::awaitable<void> {
            (void)co_await with.fetch(std::move(what));
            ADD_FAILURE() << "went on although its executor has stopped";
        }(*client, get_request(server.url("/"))),
        boost::asio::detached);
    std::thread thread([&] { context.run(); });
    asked.get_future().wait();
    context.stop();
    thread.join();

    client.reset();
    // The waiting coroutine is destroyed with its context.
}

}  // namespace
}  // namespace charter::http::testing
