// What must be refused before any handler runs, where a test needs routes or a pace of its
// own. The table of all such requests is tests/hostile, run by tests/api/test_hostile.py.
#include "charter/base/json.hpp"
#include "http/test_server.hpp"

#include <utility>
#include <vector>

namespace charter::http::testing {
namespace {

// A second request that must never be answered.
const std::string smuggled = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

class HostileTest : public ::testing::Test {
protected:
    TestServer server;
};

TEST_F(HostileTest, RefusesAsWellWhenEachByteComesAlone) {
    const std::string begin = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    const std::string chunked = begin + "Transfer-Encoding: chunked\r\n\r\n";
    for (const auto& [bytes, status] : std::vector<std::pair<std::string, int>>{
             {begin + "Transfer-Encoding: xchunked\r\n\r\n", 400},
             {begin + "X: a\r\n b\r\n\r\n", 400},
             {chunked + "5\r\nhelloworld\r\n0\r\n\r\n", 400},
             {chunked + "fffffffffffffff0\r\n", 413}}) {
        SCOPED_TRACE(bytes);
        RawClient client(server.port());
        for (const char c : bytes + smuggled) {
            if (!client.send(std::string_view(&c, 1))) {
                break;
            }
        }

        EXPECT_EQ(client.read().status, status);
        EXPECT_TRUE(client.closed());
    }
}

TEST_F(HostileTest, ChunksOverTheRoutesOwnLimitAreRefused) {
    RawClient client(server.port());

    const Answer answer =
        client.exchange("POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "f\r\n0123456789abcde\r\n2\r\n");

    EXPECT_EQ(answer.status, 413);
    EXPECT_TRUE(client.closed());
}

TEST_F(HostileTest, GzipIsBoundedByWhatItExpandsTo) {
    const std::string bomb = gzip(std::string(8 * 1024 * 1024, 'a'));
    RawClient client(server.port());

    const Answer answer = client.exchange(post("/echo", bomb, "Content-Encoding: gzip\r\n"));

    EXPECT_EQ(answer.status, 413);
    EXPECT_TRUE(client.closed());
}

TEST_F(HostileTest, TooLargeIsAnsweredToACallerWhoIsStillSending) {
    RawClient client(server.port());
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n");
    client.send(std::string(4'000'000, 'x'));

    EXPECT_EQ(client.read().status, 413);
    EXPECT_TRUE(client.closed());
}

TEST_F(HostileTest, HeaderOfExactlyTheLimitIsRead) {
    const std::string begin = "GET /hello HTTP/1.1\r\nHost: a\r\nX: ";
    const std::string exact =
        begin + std::string(limits::header_bytes_max - begin.size() - 4, 'a') + "\r\n\r\n";
    RawClient client(server.port());

    EXPECT_EQ(client.exchange(exact).status, 200);
    EXPECT_EQ(client.exchange(get("/hello")).status, 200);
}

TEST_F(HostileTest, ADefectSaysNothingOfItselfAndKeepsTheConnection) {
    RawClient client(server.port());

    const Answer answer = client.exchange(get("/throw"));

    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(answer.body.find("secret"), std::string::npos);
    EXPECT_EQ(client.exchange(get("/hello")).status, 200);
}

TEST_F(HostileTest, AHeaderThatWouldSplitTheAnswerIsADefect) {
    RawClient client(server.port());

    const Answer answer = client.exchange(get("/split"));

    EXPECT_EQ(answer.status, 500);
    EXPECT_FALSE(answer.headers.contains("set-cookie"));
}

}  // namespace
}  // namespace charter::http::testing
