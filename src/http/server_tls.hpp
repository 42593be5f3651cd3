#pragma once

#include "charter/base/result.hpp"
#include "charter/http/server.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include <openssl/ssl.h>
#include <sys/stat.h>

namespace charter::http {

/// What new connections are shown: certificate, key and the authorities of clients, replaced
/// together while the server runs. A connection keeps what it began with.
class ServerTls {
public:
    /// Errors: invalid_request (a file cannot be read, or they do not fit together).
    static Result<std::unique_ptr<ServerTls>> open(TlsFiles files);

    /// Thread-safe.
    std::shared_ptr<SSL_CTX> context() const;

    /// Reads the files again. When they do not fit, the log says so and nothing changes.
    /// One thread at a time.
    void reload(Reload when);

    /// Writes which certificate new connections are shown. By the thread that reloads.
    void log_certificate() const;

private:
    // What tells one state of a file from another without reading it.
    struct State {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        timespec modified{};
        timespec changed{};
        bool operator==(const State& other) const;
    };
    using States = std::array<State, 3>;

    explicit ServerTls(TlsFiles files) : files_(std::move(files)) {}
    States look() const;
    Result<> load();

    const TlsFiles files_;
    States seen_{};
    mutable std::mutex mutex_;
    std::shared_ptr<SSL_CTX> context_;  // guarded by mutex_
};

}  // namespace charter::http
