// The only file of the program's client side that knows Beast.
#include "cli/client.hpp"

#include "charter/http/tls_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
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
    const Error malformed(ErrorCode::invalid_request,
                          "a server is written https://host or https://host:port, or with http");
    const bool tls = url.starts_with("https://");
    if (!tls && !url.starts_with("http://")) {
        return malformed;
    }
    std::string_view authority = url.substr(url.find("//") + 2);
    if (authority.ends_with('/')) {
        authority.remove_suffix(1);
    }

    ServerAddress server;
    server.tls = tls;
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
    server.port = rest.empty() ? (tls ? "443" : "80") : std::string(rest.substr(1));
    if (!is_host(server.host) || (!rest.empty() && rest.front() != ':') || !is_port(server.port)) {
        return malformed;
    }
    return server;
}

std::string ServerAddress::url() const {
    const bool ipv6 = host.find(':') != std::string::npos;
    return (tls ? "https://" : "http://") + (ipv6 ? "[" + host + "]" : host) + ":" + port;
}

struct Client::Connection {
    ServerAddress server;
    Secret token;
    std::string ca_file;
    asio::io_context io;
    std::optional<asio::ssl::context> context;
    std::optional<beast::tcp_stream> stream;
    std::optional<asio::ssl::stream<beast::tcp_stream&>> tls;  // over `stream`
    beast::flat_buffer buffer;

    Connection(ServerAddress where, Secret secret, std::string authorities)
        : server(std::move(where)), token(std::move(secret)), ca_file(std::move(authorities)) {}

    void close() {
        tls.reset();
        stream.reset();
    }

    Error unreachable(const std::string& why) {
        close();
        return Error(ErrorCode::unavailable, "no answer from " + server.url() + ": " + why);
    }

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

    Result<> connect() {
        error_code failed;
        asio::ip::tcp::resolver resolver(io);
        const auto endpoints = resolver.resolve(server.host, server.port, failed);
        if (failed) {
            return unreachable(failed.message());
        }
        stream.emplace(io);
        buffer.clear();
        failed = wait(connect_deadline, [&](auto done) { stream->async_connect(endpoints, done); });
        if (failed) {
            return unreachable(failed.message());
        }
        return server.tls ? secure() : Result<>();
    }

    Result<> secure() {
        if (!context) {
            Result<asio::ssl::context> made = http::make_tls_context(ca_file);
            if (!made) {
                close();
                return made.error();
            }
            context.emplace(*std::move(made));
        }
        tls.emplace(*stream, *context);
        error_code failed;
        asio::ip::make_address(server.host, failed);
        if (!http::expect_host(tls->native_handle(), server.host, !failed)) {
            return unreachable("the host cannot be verified");
        }
        failed = wait(connect_deadline,
                      [&](auto done) { tls->async_handshake(asio::ssl::stream_base::client, done); });
        const long verified = SSL_get_verify_result(tls->native_handle());
        if (failed) {
            return unreachable(verified == X509_V_OK ? failed.message()
                                                     : X509_verify_cert_error_string(verified));
        }
        return {};
    }

    // The same operation over what there is.
    template <class Start>
    error_code exchange(Start start) {
        return wait(answer_deadline, [&](auto done) {
            if (tls) {
                start(*tls, done);
            } else {
                start(*stream, done);
            }
        });
    }

    beast::http::request<beast::http::string_body> message(const Call& call) const {
        beast::http::request<beast::http::string_body> message;
        message.method_string(call.method);
        message.target(call.path);
        message.version(11);
        message.set(beast::http::field::host, server.url().substr(server.url().find("//") + 2));
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

Client::Client(ServerAddress server, Secret token, std::string ca_file)
    : connection_(std::make_unique<Connection>(std::move(server), std::move(token),
                                               std::move(ca_file))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

Result<Answer> Client::call(const Call& call) {
    Connection& c = *connection_;
    if (!c.stream) {
        if (const Result<> connected = c.connect(); !connected) {
            return connected.error();
        }
    }
    const auto message = c.message(call);
    if (const error_code failed = c.exchange(
            [&](auto& stream, auto done) { beast::http::async_write(stream, message, done); })) {
        return c.unreachable(failed.message());
    }
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(boost::none);  // an export of the ledger is as long as it is
    parser.skip(call.method == "HEAD");
    if (const error_code failed = c.exchange([&](auto& stream, auto done) {
            beast::http::async_read(stream, c.buffer, parser, done);
        })) {
        return c.unreachable(failed.message());
    }
    const auto response = parser.release();
    if (!response.keep_alive()) {
        c.close();
    }
    Answer answer;
    answer.status = response.result_int();
    answer.content_type = std::string(response[beast::http::field::content_type]);
    answer.body = response.body();
    return answer;
}

}  // namespace charter::cli
