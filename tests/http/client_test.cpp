// Outgoing calls that are answered, and the connections that are kept for them.
#include "http/call_server.hpp"

namespace charter::http::testing {
namespace {

TEST(ClientTest, AnswersWithStatusHeadersAndBody) {
    std::string seen;
    CallServer server([&](Peer& peer, std::size_t) {
        seen = peer.read_request();
        peer.send(
            "HTTP/1.1 404 No\r\nETag: \"x\"\r\nX-Two: 1\r\nx-two: 2\r\n"
            "Content-Length: 4\r\n\r\nbody");
    });
    const auto client = open_client();
    FetchRequest request = get_request(server.url("/a%20b?c=d"));
    request.method = "PUT";
    request.headers.emplace_back("X-Note", "n\xc3\xa4he");
    request.body = "sent";

    const Result<FetchResponse> answer = call(*client, request);

    ASSERT_TRUE(answer) << cause(answer);
    EXPECT_EQ(answer->status, 404u);
    EXPECT_EQ(answer->body, "body");
    const std::vector<std::pair<std::string, std::string>> headers = {
        {"etag", "\"x\""}, {"x-two", "1"}, {"x-two", "2"}, {"content-length", "4"}};
    EXPECT_EQ(answer->headers, headers);
    EXPECT_EQ(seen,
              "PUT /a%20b?c=d HTTP/1.1\r\nHost: server.test:" + std::to_string(server.port()) +
                  "\r\nX-Note: n\xc3\xa4he\r\nAccept-Encoding: identity\r\n"
                  "Content-Length: 4\r\n\r\nsent");
}

TEST(ClientTest, ReadsAllFramingsOfAnAnswer) {
    const auto client = open_client();
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n", "abcde"},
        {"Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n", ""},
        {"Content-Length: 2\r\n\r\nab", "ab"},
        {"Content-Length: 0\r\n\r\n", ""},
        {"\r\nuntil the end", "until the end"},
    };
    for (const auto& [rest, body] : cases) {
        CallServer server(reply("HTTP/1.1 200 OK\r\n" + rest));

        const Result<FetchResponse> answer = get(*client, server.url("/"));

        ASSERT_TRUE(answer) << rest << cause(answer);
        EXPECT_EQ(answer->body, body) << rest;
    }
}

TEST(ClientTest, AnswersWithoutABodyEndWithTheirHead) {
    CallServer server([](Peer& peer, std::size_t) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n");
        peer.read_request();
        peer.send("HTTP/1.1 204 No Content\r\n\r\n");
        peer.read_request();
        peer.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n");
        peer.wait_until_closed();
    });
    const auto client = open_client();
    FetchRequest head = get_request(server.url("/"));
    head.method = "HEAD";

    EXPECT_EQ(cause(call(*client, head)), "answered with 200");
    EXPECT_EQ(cause(get(*client, server.url("/"))), "answered with 204");
    EXPECT_EQ(cause(get(*client, server.url("/"))), "answered with 304");
    EXPECT_EQ(server.connections(), 1u);
}

TEST(ClientTest, SkipsInterimAnswers) {
    CallServer server(
        reply("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n"
              "\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"));
    const auto client = open_client();

    const Result<FetchResponse> answer = get(*client, server.url("/"));

    ASSERT_TRUE(answer) << cause(answer);
    EXPECT_EQ(answer->body, "a");
}

TEST(ClientTest, ARedirectIsAnAnswer) {
    CallServer server(
        reply("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
              "Content-Length: 0\r\n\r\n"));
    const auto client = open_client();

    const Result<FetchResponse> answer = get(*client, server.url("/"));

    ASSERT_TRUE(answer) << cause(answer);
    EXPECT_EQ(answer->status, 302u);
}

TEST(ClientTest, DoesNotDecompress) {
    CallServer server(
        reply("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n"
              "\r\n\x1f\x8b\x08"));
    const auto client = open_client();

    const Result<FetchResponse> answer = get(*client, server.url("/"));

    ASSERT_TRUE(answer) << cause(answer);
    EXPECT_EQ(answer->body, "\x1f\x8b\x08");
}

TEST(ClientTest, UsesAConnectionAgain) {
    CallServer server(say_hello);
    const auto client = open_client();

    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(cause(get(*client, server.url("/"))), "answered with 200");
    }

    EXPECT_EQ(server.connections(), 1u);
}

TEST(ClientTest, SharesNoConnectionBetweenHosts) {
    CallServer server(say_hello);
    const auto client = open_client();

    EXPECT_TRUE(get(*client, server.url("/", "http", "a.test")));
    EXPECT_TRUE(get(*client, server.url("/", "http", "b.test")));
    EXPECT_TRUE(get(*client, server.url("/", "http", "A.test")));

    EXPECT_EQ(server.connections(), 2u);
}

TEST(ClientTest, KeepsNoConnectionThatTheServerWillClose) {
    CallServer server([](Peer& peer, std::size_t) {
        peer.read_request();
        peer.answer("a", "Connection: close\r\n");
        peer.wait_until_closed();  // by the client, although this end is open
    });
    const auto client = open_client();

    EXPECT_TRUE(get(*client, server.url("/")));
    EXPECT_TRUE(get(*client, server.url("/")));

    EXPECT_EQ(server.connections(), 2u);
}

TEST(ClientTest, KeepsNoConnectionThatSentMoreThanItsAnswer) {
    CallServer server([](Peer& peer, std::size_t number) {
        peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(number) +
                  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong");
        peer.wait_until_closed();
    });
    const auto client = open_client();

    EXPECT_EQ(get(*client, server.url("/"))->body, "0");
    EXPECT_EQ(get(*client, server.url("/"))->body, "1");
}

TEST(ClientTest, ClosesAConnectionThatIsNotUsed) {
    std::promise<void> closed;
    CallServer server([&](Peer& peer, std::size_t) {
        peer.read_request();
        peer.answer("a");
        peer.wait_until_closed();
        closed.set_value();
    });
    ClientSettings settings = test_settings();
    settings.idle_max = std::chrono::milliseconds(1);
    const auto client = open_client(settings);

    EXPECT_TRUE(get(*client, server.url("/")));

    closed.get_future().wait();
}

TEST(ClientTest, DoesNotSendOnAConnectionThatTheServerClosed) {
    std::promise<void> closed;
    CallServer server([&](Peer& peer, std::size_t number) {
        peer.read_request();
        peer.answer("a");
        if (number == 0) {
            peer.close();
            closed.set_value();
        } else {
            peer.wait_until_closed();
        }
    });
    const auto client = open_client();
    EXPECT_TRUE(get(*client, server.url("/")));
    closed.get_future().wait();
    FetchRequest request = get_request(server.url("/"));
    request.method = "POST";

    EXPECT_EQ(cause(call(*client, request)), "answered with 200");
}

/// Answers the first request of the first connection and closes at the second one.
void close_at_the_second(Peer& peer, std::size_t number) {
    peer.read_request();
    peer.answer(std::to_string(number));
    peer.read_request();
}

TEST(ClientTest, TriesOnceMoreWhenAKeptConnectionFails) {
    CallServer server(close_at_the_second);
    const auto client = open_client();
    EXPECT_EQ(get(*client, server.url("/"))->body, "0");

    const Result<FetchResponse> second = get(*client, server.url("/"));

    ASSERT_TRUE(second) << cause(second);
    EXPECT_EQ(second->body, "1");
}

TEST(ClientTest, DoesNotRepeatWhatMayHaveBeenDone) {
    CallServer server(close_at_the_second);
    const auto client = open_client();
    EXPECT_EQ(get(*client, server.url("/"))->body, "0");
    FetchRequest request = get_request(server.url("/"));
    request.method = "POST";

    EXPECT_TRUE(has(cause(call(*client, request)), "end of stream"));
    EXPECT_EQ(server.connections(), 1u);
}

TEST(ClientTest, TriesOnceMoreAndNotTwice) {
    CallServer server([](Peer& peer, std::size_t number) {
        peer.read_request();
        if (number == 0) {
            peer.answer("a");
            peer.read_request();
        }
    });
    const auto client = open_client();
    EXPECT_TRUE(get(*client, server.url("/")));

    EXPECT_TRUE(has(cause(get(*client, server.url("/"))), "end of stream"));
    EXPECT_EQ(server.connections(), 2u);
}

TEST(ClientTest, DoesNotRepeatAfterTheFirstByteOfAnAnswer) {
    CallServer server([](Peer& peer, std::size_t) {
        peer.read_request();
        peer.answer("a");
        peer.read_request();
        peer.send("H");
    });
    const auto client = open_client();
    EXPECT_TRUE(get(*client, server.url("/")));

    EXPECT_TRUE(has(cause(get(*client, server.url("/"))), "partial message"));
    EXPECT_EQ(server.connections(), 1u);
}

TEST(ClientTest, ManyThreadsShareAFewConnections) {
    CallServer server(say_hello);
    ClientSettings settings = test_settings();
    settings.connections_per_host_max = 3;
    const auto client = open_client(settings);
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;

    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 25; ++j) {
                good += get(*client, server.url("/")) ? 1 : 0;
            }
        });
    }
    for (std::thread& each : threads) {
        each.join();
    }

    EXPECT_EQ(good, 200);
    EXPECT_LE(server.connections(), 3u);
}

TEST(ClientTest, IsGivenAsAFunction) {
    CallServer server(say_hello);
    const auto client = open_client();
    const Fetch fetch = client->function();
    boost::asio::io_context context;
    std::string body;
    auto run = [](const Fetch& with, FetchRequest what,
                  std::string& to) -> boost::asio::awaitable<void> {
        const Result<FetchResponse> answer = co_await with(std::move(what));
        to = answer ? answer->body : cause(answer);
    };

    boost::asio::co_spawn(context, run(fetch, get_request(server.url("/")), body),
                          boost::asio::detached);
    context.run();

    EXPECT_EQ(body, "hello");
}

}  // namespace
}  // namespace charter::http::testing
