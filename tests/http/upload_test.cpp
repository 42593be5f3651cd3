// Bodies that a handler takes piece by piece.
#include "http/test_server.hpp"
#include "http/tls_folder.hpp"

namespace charter::http::testing {
namespace {

using boost::asio::awaitable;

std::string put(std::string_view target, std::size_t length, std::string_view headers = {}) {
    return "PUT " + std::string(target) + " HTTP/1.1\r\nHost: a\r\nContent-Length: " +
           std::to_string(length) + "\r\n" + std::string(headers) + "\r\n";
}

class UploadTest : public ::testing::TestWithParam<bool> {
protected:
    UploadTest() {
        RouteOptions streamed;
        streamed.streamed = true;
        streamed.body_bytes_max = 8 * 1024 * 1024;
        // Counts the bytes; says how many there are and the longest piece.
        router.add(
            Method::put, "/count",
            [this](Request& request) -> awaitable<Response> {
                std::size_t count = 0;
                while (true) {
                    const Result<std::string_view> bytes = co_await request.next_bytes();
                    if (!bytes) {
                        co_return problem(bytes.error(), request.id);
                    }
                    if (bytes->empty()) {
                        break;
                    }
                    count += bytes->size();
                    longest = std::max(longest, bytes->size());
                    sum += std::string(*bytes).find_first_not_of('x') == std::string::npos
                               ? bytes->size()
                               : 0;
                }
                Response response;
                response.content_type = "text/plain";
                response.body = std::to_string(count) + "/" + std::to_string(request.content_length);
                co_return response;
            },
            streamed);
        router.add(
            Method::put, "/refuse",
            [](Request& request) -> awaitable<Response> {
                co_return problem(Error(ErrorCode::forbidden, "no"), request.id);
            },
            streamed);
        router.add(Method::get, "/hello",
                   [](Request&) -> awaitable<Response> { co_return no_content(); });
        start({});
    }

    void start(ConnectionLimits limits) {
        client.reset();
        server.reset();
        ServerOptions options;
        options.access_log = nullptr;
        options.threads = 1;
        options.limits = limits;
        options.listen.push_back(Endpoint{"127.0.0.1", 0});
        if (GetParam()) {
            options.tls = tls.files;
        }
        server = std::make_unique<Server>(options, router, metrics);
        EXPECT_TRUE(server->start());
        client = std::make_unique<RawClient>(server->endpoints().at(0).port,
                                             GetParam() ? tls.client.get() : nullptr);
    }

    TlsFolder tls;
    Router router;
    Metrics metrics;
    std::size_t longest = 0;
    std::size_t sum = 0;
    std::unique_ptr<Server> server;
    std::unique_ptr<RawClient> client;
};

TEST_P(UploadTest, ComePieceByPieceAndTheConnectionGoesOn) {
    constexpr std::size_t length = 5 * 1024 * 1024 + 17;
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(client->send(put("/count", length)));
        ASSERT_TRUE(client->send(std::string(length, 'x')));
        const Answer answer = client->read();
        EXPECT_EQ(answer.body, std::to_string(length) + "/" + std::to_string(length));
    }
    EXPECT_EQ(sum, 2 * length);
    EXPECT_LE(longest, limits::upload_piece_bytes_max);
    EXPECT_EQ(client->exchange(get("/hello")).status, 204);
}

TEST_P(UploadTest, ComeWithTheHeadToo) {
    ASSERT_TRUE(client->send(put("/count", 3) + "xxx" + put("/count", 0) + get("/hello")));

    EXPECT_EQ(client->read().body, "3/3");
    EXPECT_EQ(client->read().body, "0/0");
    EXPECT_EQ(client->read().status, 204);
}

TEST_P(UploadTest, AreAskedForOnlyWhenTheHandlerWantsThem) {
    const std::string expect = "Expect: 100-continue\r\n";

    EXPECT_EQ(client->exchange(put("/count", 3, expect)).status, 100);
    ASSERT_TRUE(client->send("xxx"));
    EXPECT_EQ(client->read().body, "3/3");

    const Answer refused = client->exchange(put("/refuse", 3, expect));
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.header("connection"), "close");
    EXPECT_TRUE(client->closed());
}

TEST_P(UploadTest, ThatAreRefusedEndTheConnectionUnlessTheyAreHereAlready) {
    ASSERT_TRUE(client->send(put("/refuse", 3) + "xxx"));
    EXPECT_EQ(client->read().status, 403);
    EXPECT_EQ(client->exchange(get("/hello")).status, 204);

    // What looks like a request is the body of one.
    ASSERT_TRUE(client->send(put("/refuse", 1'000'000) + get("/hello")));
    EXPECT_EQ(client->read().status, 403);
    EXPECT_TRUE(client->closed());
}

TEST_P(UploadTest, NeedALengthAndNoCoding) {
    EXPECT_EQ(client->exchange("PUT /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                               "3\r\nxxx\r\n0\r\n\r\n")
                  .status,
              400);
    start({});
    const Answer coded = client->exchange(put("/count", 3, "Content-Encoding: gzip\r\n") + "xxx");
    EXPECT_EQ(coded.status, 415);
    EXPECT_EQ(coded.header("accept-encoding"), "identity");
}

TEST_P(UploadTest, OverTheLimitAreRefusedUnread) {
    EXPECT_EQ(client->exchange(put("/count", 8 * 1024 * 1024 + 1)).status, 413);
    EXPECT_TRUE(client->closed());
}

TEST_P(UploadTest, ThatEndEarlyAreAnError) {
    ASSERT_TRUE(client->send(put("/count", 10) + "xxx"));
    client->close_sending();

    // A TLS connection whose end came is not answered any more.
    EXPECT_EQ(client->read().status, GetParam() ? 0 : 408);
}

TEST_P(UploadTest, ThatComeTooSlowlyAreAnError) {
    ConnectionLimits limits;
    limits.body_deadline = std::chrono::milliseconds(50);
    limits.tick = std::chrono::milliseconds(10);
    start(limits);

    ASSERT_TRUE(client->send(put("/count", 10) + "xxx"));

    EXPECT_EQ(client->read().status, 408);
    EXPECT_TRUE(client->closed());
}

INSTANTIATE_TEST_SUITE_P(Over, UploadTest, ::testing::Bool(),
                         [](const auto& over) { return over.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace charter::http::testing
