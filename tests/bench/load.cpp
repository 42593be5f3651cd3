// charter_load: a load generator for one request over keep-alive connections.
// One thread, one request in flight on each connection, as little parsing as can
// tell where an answer ends. Prints one JSON object.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string address = "127.0.0.1:8080";
    std::string method = "GET";
    std::string path = "/";
    std::string body;
    std::vector<std::string> headers;
    std::size_t connections = 32;
    double seconds = 5;
    double warm_up_seconds = 0.5;
    bool spin = false;
    bool tls = false;
};

struct Connection {
    int socket = -1;
    SSL* tls = nullptr;
    std::string received;
    Clock::time_point begin;
};

[[noreturn]] void fail(const std::string& what) {
    std::fprintf(stderr, "charter_load: %s\n", what.c_str());
    std::exit(2);
}

sockaddr_in parse_address(const std::string& text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    const std::size_t colon = text.rfind(':');
    unsigned port = 0;
    if (colon == text.npos ||
        ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1 ||
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), port).ec !=
            std::errc() ||
        port > 65535) {
        fail("an address is written 127.0.0.1:8080, not " + text);
    }
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

std::string format_request(const Options& options) {
    std::string text =
        options.method + " " + options.path + " HTTP/1.1\r\nHost: " + options.address + "\r\n";
    for (const std::string& header : options.headers) {
        text += header + "\r\n";
    }
    if (!options.body.empty()) {
        text += "Content-Length: " + std::to_string(options.body.size()) + "\r\n";
    }
    return text + "\r\n" + options.body;
}

// The length of the first answer in `bytes` with its body; 0 while it is not
// whole. Chunked answers are not counted by this tool.
std::size_t answer_length(std::string_view bytes) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) {
        return 0;
    }
    constexpr std::string_view name = "\r\nContent-Length: ";
    const std::size_t field = bytes.substr(0, end).find(name);
    std::size_t length = 0;
    if (field != bytes.npos) {
        std::from_chars(bytes.data() + field + name.size(), bytes.data() + end, length);
    } else if (bytes.substr(0, end).find("\r\nTransfer-Encoding:") != bytes.npos) {
        fail("the answer is chunked");
    }
    return bytes.size() >= end + 4 + length ? end + 4 + length : 0;
}

class Load {
public:
    explicit Load(const Options& options)
        : options_(options),
          address_(parse_address(options.address)),
          request_(format_request(options)),
          epoll_(::epoll_create1(0)),
          tls_(SSL_CTX_new(TLS_client_method())),
          connections_(options.connections) {}

    void run() {
        for (Connection& connection : connections_) {
            open(connection);
        }
        pump(options_.warm_up_seconds);
        times_ns_.clear();
        errors_ = non_2xx_ = 0;
        const Clock::time_point begin = Clock::now();
        pump(options_.seconds);
        print(std::chrono::duration<double>(Clock::now() - begin).count());
    }

private:
    void pump(double seconds) {
        const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                            std::chrono::duration<double>(seconds));
        epoll_event events[64];
        while (Clock::now() < end) {
            const int count = ::epoll_wait(epoll_, events, 64, options_.spin ? 0 : 100);
            for (int i = 0; i < count; ++i) {
                read(*static_cast<Connection*>(events[i].data.ptr));
            }
        }
    }

    void open(Connection& connection) {
        connection.received.clear();
        connection.socket = ::socket(AF_INET, SOCK_STREAM, 0);
        const int yes = 1;
        ::setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
        if (::connect(connection.socket, reinterpret_cast<const sockaddr*>(&address_),
                      sizeof(address_)) != 0) {
            fail("cannot connect to " + options_.address);
        }
        if (options_.tls) {  // whom it talks to is not verified: it has no secrets
            connection.tls = SSL_new(tls_);
            SSL_set_fd(connection.tls, connection.socket);
            if (SSL_connect(connection.tls) != 1) {
                fail("no TLS with " + options_.address);
            }
        }
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event);
        send(connection);
    }

    void reopen(Connection& connection) {
        ++errors_;
        SSL_free(connection.tls);
        connection.tls = nullptr;
        ::close(connection.socket);
        open(connection);
    }

    void send(Connection& connection) {
        connection.begin = Clock::now();
        // A blocking socket: a request is small and its predecessor was answered.
        const ssize_t sent =
            connection.tls != nullptr
                ? SSL_write(connection.tls, request_.data(), static_cast<int>(request_.size()))
                : ::send(connection.socket, request_.data(), request_.size(), MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(request_.size())) {
            ++errors_;
        }
    }

    void read(Connection& connection) {
        char bytes[64 * 1024];
        // A whole record comes at once or nearly so: waiting for its end costs nothing.
        const ssize_t count = connection.tls != nullptr
                                  ? SSL_read(connection.tls, bytes, sizeof(bytes))
                                  : ::recv(connection.socket, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (count <= 0) {
            if (count == 0 || connection.tls != nullptr || (errno != EAGAIN && errno != EINTR)) {
                reopen(connection);
            }
            return;
        }
        std::string_view answer(bytes, static_cast<std::size_t>(count));
        if (!connection.received.empty() || answer_length(answer) == 0) {
            connection.received += answer;
            answer = connection.received;
            if (answer_length(answer) == 0) {
                return;
            }
        }
        // "HTTP/1.1 200"
        if (answer.size() < 12 || answer[9] != '2') {
            ++non_2xx_;
        }
        times_ns_.push_back(static_cast<std::uint64_t>(
            std::chrono::nanoseconds(Clock::now() - connection.begin).count()));
        const bool closes =
            answer.substr(0, answer.find("\r\n\r\n")).find("\r\nConnection: close") != answer.npos;
        connection.received.clear();
        if (closes) {
            reopen(connection);
        } else {
            send(connection);
        }
    }

    void print(double seconds) {
        std::sort(times_ns_.begin(), times_ns_.end());
        const auto percentile_us = [this](double part) {
            if (times_ns_.empty()) {
                return 0.0;
            }
            const auto index =
                static_cast<std::size_t>(part * static_cast<double>(times_ns_.size() - 1));
            return static_cast<double>(times_ns_[index]) / 1'000;
        };
        const double rate = static_cast<double>(times_ns_.size()) / seconds;
        std::printf(
            "{\"requests\": %zu, \"seconds\": %.3f, \"requests_per_second\": %.0f, "
            "\"p50_us\": %.1f, \"p99_us\": %.1f, \"errors\": %zu, \"non_2xx\": %zu}\n",
            times_ns_.size(), seconds, rate, percentile_us(0.5), percentile_us(0.99), errors_,
            non_2xx_);
    }

    const Options& options_;
    const sockaddr_in address_;
    const std::string request_;
    const int epoll_;
    SSL_CTX* const tls_;  // as long as the program
    std::vector<Connection> connections_;
    std::vector<std::uint64_t> times_ns_;
    std::size_t errors_ = 0;
    std::size_t non_2xx_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Sends one request over and over and prints how fast the answers came.");
    app.add_option("--address", options.address, "HOST:PORT, IPv4");
    app.add_option("--method", options.method);
    app.add_option("--path", options.path);
    app.add_option("--header", options.headers, "'Name: value', may be given again");
    app.add_option("--body", options.body);
    app.add_option("--connections", options.connections)->check(CLI::Range(1, 10'000));
    app.add_option("--seconds", options.seconds)->check(CLI::Range(0.1, 3'600.0));
    app.add_option("--warm-up-seconds", options.warm_up_seconds)->check(CLI::Range(0.0, 600.0));
    app.add_flag("--spin", options.spin,
                 "never sleep: for a core of its own, so that the server is not charged for "
                 "waking this program");
    app.add_flag("--tls", options.tls, "https; any certificate will do");
    CLI11_PARSE(app, argc, argv);
    Load(options).run();
}
