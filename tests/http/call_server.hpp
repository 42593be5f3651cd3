#pragma once

#include "charter/http/client.hpp"
#include "http/certificates.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace charter::http::testing {

/// The server's end of one connection: does what the script says, byte for byte.
class Peer {
public:
    Peer(int socket, SSL_CTX* tls) : socket_(socket) {
        const timeval limit{60, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        if (tls != nullptr) {
            ssl_.reset(SSL_new(tls));
            SSL_set_fd(ssl_.get(), socket_);
            secured_ = SSL_accept(ssl_.get()) == 1;
        }
    }
    ~Peer() { close(); }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    bool secured() const { return secured_; }
    std::string server_name() const {
        const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
        return name == nullptr ? "" : name;
    }

    /// The next request: its head, and its body of the length that the head says. Empty: the
    /// client closed.
    std::string read_request() {
        std::size_t end = 0;
        while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
            if (!receive()) {
                return {};
            }
        }
        end += 4;
        const std::size_t field = input_.find("Content-Length: ");
        if (field < end) {
            end += std::stoul(input_.substr(field + 16));
        }
        while (input_.size() < end) {
            if (!receive()) {
                return {};
            }
        }
        const std::string request = input_.substr(0, end);
        input_.erase(0, end);
        return request;
    }

    /// False when the client has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent =
                ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                     : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Sends an answer of status 200.
    bool answer(std::string_view body, std::string_view headers = {}) {
        return send("HTTP/1.1 200 OK\r\n" + std::string(headers) + "Content-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    }

    /// Blocks until the client has closed.
    void wait_until_closed() {
        while (receive()) {
        }
    }

    /// Sends the bytes again and again until the client closes.
    void send_endlessly(std::string_view bytes) {
        while (send(bytes)) {
        }
    }

    /// The same, byte by byte and slowly.
    void drip(char byte) {
        pollfd wanted{socket_, POLLIN, 0};
        while (::poll(&wanted, 1, 2) == 0 && send(std::string_view(&byte, 1))) {
        }
    }

    void close() {
        if (socket_ >= 0) {
            ::close(std::exchange(socket_, -1));
        }
    }

private:
    bool receive() {
        char bytes[4096];
        const auto got = ssl_ ? SSL_read(ssl_.get(), bytes, sizeof(bytes))
                              : ::recv(socket_, bytes, sizeof(bytes), 0);
        if (got <= 0) {
            return false;
        }
        input_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    int socket_;
    bool secured_ = false;
    std::unique_ptr<SSL, Released<SSL, SSL_free>> ssl_;
    std::string input_;
};

/// A server on a free port of 127.0.0.1 that runs a script for each connection, each on a
/// thread of its own. Ends when the scripts have ended: after the client.
class CallServer {
public:
    /// `number` of the connection: from 0.
    using Script = std::function<void(Peer& peer, std::size_t number)>;

    explicit CallServer(Script script, SSL_CTX* tls = nullptr)
        : script_(std::move(script)), tls_(tls), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        std::signal(SIGPIPE, SIG_IGN);  // SSL_write has no flag for it
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_, generic, size), 0);
        EXPECT_EQ(::listen(listener_, 128), 0);
        EXPECT_EQ(::getsockname(listener_, generic, &size), 0);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept(); });
    }

    ~CallServer() {
        ::shutdown(listener_, SHUT_RDWR);  // wakes accept
        acceptor_.join();
        ::close(listener_);
        for (std::thread& each : peers_) {
            each.join();
        }
    }
    CallServer(const CallServer&) = delete;
    CallServer& operator=(const CallServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::size_t connections() const { return connections_; }
    std::string url(std::string_view path, std::string_view scheme = "http",
                    std::string_view host = "server.test") const {
        return std::string(scheme) + "://" + std::string(host) + ":" + std::to_string(port_) +
               std::string(path);
    }

private:
    void accept() {
        for (int socket = 0; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
            const std::size_t number = connections_++;
            peers_.emplace_back([this, socket, number] {
                Peer peer(socket, tls_);
                script_(peer, number);
            });
        }
    }

    Script script_;
    SSL_CTX* tls_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<std::size_t> connections_ = 0;
    std::thread acceptor_;
    std::vector<std::thread> peers_;
};

/// Answers every request with "hello".
inline void say_hello(Peer& peer, std::size_t) {
    while (!peer.read_request().empty()) {
        peer.answer("hello");
    }
}

/// Answers the first request with these bytes and closes.
inline CallServer::Script reply(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer, std::size_t) {
        peer.read_request();
        peer.send(bytes);
    };
}

/// Settings under which every name is 127.0.0.1, which may be called.
inline ClientSettings test_settings() {
    ClientSettings settings;
    settings.plain_http = true;
    settings.allowed_networks.push_back(*Network::parse("127.0.0.1"));
    settings.look_up = [](const std::string&) {
        return Result<std::vector<std::string>>(std::vector<std::string>(1, "127.0.0.1"));
    };
    return settings;
}

inline std::unique_ptr<Client> open_client(ClientSettings settings = test_settings()) {
    Result<std::unique_ptr<Client>> client = Client::open(std::move(settings));
    EXPECT_TRUE(client) << client.error().message();
    return std::move(*client);
}

inline FetchRequest get_request(std::string url) {
    FetchRequest request;
    request.url = std::move(url);
    request.deadline = std::chrono::minutes(1);  // never reached
    return request;
}

/// Makes the call on an executor of its own and waits for it.
inline Result<FetchResponse> call(Client& client, FetchRequest request) {
    boost::asio::io_context context;
    std::optional<Result<FetchResponse>> result;
    auto run = [](Client& with, FetchRequest what,
                  std::optional<Result<FetchResponse>>& to) -> boost::asio::awaitable<void> {
        to = co_await with.fetch(std::move(what));
    };
    boost::asio::co_spawn(context, run(client, std::move(request), result),
                          [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
    context.run();
    return result ? std::move(*result) : Result<FetchResponse>(Error(ErrorCode::internal, "none"));
}

inline Result<FetchResponse> get(Client& client, std::string url) {
    return call(client, get_request(std::move(url)));
}

/// What the log says of a call that failed: its code's place and its cause.
inline std::string cause(const Result<FetchResponse>& result) {
    if (result) {
        return "answered with " + std::to_string(result->status);
    }
    return result.error().code() == ErrorCode::unavailable ? result.error().cause()
                                                           : result.error().message();
}

inline bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace charter::http::testing
