// The HTTP client and the commands around it, against a server of one thread
// that answers what the test says and keeps what it was sent.
#include "charter/cli/cli.hpp"
#include "cli/client.hpp"
#include "cli/connection.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <string>
#include <thread>
#include <vector>

namespace charter::cli {

namespace {

namespace asio = boost::asio;

// Accepts one connection and answers its requests one after the other.
class Scripted {
public:
    explicit Scripted(std::vector<std::string> answers)
        : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
          thread_([this, script = std::move(answers)] { serve(script); }) {}
    ~Scripted() { join(); }

    ServerAddress address() const { return {"127.0.0.1", std::to_string(port())}; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
    /// The heads of the requests; waits until the script has ended.
    const std::vector<std::string>& heads() {
        join();
        return heads_;
    }

private:
    unsigned port() const { return acceptor_.local_endpoint().port(); }

    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    void serve(const std::vector<std::string>& answers) {
        asio::ip::tcp::socket socket(io_);
        acceptor_.accept(socket);
        std::string buffer;
        boost::system::error_code failed;
        for (const std::string& answer : answers) {
            const std::size_t size =
                asio::read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", failed);
            heads_.push_back(buffer.substr(0, size));
            buffer.erase(0, size);
            asio::write(socket, asio::buffer(answer), failed);
        }
    }

    asio::io_context io_;
    asio::ip::tcp::acceptor acceptor_;
    std::vector<std::string> heads_;
    std::thread thread_;
};

const std::string ok_answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
const std::string forbidden_answer =
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

Call get(std::string path) {
    Call call;
    call.method = "GET";
    call.path = std::move(path);
    return call;
}

int run(std::vector<std::string> arguments) {
    CLI::App app;
    int exit_code = -1;
    add_commands(app, exit_code);
    std::ranges::reverse(arguments);  // CLI11 takes them from the back
    app.parse(std::move(arguments));
    return exit_code;
}

// A port on which nobody listens: one that was free a moment ago.
std::string silent_url() {
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    return "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
}

}  // namespace

TEST(ServerAddressTest, ReadsHostAndPort) {
    EXPECT_EQ(ServerAddress::parse("http://127.0.0.1:8080")->port, "8080");
    EXPECT_EQ(ServerAddress::parse("http://charter.example/")->port, "80");
    EXPECT_EQ(ServerAddress::parse("http://[::1]:9000")->host, "::1");
    EXPECT_EQ(ServerAddress::parse("https://charter.example")->url(), "https://charter.example:443");
    EXPECT_EQ(ServerAddress::parse("https://[::1]:8443/")->url(), "https://[::1]:8443");
    EXPECT_FALSE(ServerAddress::parse("http://charter.example")->tls);
}

TEST(ServerAddressTest, RefusesWhatIsNoAddress) {
    for (const char* url :
         {"", "127.0.0.1:8080", "https:/a", "ftp://a", "http://", "https://", "https://a:b", "http://a:b",
          "http://a:", "http://u@a", "http://a/b", "http://a\r\nb", "http://[::1", "http://a?b"}) {
        EXPECT_FALSE(ServerAddress::parse(url)) << url;
    }
}

TEST(ClientTest, SendsItsTokenAndKeepsTheConnection) {
    Scripted server({ok_answer, ok_answer});
    Client client(server.address(), Secret("chr_1_2"));

    const Result<Answer> first = client.call(get("/api/v1/me"));
    const Result<Answer> second = client.call(get("/api/v1/domains"));

    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->body, "{}");
    EXPECT_EQ(first->content_type, "application/json");
    ASSERT_EQ(server.heads().size(), 2u);
    EXPECT_NE(server.heads()[0].find("GET /api/v1/me HTTP/1.1\r\n"), std::string::npos);
    EXPECT_NE(server.heads()[0].find("Authorization: Bearer chr_1_2\r\n"), std::string::npos);
}

TEST(ClientTest, AsksAsNobodyWithoutAToken) {
    Scripted server({ok_answer});
    Client client(server.address(), Secret(""));

    ASSERT_TRUE(client.call(get("/healthz")));

    EXPECT_EQ(server.heads()[0].find("Authorization"), std::string::npos);
}

TEST(ClientTest, TakesAnAnswerThatIsCutOffForNone) {
    Scripted server({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"});
    Client client(server.address(), Secret(""));

    const Result<Answer> answer = client.call(get("/"));

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::unavailable);
}

TEST(CommandsTest, ApiPrintsTheAnswerAndEndsWith0) {
    Scripted server({ok_answer});

    testing::internal::CaptureStdout();
    const int code = run({"api", "get", "domains", "--server", server.url(), "--token", "t"});

    EXPECT_EQ(testing::internal::GetCapturedStdout(), "{}\n");
    EXPECT_EQ(code, 0);
    EXPECT_TRUE(server.heads()[0].starts_with("GET /api/v1/domains HTTP/1.1\r\n"));
}

TEST(CommandsTest, ApiEndsWith1WhenRefused) {
    Scripted server({forbidden_answer});

    EXPECT_EQ(run({"api", "GET", "/api/v1/domains", "--server", server.url()}), 1);
}

TEST(CommandsTest, ApiEndsWith2ForWhatCannotBeSent) {
    EXPECT_EQ(run({"api", "BREW", "domains"}), 2);
    EXPECT_EQ(run({"api", "GET", "a b"}), 2);
    EXPECT_EQ(run({"api", "GET", "domains", "--server", "https//a"}), 2);
    EXPECT_EQ(run({"api", "PUT", "domains/a", "--data", "/no/such/file"}), 2);
    EXPECT_EQ(run({"api", "GET", "domains", "-H", "no colon"}), 2);
    EXPECT_EQ(run({"api", "GET", "domains", "--token", "two\nlines"}), 2);
}

TEST(CommandsTest, EveryCommandEndsWith3WhenNobodyAnswers) {
    const std::string nobody = silent_url();

    EXPECT_EQ(run({"api", "GET", "domains", "--server", nobody}), 3);
    EXPECT_EQ(run({"ledger", "verify", "--server", nobody, "--token", "t"}), 3);
    EXPECT_EQ(run({"token", "create", "user:ana", "--name", "x", "--server", nobody}), 3);
    EXPECT_EQ(run({"grants", "list", "--server", nobody, "--token", "t"}), 3);
    EXPECT_EQ(run({"access", "explain", "a/b", "--server", nobody, "--token", "t"}), 3);
    EXPECT_EQ(run({"demo", "--server", nobody, "--token", "t", "--storage-dir", "/no/such"}), 3);
}

TEST(CommandsTest, UnknownCommandsAreParseErrors) {
    EXPECT_THROW(run({"no-such-command"}), CLI::ParseError);
    EXPECT_THROW(run({"token"}), CLI::ParseError);
}

TEST(ProblemTextTest, NamesTheProblemAndEveryWrongPlace) {
    const Answer answer{400, "application/problem+json",
                        R"({"type": "urn:charter:problem:invalid-request", "detail": "no",
                            "errors": [{"pointer": "/a", "detail": "is not"}]})"};

    EXPECT_EQ(problem_text(answer), "400 invalid-request: no\n  /a: is not");
    EXPECT_EQ(problem_text(Answer{502, "text/html", "<html>"}), "502");
}

}  // namespace charter::cli
