#include "tls_connection.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace charter::http {
namespace {

using Bytes = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

std::string text_of(const ASN1_STRING* name) {
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)),
                           static_cast<std::size_t>(ASN1_STRING_length(name)));
    const bool printable = std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
    return printable ? text : std::string();
}

std::string subject_of(const X509* certificate) {
    const Bytes out(BIO_new(BIO_s_mem()), &BIO_free_all);
    X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

void read_alternative_names(const X509* certificate, ClientCertificate& out) {
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        &GENERAL_NAMES_free);
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        const void* value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
        std::vector<std::string>* list = type == GEN_DNS     ? &out.dns
                                         : type == GEN_URI   ? &out.uris
                                         : type == GEN_EMAIL ? &out.emails
                                                             : nullptr;
        std::string text = list == nullptr ? "" : text_of(static_cast<const ASN1_STRING*>(value));
        if (!text.empty()) {
            list->push_back(std::move(text));
        }
    }
}

// The epoch where the time cannot be read: long over.
UtcTime not_after_of(const X509* certificate) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) {
        return {};
    }
    return UtcTime(std::chrono::seconds(::timegm(&parts)));
}

std::string fingerprint_of(const X509* certificate) {
    Digest digest{};
    unsigned int size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    return to_hex(digest);
}

}  // namespace

TlsConnection::TlsConnection(SSL_CTX& context, int socket) : ssl_(SSL_new(&context), &SSL_free) {
    if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), socket) != 1) {
        ended_ = true;
        return;
    }
    SSL_set_accept_state(ssl_.get());
}

// Source: SSL_get_error(3): the thread's error queue must be empty before the call it is about.
TlsConnection::Wants TlsConnection::wants(int result) {
    switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_NONE:
            return Wants::nothing;
        case SSL_ERROR_WANT_READ:
            return Wants::read;
        case SSL_ERROR_WANT_WRITE:
            return Wants::write;
        default:
            ended_ = true;
            plain_http_ = ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST;
            ERR_clear_error();
            return Wants::ended;
    }
}

TlsConnection::Wants TlsConnection::handshake() {
    if (ended_) {
        return Wants::ended;
    }
    ERR_clear_error();
    return wants(SSL_do_handshake(ssl_.get()));
}

std::optional<ClientCertificate> TlsConnection::client_certificate() const {
    const X509* shown = SSL_get0_peer_certificate(ssl_.get());
    if (shown == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) {
        return std::nullopt;
    }
    ClientCertificate certificate;
    certificate.subject = subject_of(shown);
    read_alternative_names(shown, certificate);
    certificate.fingerprint = fingerprint_of(shown);
    certificate.not_after = not_after_of(shown);
    return certificate;
}

TlsConnection::Step TlsConnection::read(char* bytes, std::size_t size) {
    Step step{Wants::ended};
    if (!ended_) {
        ERR_clear_error();
        step.wants = wants(SSL_read_ex(ssl_.get(), bytes, size, &step.bytes));
    }
    return step;
}

TlsConnection::Step TlsConnection::write(std::string_view bytes) {
    Step step{Wants::ended};
    if (!ended_) {
        ERR_clear_error();
        step.wants = wants(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &step.bytes));
    }
    return step;
}

void TlsConnection::close() {
    if (!ended_ && SSL_is_init_finished(ssl_.get()) == 1) {
        ended_ = true;
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
}

}  // namespace charter::http
