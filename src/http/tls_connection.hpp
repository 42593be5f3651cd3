#pragma once

#include "charter/base/client_certificate.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <openssl/ssl.h>

namespace charter::http {

/// The TLS of one accepted connection, straight over its non-blocking socket: no call waits.
class TlsConnection {
public:
    /// What must be waited for before the call is made again. ended: by either side, in order
    /// or not; nothing works after it.
    enum class Wants { nothing, read, write, ended };

    struct Step {
        Wants wants = Wants::nothing;
        std::size_t bytes = 0;  // moved; with `nothing` only
    };

    /// The socket stays the caller's and must outlive this.
    TlsConnection(SSL_CTX& context, int socket);

    Wants handshake();

    /// True when the handshake ended because the client speaks HTTP in clear text.
    bool is_plain_http() const { return plain_http_; }

    /// The client's verified certificate; nothing when it showed none. After the handshake.
    std::optional<ClientCertificate> client_certificate() const;

    Step read(char* bytes, std::size_t size);

    /// Takes at most one record (16 KiB). What it did not take comes again, with more behind it
    /// or not.
    Step write(std::string_view bytes);

    /// Tells the client that no more comes (close_notify), where the socket takes it.
    void close();

private:
    Wants wants(int result);

    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
    bool ended_ = false;
    bool plain_http_ = false;
};

}  // namespace charter::http
