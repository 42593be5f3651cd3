// The only file of the program's client side that knows Beast.
#include "cli/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace charter::cli {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::chrono::seconds connect_deadline{10};
// Covers a wait of the server's own longest kind (/changes?wait_s=30).
constexpr std::chrono::seconds answer_deadline{60};

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A host goes into the Host header as it is.
bool is_host(std::string_view text) {
    return !text.empty() && text.find_first_of("/?#@[]\\ \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<ServerAddress> ServerAddress::parse(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (url.starts_with("https://")) {
        return Error(ErrorCode::invalid_request,
                     "the client speaks http only; use an address such as http://127.0.0.1:8080");
    }
    const Error malformed(ErrorCode::invalid_request,
                          "a server is written http://host or http://host:port");
    if (!url.starts_with(scheme)) {
        return malformed;
    }
    std::string_view authority = url.substr(scheme.size());
    if (authority.ends_with('/')) {
        authority.remove_suffix(1);
    }

    ServerAddress server;
    std::string_view rest;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) {
            return malformed;
        }
        server.host = authority.substr(1, end - 1);
        rest = authority.substr(end + 1);
    } else {
        const std::size_t end = std::min(authority.find(':'), authority.size());
        server.host = authority.substr(0, end);
        rest = authority.substr(end);
    }
    server.port = rest.empty() ? "80" : std::string(rest.substr(1));
    if (!is_host(server.host) || (!rest.empty() && rest.front() != ':') || !is_port(server.port)) {
        return malformed;
    }
    return server;
}

struct Client::Connection {
    ServerAddress server;
    Secret token;
    asio::io_context io;
    std::optional<beast::tcp_stream> stream;
    beast::flat_buffer buffer;

    Connection(ServerAddress where, Secret secret)
        : server(std::move(where)), token(std::move(secret)) {}

    // Runs one asynchronous operation to its end. tcp_stream keeps deadlines for
    // asynchronous operations only, which is why a blocking client uses them.
    template <class Start>
    error_code wait(std::chrono::seconds deadline, Start start) {
        error_code result;
        stream->expires_after(deadline);
        start([&result](const error_code& failed, const auto&...) { result = failed; });
        io.restart();
        io.run();
        return result;
    }

    error_code connect() {
        error_code failed;
        asio::ip::tcp::resolver resolver(io);
        const auto endpoints = resolver.resolve(server.host, server.port, failed);
        if (failed) {
            return failed;
        }
        stream.emplace(io);
        buffer.clear();
        return wait(connect_deadline, [&](auto done) { stream->async_connect(endpoints, done); });
    }

    std::string host_header() const {
        const bool ipv6 = server.host.find(':') != std::string::npos;
        return (ipv6 ? "[" + server.host + "]" : server.host) + ":" + server.port;
    }

    beast::http::request<beast::http::string_body> message(const Call& call) const {
        beast::http::request<beast::http::string_body> message;
        message.method_string(call.method);
        message.target(call.path);
        message.version(11);
        message.set(beast::http::field::host, host_header());
        message.set(beast::http::field::user_agent, "charter-cli");
        if (!token.reveal().empty()) {
            message.set(beast::http::field::authorization, "Bearer " + std::string(token.reveal()));
        }
        for (const auto& [name, value] : call.headers) {
            message.set(name, value);
        }
        if (!call.body.empty()) {
            if (message.find(beast::http::field::content_type) == message.end()) {
                message.set(beast::http::field::content_type, call.content_type);
            }
            message.body() = call.body;
        }
        message.prepare_payload();
        return message;
    }
};

Client::Client(ServerAddress server, Secret token)
    : connection_(std::make_unique<Connection>(std::move(server), std::move(token))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

Result<Answer> Client::call(const Call& call) {
    Connection& c = *connection_;
    const auto unreachable = [&c](const error_code& failed) {
        c.stream.reset();
        return Error(ErrorCode::unavailable,
                     "no answer from http://" + c.host_header() + ": " + failed.message());
    };

    if (!c.stream) {
        if (const error_code failed = c.connect()) {
            return unreachable(failed);
        }
    }
    const auto message = c.message(call);
    if (const error_code failed = c.wait(answer_deadline, [&](auto done) {
            beast::http::async_write(*c.stream, message, done);
        })) {
        return unreachable(failed);
    }
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(boost::none);  // an export of the ledger is as long as it is
    parser.skip(call.method == "HEAD");
    if (const error_code failed = c.wait(answer_deadline, [&](auto done) {
            beast::http::async_read(*c.stream, c.buffer, parser, done);
        })) {
        return unreachable(failed);
    }
    const auto response = parser.release();
    if (!response.keep_alive()) {
        c.stream.reset();
    }
    Answer answer;
    answer.status = response.result_int();
    answer.content_type = std::string(response[beast::http::field::content_type]);
    answer.body = response.body();
    return answer;
}

}  // namespace charter::cli
