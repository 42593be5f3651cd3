#pragma once

#include "charter/base/result.hpp"

#include <filesystem>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace charter::http {

/// Settings of TLS connections to servers: version 1.2 or later, the chain verified against the
/// system's authorities and those of `ca_file` (PEM; empty: none).
/// Errors: invalid_request (the file cannot be read).
Result<boost::asio::ssl::context> make_tls_context(const std::filesystem::path& ca_file);

/// Says before the handshake whom the server's certificate must be of: `host` is a name, or an
/// address without brackets if `is_address`. False: it cannot be verified, do not go on.
bool expect_host(SSL* ssl, const std::string& host, bool is_address);

}  // namespace charter::http
