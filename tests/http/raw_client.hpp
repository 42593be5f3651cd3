#pragma once

#include "http/certificates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

namespace charter::http::testing {

/// An answer as it came over the wire. Header names are in lower case.
struct Answer {
    int status = 0;  // 0: the connection ended before an answer
    std::multimap<std::string, std::string> headers;
    std::string body;

    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

/// A client that sends whatever bytes it is told to. Reading gives up after a
/// minute, so that a server which never answers fails the test.
class RawClient {
public:
    /// `tls`: the settings of a client; null: plain.
    explicit RawClient(std::uint16_t port, SSL_CTX* tls = nullptr) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval limit{60, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        connected_ =
            ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
        if (tls != nullptr) {
            std::signal(SIGPIPE, SIG_IGN);  // SSL_write has no flag for it
            ssl.reset(SSL_new(tls));
            SSL_set_fd(ssl.get(), socket_);
            secured_ = SSL_connect(ssl.get()) == 1;
        }
    }
    ~RawClient() { ::close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    bool connected() const { return connected_; }

    /// True when the handshake of TLS went well, as far as a client can tell: with TLS 1.3 it
    /// learns with the first answer whether its certificate was taken.
    bool secured() const { return secured_; }

    /// True when TLS ended without the word that nothing is missing (close_notify).
    bool truncated() const { return truncated_; }

    /// False when the server has closed already.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent =
                ssl ? SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size()))
                    : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Sends past TLS, where there is any.
    bool send_clear(std::string_view bytes) {
        return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }

    void close_sending() {
        if (ssl) {
            SSL_shutdown(ssl.get());
        }
        ::shutdown(socket_, SHUT_WR);
    }

    /// The connection ends as if the machine had gone: without close_notify.
    void cut() { ::shutdown(socket_, SHUT_RDWR); }

    /// Reads one answer. `head_only`: it has no body whatever its headers say.
    Answer read(bool head_only = false) {
        Answer answer;
        std::size_t end = 0;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
            if (!receive()) {
                return answer;
            }
        }
        parse_head(received_.substr(0, end + 2), answer);
        received_.erase(0, end + 4);
        if (head_only || answer.status == 100 || answer.status == 204 || answer.status == 304) {
            return answer;
        }
        if (answer.header("transfer-encoding") == "chunked") {
            read_chunks(answer);
        } else if (answer.headers.contains("content-length")) {
            take(std::strtoul(answer.header("content-length").c_str(), nullptr, 10), answer.body);
        } else {
            while (receive()) {
            }
            answer.body = std::move(received_);
        }
        return answer;
    }

    Answer exchange(std::string_view bytes) {
        send(bytes);
        return read();
    }

    /// True when the server closes without sending another byte, and in order:
    /// a reset could have overtaken its answer.
    bool closed() { return received_.empty() && !receive() && !failed_; }

    /// True when the last chunked answer had its final chunk.
    bool complete() const { return complete_; }

private:
    bool receive() {
        char bytes[16 * 1024];
        const ssize_t count = ssl ? receive_tls(bytes, sizeof(bytes))
                                  : ::recv(socket_, bytes, sizeof(bytes), 0);
        failed_ = count < 0;
        if (count <= 0) {
            return false;
        }
        received_.append(bytes, static_cast<std::size_t>(count));
        return true;
    }

    ssize_t receive_tls(char* bytes, int size) {
        if (truncated_) {
            return 0;  // OpenSSL tells the reason once
        }
        ERR_clear_error();
        const int count = SSL_read(ssl.get(), bytes, size);
        if (count > 0 || SSL_get_error(ssl.get(), count) == SSL_ERROR_ZERO_RETURN) {
            return count;
        }
        truncated_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
        return truncated_ ? 0 : -1;
    }

    bool take(std::size_t count, std::string& out) {
        while (received_.size() < count) {
            if (!receive()) {
                out += std::exchange(received_, {});
                return false;
            }
        }
        out.append(received_, 0, count);
        received_.erase(0, count);
        return true;
    }

    void read_chunks(Answer& answer) {
        complete_ = false;
        while (true) {
            std::size_t end = 0;
            while ((end = received_.find("\r\n")) == std::string::npos) {
                if (!receive()) {
                    return;
                }
            }
            const std::size_t size = std::strtoul(received_.c_str(), nullptr, 16);
            received_.erase(0, end + 2);
            std::string line_end;
            if (!take(size, answer.body) || !take(2, line_end)) {
                return;
            }
            EXPECT_EQ(line_end, "\r\n");
            if (size == 0) {
                complete_ = true;
                return;
            }
        }
    }

    static void parse_head(std::string head, Answer& answer) {
        answer.status = std::atoi(head.substr(head.find(' ') + 1, 3).c_str());
        head.erase(0, head.find("\r\n") + 2);
        while (!head.empty()) {
            const std::string line = head.substr(0, head.find("\r\n"));
            head.erase(0, line.size() + 2);
            std::string name = line.substr(0, line.find(':'));
            std::ranges::transform(name, name.begin(),
                                   [](char c) { return static_cast<char>(std::tolower(c)); });
            answer.headers.emplace(name, line.substr(line.find(": ") + 2));
        }
    }

public:
    std::unique_ptr<SSL, Released<SSL, SSL_free>> ssl;  // null: plain

private:
    int socket_;
    bool connected_ = false;
    bool secured_ = false;
    bool truncated_ = false;
    bool failed_ = false;
    bool complete_ = false;
    std::string received_;
};

}  // namespace charter::http::testing
