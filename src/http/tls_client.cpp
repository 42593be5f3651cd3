#include "charter/http/tls_client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace charter::http {

namespace asio = boost::asio;
using boost::system::error_code;

Result<asio::ssl::context> make_tls_context(const std::filesystem::path& ca_file) {
    const auto invalid = [](const std::string& what, const error_code& failed) {
        return Error(ErrorCode::invalid_request, what + ": " + failed.message());
    };
    asio::ssl::context context(asio::ssl::context::tls_client);
    error_code failed;
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_verify_mode(asio::ssl::verify_peer, failed);
    if (!failed) {
        context.set_default_verify_paths(failed);
    }
    if (failed) {
        return invalid("cannot set up TLS", failed);
    }
    if (!ca_file.empty()) {
        context.load_verify_file(ca_file.string(), failed);
        if (failed) {
            return invalid("cannot read certificates of " + ca_file.string(), failed);
        }
    }
    return context;
}

// Without SNI for an address (RFC 6066 section 3).
bool expect_host(SSL* ssl, const std::string& host, bool is_address) {
    if (is_address) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
    }
    // Names stand in the subject alternative names only (RFC 9525 section 2).
    SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return SSL_set1_host(ssl, host.c_str()) == 1 &&
           SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(host.c_str())) == 1;
}

}  // namespace charter::http
