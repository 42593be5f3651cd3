#pragma once

#include "charter/base/limits.hpp"
#include "charter/base/result.hpp"
#include "charter/http/message.hpp"
#include "charter/http/metrics.hpp"
#include "charter/http/network.hpp"
#include "charter/http/router.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace charter::http {

/// Where to listen. Port 0 takes a free one.
struct Endpoint {
    std::string address;  // "127.0.0.1", "::1"
    std::uint16_t port = 0;

    /// "127.0.0.1:8080", "[::1]:8080".
    std::string text() const;
};

/// Reads "127.0.0.1:8080", "[::1]:8080" or "localhost:8080". Other host names
/// are refused: an address that a name server decides is a surprise.
/// Errors: invalid_request.
Result<Endpoint> parse_endpoint(std::string_view text);

/// Called once for each answered request, on an io thread.
using AccessLog = std::function<void(const Request& request, unsigned status, double milliseconds,
                                     std::size_t bytes)>;

/// Writes `request id= method= route= peer= principal= status= ms= bytes=` at info to
/// spdlog's default logger. Values that a caller chose are quoted and escaped.
void log_access(const Request& request, unsigned status, double milliseconds, std::size_t bytes);

/// The limits of a connection. The defaults are the server's; tests set others.
struct ConnectionLimits {
    std::chrono::milliseconds header_deadline = limits::header_deadline;
    std::chrono::milliseconds body_deadline = limits::body_deadline;
    std::chrono::milliseconds write_deadline = limits::write_deadline;
    std::chrono::milliseconds idle_deadline = limits::idle_deadline;
    std::chrono::milliseconds handshake_deadline = limits::handshake_deadline;
    std::chrono::milliseconds stop_deadline = limits::stop_deadline;
    std::size_t connections_max = limits::connections_max;
    std::size_t connections_per_address_max = limits::connections_per_address_max;
    /// How often deadlines are looked at: they hold to within one tick.
    std::chrono::milliseconds tick{1'000};
};

/// Whether a client must show a certificate. One that is shown must be good in both cases.
enum class ClientCertificates { optional, required };

/// The files of TLS, all PEM.
struct TlsFiles {
    std::filesystem::path certificate;  // the server's, then those between it and the root
    std::filesystem::path key;          // of the certificate, without a password
    std::filesystem::path client_ca;    // whose clients are known; empty: none is asked
    ClientCertificates client_certificates = ClientCertificates::optional;
};

/// Whom to believe and how much to take, before any route.
struct PerimeterOptions {
    /// Only what comes from these is asked for X-Forwarded-For and X-Forwarded-Proto.
    std::vector<Network> proxies;
    std::size_t requests_per_address_per_s_max = 0;  // 0: no limit
    std::vector<std::string> cors_origins;           // each as check_origin wants it
};

struct ServerOptions {
    std::vector<Endpoint> listen;
    std::optional<TlsFiles> tls;        // TLS 1.2 and 1.3 on all addresses; nothing: plain HTTP
    std::size_t threads = 0;            // 0: one per core
    AccessLog access_log = log_access;  // an empty function: no log
    /// Told the addresses with the ports that were taken, before the first
    /// request can be answered.
    std::function<void(const std::vector<Endpoint>&)> on_bound;
    ConnectionLimits limits;
    PerimeterOptions perimeter;
};

/// When the files of TLS are read again.
enum class Reload { always, if_changed };

/// The HTTP server: some threads, each with its own io_context and its own
/// listening sockets (SO_REUSEPORT), so that a connection lives and dies on one
/// thread. Called from one thread, which is none of these.
class Server {
public:
    /// `router` and `metrics` must outlive the server.
    Server(ServerOptions options, const Router& router, Metrics& metrics);

    /// Calls stop(). Answers still awaited by a handler after the stop's
    /// deadline are dropped here, so what completes them (the writer, timers of
    /// other threads) must have ended before.
    ~Server();

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds every address, then starts the threads. An address on which another
    /// program listens is an error, even when that shares its port.
    /// Errors: unavailable (names the address), invalid_request (the files of TLS); nothing
    /// runs then.
    Result<> start();

    /// Stops accepting, closes idle connections and waits for the requests in
    /// flight, up to the stop deadline. Blocks. May be called twice.
    void stop();

    /// Shows new connections what the files of TLS hold now. Files that do not fit together
    /// are logged and change nothing; connections go on as they began. Between start() and
    /// the destructor. `if_changed` costs three stat calls; without TLS there is nothing to do.
    void reload_tls(Reload when);

    /// The addresses with the ports that were taken, in the order of the options.
    /// Empty before start().
    std::vector<Endpoint> endpoints() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace charter::http
