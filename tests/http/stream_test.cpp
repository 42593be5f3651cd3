// Answers that are not one string: streams and files.
#include "http/test_server.hpp"
#include "http/tls_folder.hpp"

#include <cstdlib>

#include <boost/asio/steady_timer.hpp>

#include <fcntl.h>

namespace charter::http::testing {
namespace {

using boost::asio::awaitable;

// A stream of the pieces, then whatever `last` does.
Handler stream_of(std::vector<std::string> pieces, NextChunk last) {
    return [pieces, last](Request&) -> awaitable<Response> {
        Response response;
        response.content_type = "application/x-ndjson";
        auto index = std::make_shared<std::size_t>(0);
        response.next_chunk = [pieces, last, index]() -> awaitable<std::optional<std::string>> {
            if (*index < pieces.size()) {
                std::optional<std::string> piece(pieces[(*index)++]);
                co_return piece;
            }
            co_return co_await last();
        };
        co_return response;
    };
}

awaitable<std::optional<std::string>> end_stream() {
    co_return std::nullopt;
}

awaitable<std::optional<std::string>> break_stream() {
    throw std::runtime_error("the source broke");
    co_return std::nullopt;
}

class StreamTest : public ::testing::TestWithParam<bool> {
protected:
    StreamTest() {
        char name[] = "/tmp/charter_http_XXXXXX";
        const int created = ::mkstemp(name);
        path_ = name;
        for (std::size_t i = 0; i < content.size(); ++i) {
            content[i] = static_cast<char>('a' + i % 26);
        }
        EXPECT_EQ(::write(created, content.data(), content.size()),
                  static_cast<ssize_t>(content.size()));
        ::close(created);

        router.add(Method::get, "/stream", stream_of({"one\n", "", "two\n"}, end_stream));
        router.add(Method::get, "/broken", stream_of({"one\n"}, break_stream));
        router.add(Method::get, "/endless",
                   stream_of({"one\n"}, [this] { return wait_forever(); }));
        router.add(
            Method::get, "/large",
            stream_of(std::vector<std::string>(64, std::string(1024 * 1024, 'x')), end_stream));
        add_file("/file", 0, content.size());
        add_file("/part", 10, 5);
        add_file("/short", 0, content.size() + 1);
        ServerOptions options;
        options.access_log = nullptr;
        options.threads = 1;
        options.limits.stop_deadline = std::chrono::hours(1);
        options.listen.push_back(Endpoint{"127.0.0.1", 0});
        if (GetParam()) {
            options.tls = tls.files;
        }
        server = std::make_unique<Server>(options, router, metrics);
        EXPECT_TRUE(server->start());
        client = std::make_unique<RawClient>(server->endpoints().at(0).port,
                                             GetParam() ? tls.client.get() : nullptr);
    }

    ~StreamTest() override { ::unlink(path_.c_str()); }

    // Tells the test that the stream waits, then does so.
    awaitable<std::optional<std::string>> wait_forever() {
        boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                        std::chrono::hours(24));
        waiting.set_value();
        co_await never.async_wait(boost::asio::use_awaitable);
        co_return std::nullopt;
    }

    void add_file(const char* pattern, std::uint64_t offset, std::uint64_t length) {
        router.add(Method::get, pattern, [this, offset, length](Request&) -> awaitable<Response> {
            Response response;
            response.status = length < content.size() ? 206 : 200;
            FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
            response.file.emplace(FileBody{std::move(file), offset, length});
            co_return response;
        });
    }

    std::string content = std::string(5 * 1024 * 1024 + 17, ' ');
    std::string path_;
    std::promise<void> waiting;
    TlsFolder tls;
    Router router;
    Metrics metrics;
    std::unique_ptr<Server> server;
    std::unique_ptr<RawClient> client;
};

TEST_P(StreamTest, ChunksArriveInOrderAndTheConnectionGoesOn) {
    const Answer answer = client->exchange(get("/stream"));

    EXPECT_EQ(answer.header("transfer-encoding"), "chunked");
    EXPECT_EQ(answer.body, "one\ntwo\n");
    EXPECT_TRUE(client->complete());
    EXPECT_EQ(client->exchange(get("/stream")).body, "one\ntwo\n");
}

TEST_P(StreamTest, ALongStreamIsSentWhole) {
    EXPECT_EQ(client->exchange(get("/large")).body.size(), 64U * 1024 * 1024);
    EXPECT_TRUE(client->complete());
}

TEST_P(StreamTest, HeadDoesNotRunTheStream) {
    client->send("HEAD /broken HTTP/1.1\r\nHost: a\r\n\r\n");

    EXPECT_EQ(client->read(true).status, 200);
    EXPECT_EQ(client->exchange(get("/stream")).body, "one\ntwo\n");
}

TEST_P(StreamTest, AnOldClientGetsTheStreamUntilTheConnectionCloses) {
    const Answer answer = client->exchange("GET /stream HTTP/1.0\r\n\r\n");

    EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
    EXPECT_EQ(answer.body, "one\ntwo\n");
}

TEST_P(StreamTest, ABrokenStreamDoesNotLookComplete) {
    const Answer answer = client->exchange(get("/broken"));

    EXPECT_EQ(answer.body, "one\n");
    EXPECT_FALSE(client->complete());
    EXPECT_TRUE(client->closed());
}

TEST_P(StreamTest, TheServersStopEndsAStreamThatWaits) {
    client->send(get("/endless"));
    waiting.get_future().wait();

    server->stop();

    EXPECT_EQ(client->read().body, "one\n");
    EXPECT_FALSE(client->complete());
}

TEST_P(StreamTest, AFileIsSentWhole) {
    const Answer answer = client->exchange(get("/file"));

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("content-length"), std::to_string(content.size()));
    EXPECT_TRUE(answer.body == content);
}

TEST_P(StreamTest, APartOfAFileIsSent) {
    const Answer answer = client->exchange(get("/part"));

    EXPECT_EQ(answer.status, 206);
    EXPECT_EQ(answer.body, content.substr(10, 5));
    EXPECT_EQ(client->exchange(get("/part")).body, content.substr(10, 5));
}

TEST_P(StreamTest, HeadOfAFileHasItsLength) {
    client->send("HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n" + get("/part"));

    EXPECT_EQ(client->read(true).header("content-length"), std::to_string(content.size()));
    EXPECT_EQ(client->read().body, content.substr(10, 5));
}

TEST_P(StreamTest, AFileThatIsShorterThanSaidCutsTheConnection) {
    const Answer answer = client->exchange(get("/short"));

    EXPECT_TRUE(answer.body == content);
    EXPECT_TRUE(client->closed());
}

INSTANTIATE_TEST_SUITE_P(Over, StreamTest, ::testing::Bool(),
                         [](const auto& over) { return over.param ? "Tls" : "Plain"; });

}  // namespace
}  // namespace charter::http::testing
