// What must be refused before any handler runs: each case with its status, and
// the connection closed after it so that nothing behind it is read as a request.
#include "charter/base/json.hpp"
#include "http/test_server.hpp"

#include <vector>

namespace charter::http::testing {
namespace {

struct Case {
    std::string name;
    std::string bytes;
    int status;
};

const std::string host = "Host: a\r\n";

std::string with(const std::string& headers, const std::string& body = "") {
    return "POST /echo HTTP/1.1\r\n" + headers + "\r\n" + body;
}

// A second request that must never be answered.
const std::string smuggled = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

std::vector<Case> request_lines() {
    const auto line = [](const std::string& text) { return text + "\r\n" + host + "\r\n"; };
    return {
        {"lower-case method", line("get /hello HTTP/1.1"), 405},
        {"unknown method", line("BREW /hello HTTP/1.1"), 405},
        {"CONNECT", line("CONNECT a:443 HTTP/1.1"), 405},
        {"TRACE", line("TRACE /hello HTTP/1.1"), 405},
        {"method outside the grammar", line("G(T /hello HTTP/1.1"), 400},
        {"space before the method", line(" GET /hello HTTP/1.1"), 400},
        {"tab between", line("GET\t/hello\tHTTP/1.1"), 400},
        {"two spaces", line("GET  /hello HTTP/1.1"), 400},
        {"space at the end", line("GET /hello HTTP/1.1 "), 400},
        {"space in the target", line("GET /hel lo HTTP/1.1"), 400},
        {"no version", line("GET /hello"), 400},
        {"only a method", line("GET"), 400},
        {"HTTP/0.9", line("GET /hello HTTP/0.9"), 400},
        {"HTTP/1.2", line("GET /hello HTTP/1.2"), 400},
        {"HTTP/2.0", line("PRI * HTTP/2.0"), 405},
        {"HTTP/2.0 with GET", line("GET /hello HTTP/2.0"), 400},
        {"lower-case version", line("GET /hello http/1.1"), 400},
        {"long version", line("GET /hello HTTP/1.10"), 400},
        {"absolute form", line("GET http://a/hello HTTP/1.1"), 400},
        {"authority form", line("GET a:80 HTTP/1.1"), 400},
        {"asterisk with GET", line("GET * HTTP/1.1"), 400},
        {"no slash", line("GET hello HTTP/1.1"), 400},
        {"fragment", line("GET /hello#part HTTP/1.1"), 400},
        {"backslash", line("GET /hello\\..\\x HTTP/1.1"), 400},
        {"quote", line("GET /\"hello\" HTTP/1.1"), 400},
        {"angle brackets", line("GET /<hello> HTTP/1.1"), 400},
        {"braces", line("GET /{hello} HTTP/1.1"), 400},
        {"caret", line("GET /hello^ HTTP/1.1"), 400},
        {"pipe in the query", line("GET /query?a=b|c HTTP/1.1"), 400},
        {"brackets in the query", line("GET /query?a[]=1 HTTP/1.1"), 400},
        {"bytes beyond ASCII", line("GET /h\xc3\xa9llo HTTP/1.1"), 400},
        {"NUL in the target", line(std::string("GET /he\0llo HTTP/1.1", 20)), 400},
        {"delete in the target", line("GET /he\x7fllo HTTP/1.1"), 400},
        {"carriage return in the target", line("GET /he\rllo HTTP/1.1"), 400},
        {"broken escape", line("GET /items/a%2 HTTP/1.1"), 400},
        {"escape that is not hexadecimal", line("GET /items/a%zz HTTP/1.1"), 400},
        {"lone percent", line("GET /items/% HTTP/1.1"), 400},
        {"encoded NUL", line("GET /items/a%00b HTTP/1.1"), 400},
        {"encoded bytes that are not UTF-8", line("GET /items/%ff%fe HTTP/1.1"), 400},
        {"overlong UTF-8", line("GET /items/%c0%af HTTP/1.1"), 400},
        {"encoded surrogate", line("GET /items/%ed%a0%80 HTTP/1.1"), 400},
        {"query with a broken escape", line("GET /query?a=%4 HTTP/1.1"), 400},
        {"query that is not UTF-8", line("GET /query?a=%ff HTTP/1.1"), 400},
        {"query with NUL", line("GET /query?%00=1 HTTP/1.1"), 400},
        {"tail with dots", line("GET /tail/a/../b HTTP/1.1"), 400},
        {"tail with encoded dots", line("GET /tail/a/%2e%2e/b HTTP/1.1"), 400},
        {"tail with an encoded slash", line("GET /tail/a%2fb HTTP/1.1"), 400},
        {"bare line feed", "GET /hello HTTP/1.1\nHost: a\n\n", 400},
        {"bare line feed in the headers", "GET /hello HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400},
        {"two empty lines first", "\r\n\r\n" + get("/hello"), 400},
        {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400},
    };
}

std::vector<Case> headers() {
    const auto head = [](const std::string& text) {
        return "GET /hello HTTP/1.1\r\n" + text + "\r\n";
    };
    std::string many = host;
    for (int i = 0; i < 100; ++i) {
        many += "X-" + std::to_string(i) + ": y\r\n";
    }
    std::string parameters = "/query?a=1";
    for (int i = 0; i < 32; ++i) {
        parameters += "&a=1";
    }
    return {
        {"no Host", head(""), 400},
        {"two Hosts", head(host + host), 400},
        {"two Hosts in two cases", head("Host: a\r\nhost: b\r\n"), 400},
        {"empty Host", head("Host:\r\n"), 400},
        {"Host with a user", head("Host: u@a\r\n"), 400},
        {"Host with a path", head("Host: a/b\r\n"), 400},
        {"Host with a list", head("Host: a, b\r\n"), 400},
        {"Host with a space", head("Host: a b\r\n"), 400},
        {"Host with a bad port", head("Host: a:b\r\n"), 400},
        {"Host with half an IPv6 address", head("Host: [::1\r\n"), 400},
        {"obs-fold", head(host + "X: a\r\n b\r\n"), 400},
        {"obs-fold with a tab", head(host + "X: a\r\n\tb\r\n"), 400},
        {"fold before the first header", head(" X: a\r\n" + host), 400},
        {"space before the colon", head(host + "X : a\r\n"), 400},
        {"space in a name", head(host + "X Y: a\r\n"), 400},
        {"no colon", head(host + "nonsense\r\n"), 400},
        {"no name", head(host + ": a\r\n"), 400},
        {"NUL in a name", head(host + std::string("X\0: a\r\n", 7)), 400},
        {"NUL in a value", head(host + std::string("X: a\0b\r\n", 8)), 400},
        {"control character in a value", head(host + "X: a\x01\r\n"), 400},
        {"carriage return in a value", head(host + "X: a\rb\r\n"), 400},
        {"brackets in a name", head(host + "X[]: a\r\n"), 400},
        {"bytes beyond ASCII in a name", head(host + "X\xe9: a\r\n"), 400},
        {"two Authorizations", head(host + "Authorization: a\r\nAuthorization: b\r\n"), 400},
        {"two X-Api-Keys", head(host + "X-Api-Key: a\r\nX-Api-Key: a\r\n"), 400},
        {"unknown expectation", with(host + "Expect: miracles\r\nContent-Length: 1\r\n", "x"), 400},
        {"too many headers", head(many), 431},
        {"too long a header", head(host + "X: " + std::string(9'000, 'a') + "\r\n"), 431},
        {"too long a target", get("/" + std::string(9'000, 'a')), 431},
        {"a header that never ends", head(host).substr(0, 30) + std::string(9'000, 'a'), 431},
        {"too many query parameters", get(parameters), 400},
    };
}

std::vector<Case> bodies() {
    const std::string te = "Transfer-Encoding: ";
    const std::string chunk = "5\r\nhello\r\n0\r\n\r\n";
    const auto chunked = [&](const std::string& body) {
        return with(host + te + "chunked\r\n", body);
    };
    return {
        {"xchunked", with(host + te + "xchunked\r\n", chunk), 400},
        {"gzip, chunked", with(host + te + "gzip, chunked\r\n", chunk), 400},
        {"chunked, gzip", with(host + te + "chunked, gzip\r\n", chunk), 400},
        {"chunked, chunked", with(host + te + "chunked, chunked\r\n", chunk), 400},
        {"chunked twice", with(host + te + "chunked\r\n" + te + "chunked\r\n", chunk), 400},
        {"identity", with(host + te + "identity\r\n"), 400},
        {"empty Transfer-Encoding", with(host + te + "\r\n"), 400},
        {"chunked with a parameter", with(host + te + "chunked;q=1\r\n", chunk), 400},
        {"chunked in quotes", with(host + te + "\"chunked\"\r\n", chunk), 400},
        {"chunked with a vertical tab",
         with(host + te +
                  "\x0b"
                  "chunked\r\n",
              chunk),
         400},
        {"both lengths", with(host + "Content-Length: 5\r\n" + te + "chunked\r\n", chunk), 400},
        {"both lengths, the other order",
         with(host + te + "chunked\r\nContent-Length: 5\r\n", chunk), 400},
        {"two equal lengths", with(host + "Content-Length: 1\r\nContent-Length: 1\r\n", "x"), 400},
        {"two lengths", with(host + "Content-Length: 1\r\nContent-Length: 2\r\n", "xy"), 400},
        {"lengths in a list", with(host + "Content-Length: 1, 1\r\n", "x"), 400},
        {"length with a sign", with(host + "Content-Length: +1\r\n", "x"), 400},
        {"negative length", with(host + "Content-Length: -1\r\n", "x"), 400},
        {"hexadecimal length", with(host + "Content-Length: 0x1\r\n", "x"), 400},
        {"length with a fraction", with(host + "Content-Length: 1.0\r\n", "x"), 400},
        {"length with a space inside", with(host + "Content-Length: 1 1\r\n", "x"), 400},
        {"empty length", with(host + "Content-Length:\r\n", "x"), 400},
        {"length beyond 64 bits", with(host + "Content-Length: 99999999999999999999\r\n"), 413},
        {"length over the limit", with(host + "Content-Length: 1048577\r\n"), 413},
        {"length over the route's limit",
         "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n", 413},
        {"chunks over the route's limit",
         "POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
         "f\r\n0123456789abcde\r\n2\r\n",
         413},
        {"HTTP/1.0 with Transfer-Encoding",
         "POST /echo HTTP/1.0\r\nHost: a\r\n" + te + "chunked\r\n\r\n" + chunk, 400},
        {"chunk size that is no number", chunked("x\r\nhello\r\n0\r\n\r\n"), 400},
        {"chunk size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n"), 400},
        {"chunk size with 0x", chunked("0x5\r\nhello\r\n0\r\n\r\n"), 400},
        {"chunk size with a space", chunked("5 \r\nhello\r\n0\r\n\r\n"), 400},
        {"chunk size beyond 64 bits", chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"), 400},
        {"huge chunk size", chunked("fffffffffffffff0\r\n"), 413},
        {"chunk size with a bare line feed", chunked("5\nhello\r\n0\r\n\r\n"), 400},
        {"chunks with bare line feeds only", chunked("5\nhello\n0\n\n"), 400},
        {"chunk longer than it says", chunked("5\r\nhelloworld\r\n0\r\n\r\n"), 400},
        {"chunk without its end", chunked("5\r\nhello0\r\n\r\n"), 400},
        {"empty chunk size", chunked("\r\nhello\r\n0\r\n\r\n"), 400},
        {"broken chunk extension", chunked("5;=\r\nhello\r\n0\r\n\r\n"), 400},
        {"long chunk extension", chunked("5;a=" + std::string(300, 'b') + "\r\nhello\r\n0\r\n\r\n"),
         400},
        {"endless chunk line", chunked("5;a=" + std::string(20'000, 'b')), 431},
        {"fold in the trailer", chunked("0\r\nX: a\r\n b\r\n\r\n"), 400},
        {"nonsense in the trailer", chunked("0\r\nnonsense\r\n\r\n"), 400},
        {"unknown Content-Encoding", post("/echo", "x", "Content-Encoding: br\r\n"), 415},
        {"two Content-Encodings in a list", post("/echo", "x", "Content-Encoding: gzip, gzip\r\n"),
         415},
        {"not gzip", post("/echo", "x", "Content-Encoding: gzip\r\n"), 400},
    };
}

class HostileTest : public ::testing::Test {
protected:
    void refuse_all(const std::vector<Case>& cases) {
        for (const Case& one : cases) {
            SCOPED_TRACE(one.name);
            RawClient client(server.port());

            const Answer answer = client.exchange(one.bytes + smuggled);

            EXPECT_EQ(answer.status, one.status);
            EXPECT_EQ(answer.header("content-type"), "application/problem+json");
            EXPECT_EQ(answer.header("connection"), "close");
            EXPECT_EQ(answer.header("x-request-id").size(), 32U);
            EXPECT_NE(answer.body.find("\"instance\":\"" + answer.header("x-request-id")),
                      std::string::npos);
            EXPECT_TRUE(client.closed());
        }
        RawClient client(server.port());
        EXPECT_EQ(client.exchange(get("/hello")).status, 200);
        EXPECT_EQ(server.logged().find("POST /echo  2"), std::string::npos);
    }

    TestServer server;
};

TEST_F(HostileTest, RequestLinesOutsideTheGrammarAreRefused) {
    refuse_all(request_lines());
}

TEST_F(HostileTest, HeadersOutsideTheGrammarAreRefused) {
    refuse_all(headers());
}

TEST_F(HostileTest, BodiesOfDoubtfulLengthAreRefused) {
    refuse_all(bodies());
}

TEST_F(HostileTest, RefusesAsWellWhenEachByteComesAlone) {
    for (const auto& one : {bodies().at(0), bodies().at(34), headers().at(10)}) {
        SCOPED_TRACE(one.name);
        RawClient client(server.port());
        for (const char c : one.bytes) {
            if (!client.send(std::string_view(&c, 1))) {
                break;
            }
        }

        EXPECT_EQ(client.read().status, one.status);
        EXPECT_TRUE(client.closed());
    }
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
