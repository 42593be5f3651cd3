#include "server_tls.hpp"

#include "charter/base/limits.hpp"

#include <string_view>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <spdlog/spdlog.h>

namespace charter::http {
namespace {

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

// Forward secrecy and authenticated encryption only: what RFC 9325 section 4.2 recommends.
constexpr const char* ciphers_tls_1_2 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* ciphers_tls_1_3 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* groups = "X25519:P-256:P-384";

// 112 bits: RSA and DH of 2048 bits, no SHA-1. What the system's openssl.cnf says may be less.
constexpr int security_level = 2;

// RFC 7301 section 3.2: a client that names protocols, and not this one, is refused.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
    constexpr std::string_view http_1_1 = "\x08http/1.1";
    unsigned char* found = nullptr;
    const int result = SSL_select_next_proto(
        &found, length, reinterpret_cast<const unsigned char*>(http_1_1.data()),
        static_cast<unsigned int>(http_1_1.size()), offered, offered_length);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Without it OpenSSL asks for the password of a key on the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

Error invalid(const std::string& what) {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    ERR_clear_error();
    return Error(ErrorCode::invalid_request,
                 "TLS: " + what + (reason == nullptr ? "" : std::string(": ") + reason));
}

void set_protocol(SSL_CTX* context) {
    SSL_CTX_set_security_level(context, security_level);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_cipher_list(context, ciphers_tls_1_2);
    SSL_CTX_set_ciphersuites(context, ciphers_tls_1_3);
    SSL_CTX_ctrl(context, SSL_CTRL_SET_GROUPS_LIST, 0, const_cast<char*>(groups));
    // A client that puts ChaCha20 first has no AES in hardware.
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // No resumption: a session of before would carry a client's certificate past the authorities
    // of now, and its tickets' key would have to be kept and turned. See decision 0015.
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // Idle connections give their buffers back; a write may be tried again from another address.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(context, 1);  // one system call for a record instead of two
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context, no_password);
}

Result<> set_clients(SSL_CTX* context, const TlsFiles& files) {
    if (files.client_ca.empty()) {
        return {};
    }
    const std::string name = files.client_ca.string();
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(name.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(context, name.c_str()) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return invalid("cannot read certificates of " + name);
    }
    SSL_CTX_set_client_CA_list(context, names);  // takes them
    const bool required = files.client_certificates == ClientCertificates::required;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       nullptr);
    SSL_CTX_set_verify_depth(context, static_cast<int>(limits::client_chain_depth_max));
    SSL_CTX_set_max_cert_list(context, static_cast<long>(limits::client_chain_bytes_max));
    X509_VERIFY_PARAM* parameters = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT);
    // The file says whom to trust: an authority in it need not be a root.
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    return {};
}

Result<Context> make_context(const TlsFiles& files) {
    ERR_clear_error();
    Context context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (!context) {
        return invalid("cannot be set up");
    }
    set_protocol(context.get());
    const std::string certificate = files.certificate.string();
    const std::string key = files.key.string();
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
        return invalid("cannot use the certificate of " + certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1) {
        return invalid("cannot use the key of " + key + " with " + certificate);
    }
    if (const Result<> set = set_clients(context.get(), files); !set) {
        return set.error();
    }
    ERR_clear_error();
    return context;
}

// "serial=0A1B not_after=Nov 21 18:13:00 2026 GMT", for the log.
std::string certificate_text(const X509* certificate) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> out(BIO_new(BIO_s_mem()), &BIO_free_all);
    BIO_puts(out.get(), "serial=");
    i2a_ASN1_INTEGER(out.get(), X509_get0_serialNumber(certificate));
    BIO_puts(out.get(), " not_after=\"");
    ASN1_TIME_print(out.get(), X509_get0_notAfter(certificate));
    BIO_puts(out.get(), "\"");
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

bool same(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

bool ServerTls::State::operator==(const State& other) const {
    return device == other.device && inode == other.inode && size == other.size &&
           same(modified, other.modified) && same(changed, other.changed);
}

Result<std::unique_ptr<ServerTls>> ServerTls::open(TlsFiles files) {
    std::unique_ptr<ServerTls> tls(new ServerTls(std::move(files)));
    if (const Result<> loaded = tls->load(); !loaded) {
        return loaded.error();
    }
    return tls;
}

std::shared_ptr<SSL_CTX> ServerTls::context() const {
    const std::lock_guard lock(mutex_);
    return context_;
}

void ServerTls::reload(Reload when) {
    if (when == Reload::if_changed && look() == seen_) {
        return;
    }
    if (const Result<> loaded = load(); !loaded) {
        spdlog::error("the old tls certificate stays: {}", loaded.error().message());
        return;
    }
    log_certificate();
}

void ServerTls::log_certificate() const {
    const X509* certificate = SSL_CTX_get0_certificate(context_.get());
    spdlog::info("tls certificate {}", certificate_text(certificate));
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
        spdlog::warn("the tls certificate has expired: clients will refuse it");
    }
}

ServerTls::States ServerTls::look() const {
    States states;
    const std::array<const std::filesystem::path*, 3> paths = {&files_.certificate, &files_.key,
                                                               &files_.client_ca};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        struct stat found {};
        if (::stat(paths[i]->c_str(), &found) == 0) {
            states[i] =
                State{found.st_dev, found.st_ino, found.st_size, found.st_mtim, found.st_ctim};
        }
    }
    return states;
}

Result<> ServerTls::load() {
    seen_ = look();  // before reading: what changes meanwhile is seen the next time
    Result<Context> made = make_context(files_);
    if (!made) {
        return made.error();
    }
    std::shared_ptr<SSL_CTX> context(*std::move(made));
    const std::lock_guard lock(mutex_);
    context_ = std::move(context);
    return {};
}

}  // namespace charter::http
