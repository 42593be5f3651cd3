#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace charter::http::testing {

template <class T, void (*release)(T*)>
struct Released {
    void operator()(T* held) const { release(held); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Released<EVP_PKEY, EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Released<X509, X509_free>>;
using TlsPtr = std::unique_ptr<SSL_CTX, Released<SSL_CTX, SSL_CTX_free>>;

/// What a certificate says.
struct CertificateText {
    std::string common_name = "test";
    std::string alternative_names = {};  // "DNS:a.test,IP:127.0.0.1"
    long valid_from_s = -3'600;     // from now
    long valid_until_s = 3'600;
    std::string extended_key_usage = {};  // "clientAuth"
    bool is_authority = false;            // although another signed it
};

/// A certificate and its key.
class Identity {
public:
    /// Signed by `issuer`; null: by itself, an authority.
    explicit Identity(const CertificateText& text, const Identity* issuer = nullptr)
        : key(EVP_EC_gen("P-256")), certificate(X509_new()) {
        static long serial = 1;
        X509* x509 = certificate.get();
        X509_set_version(x509, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
        X509_gmtime_adj(X509_getm_notBefore(x509), text.valid_from_s);
        X509_gmtime_adj(X509_getm_notAfter(x509), text.valid_until_s);
        X509_set_pubkey(x509, key.get());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(text.common_name.c_str()),
                                   -1, -1, 0);
        X509* by = issuer == nullptr ? x509 : issuer->certificate.get();
        X509_set_issuer_name(x509, X509_get_subject_name(by));
        const bool authority = issuer == nullptr || text.is_authority;
        extend(by, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
        if (!text.extended_key_usage.empty()) {
            extend(by, NID_ext_key_usage, text.extended_key_usage);
        }
        if (!text.alternative_names.empty()) {
            extend(by, NID_subject_alt_name, text.alternative_names);
        }
        EXPECT_GT(X509_sign(x509, (issuer == nullptr ? *this : *issuer).key.get(), EVP_sha256()),
                  0);
    }

    KeyPtr key;
    CertificatePtr certificate;

private:
    void extend(X509* issuer, int what, const std::string& value) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer, certificate.get(), nullptr, nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
        ASSERT_NE(extension, nullptr);
        X509_add_ext(certificate.get(), extension, -1);
        X509_EXTENSION_free(extension);
    }
};

using BioPtr = std::unique_ptr<BIO, Released<BIO, BIO_free_all>>;

inline std::string text_of(const BioPtr& bio) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
}

inline std::string certificate_pem(const Identity& identity) {
    const BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), identity.certificate.get());
    return text_of(out);
}

/// With a password: encrypted.
inline std::string key_pem(const Identity& identity, const std::string& password = {}) {
    const BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(out.get(), identity.key.get(),
                                  password.empty() ? nullptr : EVP_aes_256_cbc(), password.data(),
                                  static_cast<int>(password.size()), nullptr, nullptr);
    return text_of(out);
}

/// The settings of a client that trusts this authority, and shows its own certificate if it has
/// one, with that certificate's issuer.
inline TlsPtr client_tls(const Identity& authority, const Identity* own = nullptr,
                         const Identity* between = nullptr) {
    TlsPtr tls(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_verify(tls.get(), SSL_VERIFY_PEER, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(tls.get()), authority.certificate.get());
    if (own != nullptr) {
        EXPECT_EQ(SSL_CTX_use_certificate(tls.get(), own->certificate.get()), 1);
        EXPECT_EQ(SSL_CTX_use_PrivateKey(tls.get(), own->key.get()), 1);
    }
    if (between != nullptr) {
        EXPECT_EQ(SSL_CTX_add1_chain_cert(tls.get(), between->certificate.get()), 1);
    }
    return tls;
}

/// The settings of a server that shows this certificate.
inline TlsPtr server_tls(const Identity& identity, int version_max = TLS1_3_VERSION) {
    TlsPtr tls(SSL_CTX_new(TLS_server_method()));
    if (version_max < TLS1_2_VERSION) {
        SSL_CTX_set_security_level(tls.get(), 0);  // Debian refuses the old versions otherwise
        SSL_CTX_set_min_proto_version(tls.get(), TLS1_VERSION);
    }
    SSL_CTX_set_max_proto_version(tls.get(), version_max);
    EXPECT_EQ(SSL_CTX_use_certificate(tls.get(), identity.certificate.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(tls.get(), identity.key.get()), 1);
    return tls;
}

/// A certificate in a PEM file that is gone with the object.
class CertificateFile {
public:
    explicit CertificateFile(const Identity& identity)
        : path(::testing::TempDir() + "charter_ca_" + std::to_string(::getpid()) + ".pem") {
        FILE* file = std::fopen(path.c_str(), "w");
        PEM_write_X509(file, identity.certificate.get());
        std::fclose(file);
    }
    ~CertificateFile() { std::remove(path.c_str()); }
    CertificateFile(const CertificateFile&) = delete;
    CertificateFile& operator=(const CertificateFile&) = delete;

    const std::string path;
};

}  // namespace charter::http::testing
