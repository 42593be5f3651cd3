// Well-formed requests over one connection, as ordinary clients send them.
#include "charter/base/json.hpp"
#include "http/test_server.hpp"

namespace charter::http::testing {
namespace {

class SessionTest : public ::testing::Test {
protected:
    TestServer server;
    RawClient client{server.port()};
};

TEST_F(SessionTest, AnswersWithTheHeadersThatMustBeThere) {
    const Answer answer = client.exchange(get("/hello"));

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("content-length"), "5");
    EXPECT_EQ(answer.header("content-type"), "text/plain");
    EXPECT_EQ(answer.header("x-request-id").size(), 32U);
    EXPECT_EQ(answer.header("date").size(), 29U);
    EXPECT_TRUE(answer.header("date").ends_with(" GMT"));
    EXPECT_EQ(answer.header("connection"), "");
}

TEST_F(SessionTest, EachRequestHasAnIdOfItsOwn) {
    const std::string first = client.exchange(get("/hello")).header("x-request-id");
    const std::string second = client.exchange(get("/hello")).header("x-request-id");

    EXPECT_NE(first, second);
}

TEST_F(SessionTest, PipelinedRequestsAreAnsweredInOrder) {
    std::string all;
    for (int i = 0; i < 2'000; ++i) {
        all += get("/items/" + std::to_string(i)) + post("/echo", "b" + std::to_string(i));
    }
    std::thread sender([&] { client.send(all); });

    for (int i = 0; i < 2'000; ++i) {
        EXPECT_EQ(client.read().body, std::to_string(i));
        EXPECT_EQ(client.read().body, "b" + std::to_string(i));
    }
    sender.join();
}

TEST_F(SessionTest, RequestsMayArriveByteByByte) {
    for (const char c : post("/echo", "body") + get("/hello")) {
        client.send(std::string_view(&c, 1));
    }

    EXPECT_EQ(client.read().body, "body");
    EXPECT_EQ(client.read().body, "hello");
}

TEST_F(SessionTest, LargeBodiesAreReadWhole) {
    const std::string body(limits::body_bytes_max, 'x');

    EXPECT_EQ(client.exchange(post("/echo", body)).body, body);
    EXPECT_EQ(client.exchange(post("/echo", "")).body, "");
}

TEST_F(SessionTest, ChunkedBodiesAreRead) {
    const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n";

    client.send(head + "5\r\nhello\r\nA;note=\"x\"\r\n, chunked!\r\n0\r\nX-Sum: 1\r\n\r\n");
    client.send(get("/hello"));

    EXPECT_EQ(client.read().body, "hello, chunked!");
    EXPECT_EQ(client.read().body, "hello");
}

TEST_F(SessionTest, ChunkedBodiesMayArriveByteByByte) {
    const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const char c : head + "5\r\nhello\r\n1\r\n!\r\n00\r\nX: y\r\n\r\n" + get("/hello")) {
        client.send(std::string_view(&c, 1));
    }

    EXPECT_EQ(client.read().body, "hello!");
    EXPECT_EQ(client.read().body, "hello");
}

TEST_F(SessionTest, ManyChunksMakeOneBody) {
    std::string chunks;
    for (int i = 0; i < 50'000; ++i) {
        chunks += "3\r\nabc\r\n";
    }
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");

    EXPECT_EQ(client.exchange(chunks + "0\r\n\r\n").body.size(), 150'000U);
}

TEST_F(SessionTest, GzipBodiesAreExpanded) {
    const std::string text(10'000, 'z');

    EXPECT_EQ(client.exchange(post("/echo", gzip(text), "Content-Encoding: gzip\r\n")).body, text);
}

TEST_F(SessionTest, HeadIsAnsweredLikeGetWithoutTheBody) {
    client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/hello"));

    const Answer answer = client.read(true);

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-length"), "5");
    EXPECT_EQ(client.read().body, "hello");
}

TEST_F(SessionTest, AnotherMethodOfAKnownPathIs405WithAllow) {
    const Answer answer = client.exchange("DELETE /items/1 HTTP/1.1\r\nHost: a\r\n\r\n");

    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.header("allow"), "GET, HEAD, OPTIONS, PUT");
    EXPECT_EQ(client.exchange(get("/hello")).status, 200);
}

TEST_F(SessionTest, AnUnknownPathIs404AndKeepsTheConnection) {
    for (const char* path : {"/nothing", "/hello/", "//hello", "/items", "/items/", "/tail"}) {
        EXPECT_EQ(client.exchange(get(path)).status, 404) << path;
    }
    EXPECT_EQ(client.exchange(post("/nothing", "body")).status, 404);
    EXPECT_EQ(client.exchange(get("/hello")).status, 200);
}

TEST_F(SessionTest, OptionsNamesTheMethods) {
    const Answer one = client.exchange("OPTIONS /items/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    const Answer all = client.exchange("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");

    EXPECT_EQ(one.status, 204);
    EXPECT_EQ(one.header("allow"), "GET, HEAD, OPTIONS, PUT");
    EXPECT_EQ(all.status, 204);
    EXPECT_EQ(all.header("allow"), "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
}

TEST_F(SessionTest, NoContentHasNoLength) {
    const Answer answer = client.exchange("PUT /items/1 HTTP/1.1\r\nHost: a\r\n\r\n");

    EXPECT_EQ(answer.status, 204);
    EXPECT_FALSE(answer.headers.contains("content-length"));
    EXPECT_EQ(client.exchange(get("/hello")).status, 200);
}

TEST_F(SessionTest, PathAndQueryAreDecodedOnce) {
    EXPECT_EQ(client.exchange(get("/items/a%20b%2Fc%2525%C3%A9")).body, "a b/c%25\u00e9");
    EXPECT_EQ(client.exchange(get("/%69tems/x")).body, "x");
    EXPECT_EQ(client.exchange(get("/tail/a/b%20c")).body, "a/b c");
    EXPECT_EQ(client.exchange(get("/query?b=1&a=%26%3D&b=2&c&d=+&&e==")).body,
              "b=1;a=&=;b=2;c=;d=+;e==;");
}

TEST_F(SessionTest, ExpectationIsMetBeforeTheBodyIsSent) {
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";

    EXPECT_EQ(client.exchange(head).status, 100);
    EXPECT_EQ(client.exchange("body").body, "body");
    EXPECT_EQ(client.exchange(head + "body").body, "body");
}

TEST_F(SessionTest, ExpectationIsNotMetWhereTheBodyIsNotWanted) {
    const Answer answer = client.exchange(
        "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");

    EXPECT_EQ(answer.status, 404);
    EXPECT_TRUE(client.closed());
}

TEST_F(SessionTest, ClosesWhenAskedTo) {
    const Answer answer =
        client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n");

    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.header("connection"), "close");
    EXPECT_TRUE(client.closed());
}

TEST_F(SessionTest, Http10IsAnsweredAndClosed) {
    EXPECT_EQ(client.exchange("GET /hello HTTP/1.0\r\n\r\n").body, "hello");
    EXPECT_TRUE(client.closed());
}

TEST_F(SessionTest, AnEmptyLineBeforeARequestIsSkipped) {
    EXPECT_EQ(client.exchange("\r\n" + get("/hello")).body, "hello");
    EXPECT_EQ(client.exchange("\r\n" + get("/hello")).body, "hello");
}

TEST_F(SessionTest, ACallerWhoStopsSendingStillGetsTheAnswer) {
    client.send(get("/hello"));
    client.close_sending();

    EXPECT_EQ(client.read().body, "hello");
    EXPECT_TRUE(client.closed());
}

TEST_F(SessionTest, HalfARequestIsNotAnswered) {
    client.send("GET /hello HTTP/1.1\r\nHost:");
    client.close_sending();

    EXPECT_TRUE(client.closed());
}

TEST_F(SessionTest, EachAnswerIsLoggedAndCounted) {
    client.exchange(get("/hello"));
    client.exchange(get("/items/7"));
    client.exchange(get("/nothing"));
    // A log line is written after its answer, and before the next is read.
    client.exchange(get("/"));

    EXPECT_TRUE(server.logged().starts_with(
        "GET /hello user:ana 200\nGET /items/{item}  200\nGET   404\n"));
    const std::string metrics = server.metrics.render();
    EXPECT_NE(metrics.find("charter_http_requests_total{route=\"/items/{item}\",method=\"GET\","
                           "status=\"2xx\"} 1\n"),
              std::string::npos);
    EXPECT_NE(metrics.find("charter_http_requests_total{route=\"none\",method=\"none\","
                           "status=\"4xx\"} 1\n"),
              std::string::npos);
    EXPECT_NE(metrics.find("charter_http_request_seconds_count{route=\"/hello\",method=\"GET\"} 1"),
              std::string::npos);
    EXPECT_NE(metrics.find("charter_http_connections 1\n"), std::string::npos);
}

TEST(ServerTest, ManyThreadsServeOnePort) {
    TestServer server({}, 4);

    for (int i = 0; i < 100; ++i) {
        RawClient client(server.port());
        EXPECT_EQ(client.exchange(get("/hello")).body, "hello");
    }
}

}  // namespace
}  // namespace charter::http::testing
