// Deadlines, caps and the end of a server. Deadlines are made short; no test
// measures time, each waits for what the deadline must cause.
#include "http/test_server.hpp"
#include "http/transfer_window.hpp"

#include <chrono>

namespace charter::http::testing {
namespace {

using namespace std::chrono_literals;

ConnectionLimits quick() {
    ConnectionLimits limits;
    limits.tick = 5ms;
    return limits;
}

TEST(TransferWindowTest, ACallerWhoIsSteadyMayTakeLongAndOneWhoDripsMayNot) {
    const TransferWindow::Clock::time_point start;
    const std::uint64_t least = 30 * limits::transfer_bytes_per_s_min;
    TransferWindow window;
    window.begin(start, 100);

    EXPECT_EQ(window.deadline(start + 29s, 100 + least - 1, 30s), start + 30s);
    EXPECT_EQ(window.deadline(start + 29s, 100 + least, 30s), start + 59s);
    EXPECT_EQ(window.deadline(start + 58s, 101 + least, 30s), start + 59s);
}

TEST(DeadlineTest, AnIdleConnectionIsClosedWithoutAWord) {
    ConnectionLimits limits = quick();
    limits.idle_deadline = 20ms;
    TestServer server(limits);
    RawClient silent(server.port());
    RawClient after(server.port());
    EXPECT_EQ(after.exchange(get("/hello")).status, 200);

    EXPECT_TRUE(silent.closed());
    EXPECT_TRUE(after.closed());
}

TEST(DeadlineTest, AHeadThatDoesNotEndIs408) {
    ConnectionLimits limits = quick();
    limits.header_deadline = 20ms;
    TestServer server(limits);
    RawClient client(server.port());

    EXPECT_EQ(client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n").status, 408);
    EXPECT_TRUE(client.closed());
}

TEST(DeadlineTest, ABodyThatDoesNotEndIs408) {
    ConnectionLimits limits = quick();
    limits.body_deadline = 20ms;
    TestServer server(limits);
    RawClient sized(server.port());
    RawClient chunked(server.port());

    EXPECT_EQ(
        sized.exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel").status,
        408);
    EXPECT_EQ(chunked
                  .exchange("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "5\r\nhel")
                  .status,
              408);
    EXPECT_TRUE(sized.closed());
    EXPECT_TRUE(chunked.closed());
}

TEST(DeadlineTest, ACallerWhoNeverReadsIsCutOff) {
    ConnectionLimits limits = quick();
    limits.write_deadline = 50ms;
    TestServer server(limits);
    RawClient client(server.port());
    client.send(get("/large"));

    // Logged when the server has given up, before which nothing was read here.
    while (server.logged().empty()) {
        std::this_thread::yield();
    }

    EXPECT_LT(client.read().body.size(), 64U * 1024 * 1024);
}

TEST(DeadlineTest, AHandlerThatWaitsIsUnderNoDeadline) {
    ConnectionLimits limits = quick();
    limits.idle_deadline = limits.header_deadline = limits.body_deadline = 20ms;
    TestServer server(limits);
    RawClient waiting(server.port());
    waiting.send(get("/gate"));
    server.gate.wait_until_entered();

    // An idle connection made later has run into its deadline.
    RawClient idle(server.port());
    EXPECT_TRUE(idle.closed());
    server.gate.release();

    EXPECT_EQ(waiting.read().body, "released");
}

TEST(CapTest, ConnectionsInAllAreLimited) {
    ConnectionLimits limits;
    limits.connections_max = 2;
    TestServer server(limits);
    RawClient first(server.port());
    RawClient second(server.port());
    EXPECT_EQ(first.exchange(get("/hello")).status, 200);
    EXPECT_EQ(second.exchange(get("/hello")).status, 200);

    RawClient third(server.port());

    EXPECT_EQ(third.read().status, 503);
    EXPECT_TRUE(third.closed());
    EXPECT_EQ(first.exchange(get("/hello")).status, 200);
}

TEST(CapTest, ConnectionsOfOneAddressAreLimitedAndGivenBack) {
    ConnectionLimits limits;
    limits.connections_per_address_max = 1;
    TestServer server(limits);
    {
        RawClient first(server.port());
        EXPECT_EQ(first.exchange(get("/hello")).status, 200);
        RawClient second(server.port());
        const Answer refused = second.read();
        EXPECT_EQ(refused.status, 429);
        EXPECT_EQ(refused.header("retry-after"), "1");
    }

    int status = 429;
    while (status != 200) {  // until the server has seen that the first is gone
        RawClient next(server.port());
        status = next.exchange(get("/hello")).status;
    }
    EXPECT_EQ(status, 200);
}

TEST(StopTest, ARequestInFlightIsAnsweredAndIdleConnectionsAreClosed) {
    TestServer server;
    RawClient idle(server.port());
    EXPECT_EQ(idle.exchange(get("/hello")).status, 200);
    RawClient waiting(server.port());
    waiting.send(get("/gate"));
    server.gate.wait_until_entered();

    std::thread stopper([&] { server.server->stop(); });
    EXPECT_TRUE(idle.closed());
    server.gate.release();

    const Answer answer = waiting.read();
    EXPECT_EQ(answer.body, "released");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(waiting.closed());
    stopper.join();
    EXPECT_FALSE(RawClient(server.port()).connected());
}

TEST(StopTest, DoesNotWaitForeverForAHandler) {
    ConnectionLimits limits = quick();
    limits.stop_deadline = 20ms;
    TestServer server(limits);
    RawClient waiting(server.port());
    waiting.send(get("/gate"));
    server.gate.wait_until_entered();

    server.server->stop();

    SUCCEED();
}

TEST(StopTest, AServerMayStopBeforeItStarts) {
    const Router router;
    Metrics metrics;
    Server server(ServerOptions(), router, metrics);

    server.stop();

    EXPECT_TRUE(server.endpoints().empty());
}

TEST(ListenTest, AnAddressInUseIsAnErrorAlthoughItsPortIsShared) {
    TestServer running({}, 2);
    const Router router;
    Metrics metrics;
    ServerOptions options;
    options.listen.push_back(Endpoint{"127.0.0.1", running.port()});
    Server second(options, router, metrics);

    const Result<> started = second.start();

    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), ErrorCode::unavailable);
    EXPECT_NE(started.error().message().find("127.0.0.1:"), std::string::npos);
}

TEST(ListenTest, SeveralAddressesAreServed) {
    Router router;
    router.add(Method::get, "/", [](Request&) -> boost::asio::awaitable<Response> {
        co_return json_response(200, "{}");
    });
    Metrics metrics;
    ServerOptions options;
    options.access_log = nullptr;
    options.threads = 2;
    options.listen.assign(2, Endpoint{"127.0.0.1", 0});
    Server server(options, router, metrics);
    ASSERT_TRUE(server.start());

    const std::vector<Endpoint> endpoints = server.endpoints();

    ASSERT_EQ(endpoints.size(), 2U);
    EXPECT_NE(endpoints[0].port, endpoints[1].port);
    for (const Endpoint& endpoint : endpoints) {
        RawClient client(endpoint.port);
        EXPECT_EQ(client.exchange(get("/")).status, 200);
    }
}

TEST(ListenTest, AddressesAreRead) {
    EXPECT_EQ(parse_endpoint("127.0.0.1:8080").value().text(), "127.0.0.1:8080");
    EXPECT_EQ(parse_endpoint("localhost:0").value().text(), "127.0.0.1:0");
    EXPECT_EQ(parse_endpoint("[::1]:80").value().text(), "[::1]:80");
    for (const char* text : {"", "8080", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "a:1",
                             "::1:80", "[127.0.0.1]:80", "127.0.0.1:8x", "127.0.0.1:-1"}) {
        EXPECT_FALSE(parse_endpoint(text)) << text;
    }
}

}  // namespace
}  // namespace charter::http::testing
